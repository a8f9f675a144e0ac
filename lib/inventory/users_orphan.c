/* SPDX-License-Identifier: ISC */
/* The verdict on an object: whether a process is left that would use it. */
#include "inventory/users.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/sem.h>

#include "base/timestamp.h"
#include "inventory/inventory_lease.h"
#include "ipc/semset.h"

/* The number of users that do one of `how`. */
static size_t count_users(const struct users *users, size_t entry, unsigned how)
{
	size_t count, i, found = 0;
	const struct user *user = users_of(users, entry, &count);

	for (i = 0; i < count; i++)
		found += (user[i].how & how) != 0;
	return found;
}

/* Writes the reason and returns the verdict. */
static enum users_orphan because(enum users_orphan verdict, char *reason, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static enum users_orphan because(enum users_orphan verdict, char *reason, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, USERS_REASON, format, arguments);
	va_end(arguments);
	return verdict;
}

static enum users_orphan judge_shm(const struct users *users, const struct inventory_entry *entry, char *reason)
{
	if (entry->count != 0)
		return USERS_NO_ORPHAN;
	switch (users_fate(users, entry->creator_pid, entry->times[INVENTORY_CHANGED])) {
	case USERS_ALIVE:
		return USERS_NO_ORPHAN;
	case USERS_GONE:
		return because(USERS_ORPHAN, reason, "nobody attached, creator %d gone", (int)entry->creator_pid);
	default:
		return because(USERS_ORPHAN_UNKNOWN, reason, "nobody attached, creator not known");
	}
}

static enum users_orphan judge_msg(const struct users *users, const struct inventory *inventory, size_t index, char *reason)
{
	const struct inventory_entry *entry = &inventory->entries[index];
	enum users_fate sender = users_fate(users, entry->last_pid, entry->times[INVENTORY_USED]);
	enum users_fate receiver = users_fate(users, entry->last_receiver_pid, entry->times[INVENTORY_USED_TOO]);
	char since[TIMESTAMP_ROOM], what[48] = "empty";

	if (count_users(users, index, USER_WAITS) > 0 || sender == USERS_ALIVE || receiver == USERS_ALIVE)
		return USERS_NO_ORPHAN;
	timestamp_local(since, inventory_touched(entry));
	if (entry->count > 0)
		snprintf(what, sizeof(what), "%lld message%s left", (long long)entry->count, entry->count == 1 ? "" : "s");
	/* The process may be of another pid namespace, for instance, and alive there. */
	if ((sender == USERS_UNKNOWN && entry->times[INVENTORY_USED] > 0) ||
	    (receiver == USERS_UNKNOWN && entry->times[INVENTORY_USED_TOO] > 0))
		return because(USERS_ORPHAN_UNKNOWN, reason, "%s, untouched since %s, but who used it is not known", what, since);
	/* A queue does not remember its creator: before the first message no process is known that could have ended. */
	if (sender == USERS_UNKNOWN && receiver == USERS_UNKNOWN)
		return because(USERS_ORPHAN_UNKNOWN, reason, "%s, untouched since %s, but who made it is not known", what, since);
	if (users_unknown(users, inventory, index))
		return because(USERS_ORPHAN_UNKNOWN, reason, "%s, last users gone, but who waits is not known", what);
	return because(USERS_ORPHAN, reason, "%s, last users gone, untouched since %s", what, since);
}

/* Whether a process of another PID namespace may be meant by the pid 0, which also stands for no process at all. */
static int may_be_elsewhere(const struct users *users, int pid)
{
	return pid == 0 && users->elsewhere;
}

/*
 * Whether a set of `semctl run` is at rest, with no token taken and no slot held.  The pid 0 of its other semaphores then says
 * nothing: they are the slots that were not used yet, and what belongs to them.
 */
static int is_at_rest(const struct inventory_entry *entry)
{
	int room = semset_room((int)entry->count), slot;

	if (semset_kind_of(entry->id, (int)entry->count) != SEMSET_SLOTS ||
	    semctl(entry->id, SEMSET_TOKENS, GETVAL) < semctl(entry->id, SEMSET_LIMIT, GETVAL))
		return 0;
	for (slot = SEMSET_FIRST_SLOT; slot < SEMSET_FIRST_SLOT + room; slot++)
		if (semctl(entry->id, slot, GETVAL) != 0)
			return 0;
	return 1;
}

static enum users_orphan judge_sem(const struct users *users, const struct inventory *inventory, size_t index, char *reason)
{
	const struct inventory_entry *entry = &inventory->entries[index];
	enum users_fate fate = USERS_UNKNOWN;
	int64_t i, gone = 0;
	int last = 0, elsewhere = 0, at_rest;
	char since[TIMESTAMP_ROOM];

	if (count_users(users, index, USER_WAITS | USER_HOLDS) > 0)
		return USERS_NO_ORPHAN;
	timestamp_local(since, inventory_touched(entry));
	at_rest = users->elsewhere && is_at_rest(entry);
	for (i = 0; i < entry->count; i++) {
		int pid = semctl(entry->id, (int)i, GETPID), waiting = semctl(entry->id, (int)i, GETNCNT),
		    waiting_zero = semctl(entry->id, (int)i, GETZCNT);

		if (pid == -1 || waiting == -1 || waiting_zero == -1)
			return because(USERS_ORPHAN_UNKNOWN, reason, "may not be read");
		if (waiting > 0 || waiting_zero > 0)
			return USERS_NO_ORPHAN;
		/* SETVAL leaves its pid as well, and changes only the time of change. */
		if (pid != last)
			fate = users_fate(users, pid, inventory_touched(entry));
		last = pid;
		if (fate == USERS_ALIVE)
			return USERS_NO_ORPHAN;
		gone += fate == USERS_GONE;
		elsewhere |= may_be_elsewhere(users, pid) && !(at_rest && i >= SEMSET_FIRST_SLOT);
	}
	if (elsewhere && entry->times[INVENTORY_USED] > 0)
		return because(USERS_ORPHAN_UNKNOWN, reason, "untouched since %s, but who used it is not known", since);
	if (gone == 0)
		return because(USERS_ORPHAN_UNKNOWN, reason, "untouched since %s, but who made it is not known", since);
	return because(USERS_ORPHAN, reason, "nobody waits, last users gone, untouched since %s", since);
}

/* The verdict on a file for which the kernel did not answer, with the errno of that.  `what` begins the reason. */
static enum users_orphan judge_unanswered(const char *what, char *reason)
{
	/* A lack of permission, a file that is gone, or a file system without leases. */
	int normal = errno == EACCES || errno == EPERM || errno == ENOENT || errno == EINVAL;
	int err = normal ? 0 : errno;

	because(USERS_ORPHAN_UNKNOWN, reason, "%s%s", what,
	        normal ? "nobody seen, but not all processes may be looked at" : strerror(err));
	errno = err;
	return USERS_ORPHAN_UNKNOWN;
}

static enum users_orphan judge_file(const struct users *users, const struct inventory *inventory, size_t index, char *reason)
{
	const struct inventory_entry *entry = &inventory->entries[index];
	size_t count;
	char what[64] = "";
	int used;

	users_of(users, index, &count);
	if (count > 0 || entry->waiters > 0)
		return USERS_NO_ORPHAN;
	if (entry->kind == INVENTORY_PMSG && entry->count == 0)
		snprintf(what, sizeof(what), "empty, ");
	else if (entry->kind == INVENTORY_PMSG && entry->count > 0)
		snprintf(what, sizeof(what), "%lld message%s left, ", (long long)entry->count, entry->count == 1 ? "" : "s");
	used = users_unknown(users, inventory, index) ? inventory_lease_in_use(entry) : 0;
	if (used == 1)
		return USERS_NO_ORPHAN;
	if (used == -1)
		return judge_unanswered(what, reason);
	return because(USERS_ORPHAN, reason, "%snobody has it %s", what,
	               entry->kind == INVENTORY_PMSG ? "open" : entry->kind == INVENTORY_PSEM ? "mapped" : "mapped or open");
}

enum users_orphan users_is_orphan(const struct users *users, const struct inventory *inventory, size_t entry, char *reason)
{
	enum users_orphan verdict = USERS_NO_ORPHAN;

	reason[0] = '\0';
	switch (inventory->entries[entry].kind) {
	case INVENTORY_SHM:
		verdict = judge_shm(users, &inventory->entries[entry], reason);
		break;
	case INVENTORY_MSG:
		verdict = judge_msg(users, inventory, entry, reason);
		break;
	case INVENTORY_SEM:
		verdict = judge_sem(users, inventory, entry, reason);
		break;
	case INVENTORY_PSHM:
	case INVENTORY_PMSG:
	case INVENTORY_PSEM:
		/* Unlinked memory is freed when its last user ends. */
		if (inventory->entries[entry].flags & INVENTORY_UNLINKED)
			return USERS_NO_ORPHAN;
		return judge_file(users, inventory, entry, reason);
	default:
		break;
	}
	errno = 0;
	return verdict;
}
