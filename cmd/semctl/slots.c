/* SPDX-License-Identifier: ISC */
#include "slots.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/sem.h>
#include <unistd.h>

#include "ipc/semset.h"

int slots_open(struct slots *slots, const struct object *object, int count, mode_t mode, int *created)
{
	struct semset set;

	if (semset_open(&set, object, SEMSET_SLOTS, count + 2, mode, &count, 1, created) == -1)
		return -1;
	if (set.kind == SEMSET_BARRIER) {
		errno = EPROTOTYPE;
		return -1;
	}
	slots->id = set.id;
	slots->count = set.kind == SEMSET_SLOTS ? set.size - 2 : 0;
	return 0;
}

/* The operations that take slot number `at`. */
static void set_slot(struct sembuf *operations, int at, short flags)
{
	operations[0] = (struct sembuf){(unsigned short)(1 + at), 0, flags};
	operations[1] = (struct sembuf){(unsigned short)(1 + at), 1, (short)(flags | SEM_UNDO)};
}

/* Who has a token finds a free slot, unless tokens were added to those that the set was made with. */
static int take_slot(const struct slots *slots, const struct deadline *deadline, int *slot)
{
	static const struct deadline at_once = {0};
	struct sembuf operations[2];
	int at;

	for (at = 0; at < slots->count; at++) {
		set_slot(operations, at, IPC_NOWAIT);
		if (semset_operate(slots->id, operations, 2, &at_once) == 0) {
			*slot = at;
			return 0;
		}
		if (errno != EAGAIN)
			return -1;
	}
	*slot = (int)getpid() % slots->count;
	set_slot(operations, *slot, 0);
	return semset_operate(slots->id, operations, 2, deadline);
}

/* Token and slot in one; where there is one slot only they come and go together. */
static int take_only(const struct slots *slots, short flags, const struct deadline *deadline)
{
	struct sembuf operations[3] = {{0, -1, (short)(flags | SEM_UNDO)}};

	set_slot(operations + 1, 0, flags);
	return semset_operate(slots->id, operations, slots->count == 0 ? 1 : 3, deadline);
}

int slots_take(const struct slots *slots, const struct deadline *deadline, int *slot)
{
	struct sembuf token = {0, -1, SEM_UNDO};
	int result;

	*slot = slots->count == 0 ? -1 : 0;
	if (slots->count > 1) {
		result = semset_operate(slots->id, &token, 1, deadline);
		if (result == 0)
			result = take_slot(slots, deadline, slot);
	} else {
		result = take_only(slots, IPC_NOWAIT, deadline);
		if (result == -1 && errno == EAGAIN) {
			/* The slot was last changed by who has it. */
			if (slots->count == 1 && semctl(slots->id, 1, GETVAL) == 1 && semctl(slots->id, 1, GETPID) == getpid())
				errno = EDEADLK;
			else
				result = take_only(slots, 0, deadline);
		}
	}
	if (result == -1 && errno == EAGAIN)
		errno = ETIMEDOUT;
	/* An id that was removed before the call. */
	if (result == -1 && errno == EINVAL)
		errno = EIDRM;
	return result;
}
