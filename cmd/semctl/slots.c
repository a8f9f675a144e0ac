/* SPDX-License-Identifier: ISC */
#include "slots.h"

#include <errno.h>
#include <sys/sem.h>
#include <unistd.h>

#include "ipc/semset.h"
#include "ipc/sysv.h"
#include "process.h"

/* A set has room for at least as many slots, so that its number of tokens can grow while it is used; each costs time. */
enum { LEAST_ROOM = 8 };

static int fail(int err)
{
	errno = err;
	return -1;
}

/* The error of a failed wait. */
static int fail_wait(int err)
{
	return err == EAGAIN ? fail(ETIMEDOUT) : sysv_fail_removed(err);
}

static int open_set(struct semset *set, const struct object *object, int room, int count, mode_t mode, int *created)
{
	const int values[] = {[SEMSET_TOKENS] = count, [SEMSET_LIMIT] = count, [SEMSET_SURPLUS] = 0};

	return semset_open(set, object, SEMSET_SLOTS, semset_size(room), mode, values, 3, created);
}

/* Opens or creates the set, and removes one that another process has retired and may have died before removing: 1 for that. */
static int open_once(struct semset *set, const struct object *object, int count, mode_t mode, int *created)
{
	int room = 2 * count < LEAST_ROOM ? LEAST_ROOM : 2 * count > SLOTS_MOST ? SLOTS_MOST : 2 * count;

	/* Where the system allows smaller sets alone, none has room to grow. */
	if (open_set(set, object, room, count, mode, created) == -1 &&
	    (errno != EINVAL || room == count || open_set(set, object, count, count, mode, created) == -1))
		return -1;
	if (set->kind != SEMSET_RETIRED)
		return 0;
	return semctl(set->id, 0, IPC_RMID) == 0 || sysv_is_gone(errno) ? 1 : -1;
}

int slots_open(struct slots *slots, const struct object *object, int count, mode_t mode, int *created)
{
	struct semset set;
	int result;

	do
		result = open_once(&set, object, count, mode, created);
	while (result == 1 && object->kind != OBJECT_ID);
	if (result != 0)
		return result == 1 ? fail(ENOENT) : -1;
	if (set.kind == SEMSET_BARRIER)
		return fail(EPROTOTYPE);
	slots->id = set.id;
	slots->size = set.size;
	slots->limit = set.kind == SEMSET_SLOTS ? semctl(set.id, SEMSET_LIMIT, GETVAL) : 0;
	return slots->limit == -1 ? sysv_fail_removed(errno) : 0;
}

int slots_try_token(const struct slots *slots)
{
	struct sembuf take = {SEMSET_TOKENS, -1, SEM_UNDO};

	return semset_try(slots->id, &take, 1) == 0 ? 0 : errno == EAGAIN ? -1 : sysv_fail_removed(errno);
}

int slots_wait_token(const struct slots *slots, const struct deadline *deadline)
{
	struct sembuf take = {SEMSET_TOKENS, -1, SEM_UNDO};

	return semset_operate(slots->id, &take, 1, deadline) == 0 ? 0 : fail_wait(errno);
}

/* Takes slot number `at`, waiting until `deadline`, if the limit is still what we know and there is no surplus. */
static int take_slot(const struct slots *slots, int at, short flags, const struct deadline *deadline)
{
	unsigned short slot = (unsigned short)(SEMSET_FIRST_SLOT + at);
	struct sembuf operations[] = {
		{SEMSET_SURPLUS, 0, IPC_NOWAIT},
		{SEMSET_LIMIT, (short)-slots->limit, IPC_NOWAIT},
		{SEMSET_LIMIT, (short)slots->limit, 0},
		{slot, 0, flags},
		{slot, 1, SEM_UNDO},
	};

	return semset_operate(slots->id, operations, sizeof(operations) / sizeof(operations[0]), deadline);
}

/* Takes the first free slot, of which a token's holder finds one unless tokens were added by hand. */
static int find_slot(const struct slots *slots, int *slot)
{
	static const struct deadline at_once = {0};

	for (*slot = 0; *slot < slots->limit; ++*slot) {
		if (take_slot(slots, *slot, IPC_NOWAIT, &at_once) == 0)
			return 0;
		if (errno != EAGAIN)
			return -1;
	}
	return fail(EAGAIN);
}

/* Withdraws our token, if there are surplus ones: the value stays, and the kernel forgets what it is to undo. */
static int withdraw_token(const struct slots *slots)
{
	struct sembuf operations[] = {
		{SEMSET_SURPLUS, -1, IPC_NOWAIT},
		{SEMSET_TOKENS, 1, SEM_UNDO},
		{SEMSET_TOKENS, -1, 0},
	};

	return semset_try(slots->id, operations, sizeof(operations) / sizeof(operations[0]));
}

/*
 * Waits for the end of the process that had this slot before us, and takes its place in the semaphore that remembers it,
 * which only the holder of the slot changes.
 */
static int follow_last_holder(const struct slots *slots, int slot)
{
	unsigned short last = (unsigned short)(SEMSET_FIRST_SLOT + semset_room(slots->size) + slot);
	struct sembuf note = {last, 1, SEM_UNDO};
	int pid = semctl(slots->id, last, GETPID);

	if (pid == -1)
		return -1;
	/* If we are killed meanwhile, the next one waits for the same process. */
	process_wait_for_exit(pid);
	return semset_try(slots->id, &note, 1);
}

int slots_take(struct slots *slots, const struct deadline *deadline, int *slot)
{
	*slot = -1;
	if (slots->limit == 0)
		return 0;
	for (;;) {
		int limit;

		if (find_slot(slots, slot) == 0)
			break;
		if (errno != EAGAIN)
			return sysv_fail_removed(errno);
		if (withdraw_token(slots) == 0) {
			if (slots_wait_token(slots, deadline) == -1)
				return -1;
			continue;
		}
		limit = errno == EAGAIN ? semctl(slots->id, SEMSET_LIMIT, GETVAL) : -1;
		if (limit == -1)
			return sysv_fail_removed(errno);
		if (limit != slots->limit) {
			slots->limit = limit;
			continue;
		}
		/* The tokens are more than the slots. */
		*slot = (int)getpid() % limit;
		if (take_slot(slots, *slot, 0, deadline) == 0)
			break;
		if (errno != EAGAIN || deadline_left(deadline) == 0)
			return fail_wait(errno);
	}
	return follow_last_holder(slots, *slot) == 0 ? 0 : sysv_fail_removed(errno);
}
