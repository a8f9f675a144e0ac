/* SPDX-License-Identifier: ISC */
#include "inventory/users.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/proc.h"

unsigned users_needed(unsigned kinds)
{
	unsigned wanted = 0;

	if (kinds & (INVENTORY_SHM | INVENTORY_PSHM | INVENTORY_PSEM | INVENTORY_MEMFD))
		wanted |= USERS_MAPS;
	if (kinds & (INVENTORY_PSHM | INVENTORY_PMSG | INVENTORY_FIFO | INVENTORY_UNIX | INVENTORY_MEMFD))
		wanted |= USERS_FDS;
	if (kinds & (INVENTORY_MSG | INVENTORY_PMSG | INVENTORY_SEM | INVENTORY_PSEM | INVENTORY_FIFO))
		wanted |= USERS_WAITS;
	return wanted;
}

const struct user *users_of(const struct users *users, size_t entry, size_t *count)
{
	*count = users->first == NULL ? 0 : users->first[entry + 1] - users->first[entry];
	return *count == 0 ? NULL : users->users + users->first[entry];
}

/* How many of its users do this. */
static size_t count_users(const struct users *users, size_t entry, unsigned how)
{
	size_t count, i, found = 0;
	const struct user *user = users_of(users, entry, &count);

	for (i = 0; i < count; i++)
		found += (user[i].how & how) != 0;
	return found;
}

int users_unknown(const struct users *users, const struct inventory *inventory, size_t entry)
{
	const struct inventory_entry *one = &inventory->entries[entry];
	int some_hidden = users->hidden > 0 || users->invisible;

	switch (one->kind) {
	case INVENTORY_SHM:
		/* Attached may also be a process of another pid namespace, that nobody can see here. */
		return one->count > 0 && (users->attached == NULL || (int64_t)users->attached[entry] < one->count);
	case INVENTORY_MSG:
	case INVENTORY_SEM:
		return users->waits_hidden > 0 || users->invisible || one->flags & INVENTORY_HOLDERS_HIDDEN;
	default:
		return some_hidden;
	}
}

void users_free(struct users *users)
{
	free(users->processes);
	free(users->users);
	free(users->first);
	free(users->attached);
	if (users->proc > 0)
		close(users->proc);
	memset(users, 0, sizeof(*users));
}

const char *users_call_word(enum user_call call)
{
	static const char *const words[] = {
		[USER_NO_CALL] = "",
		[USER_SEMOP_TAKE] = "semop",
		[USER_SEMOP_ZERO] = "semop-zero",
		[USER_MSGRCV] = "msgrcv",
		[USER_MSGSND] = "msgsnd",
		[USER_MQ_RECEIVE] = "mq_receive",
		[USER_MQ_SEND] = "mq_send",
		[USER_SEM_WAIT] = "sem_wait",
		[USER_FUTEX] = "futex",
		[USER_READ] = "read",
		[USER_WRITE] = "write",
		[USER_POLL] = "poll",
		[USER_OPEN_CALL] = "open",
	};

	return words[call];
}

void users_open(struct users *users)
{
	if (users->proc != 0)
		return;
	users->proc = proc_open();
	users->proc_err = users->proc == -1 ? errno : 0;
}

/* When the process started, in seconds since 1970; -1 where there is none, or it may not be known. */
static int64_t start_of(const struct users *users, pid_t pid)
{
	char path[32], text[1024];
	struct timespec now, up;
	struct proc_stat stat;
	ssize_t got;

	snprintf(path, sizeof(path), "%d/stat", (int)pid);
	got = proc_read(users->proc, path, text, sizeof(text));
	if (got <= 0 || proc_parse_stat(text, (size_t)got, &stat) == -1)
		return -1;
	clock_gettime(CLOCK_REALTIME, &now);
	clock_gettime(CLOCK_BOOTTIME, &up);
	return now.tv_sec - up.tv_sec + (int64_t)(stat.start / (uint64_t)sysconf(_SC_CLK_TCK));
}

enum users_fate users_fate(const struct users *users, pid_t pid, int64_t when)
{
	char path[32];
	int64_t start;
	struct stat st;

	if (pid <= 0 || users->proc <= 0)
		return USERS_UNKNOWN;
	start = start_of(users, pid);
	/* Both clocks are cut to seconds, and may be off by one. */
	if (start != -1)
		return start > when + 2 ? USERS_GONE : USERS_ALIVE;
	/* Either there is none, or /proc does not show it. */
	snprintf(path, sizeof(path), "%d", (int)pid);
	if (fstatat(users->proc, "1", &st, 0) == -1 || fstatat(users->proc, path, &st, 0) == 0 || errno != ENOENT)
		return USERS_UNKNOWN;
	return USERS_GONE;
}

/* --- orphans --- */

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

static void put_time(int64_t when, char *room)
{
	time_t seconds = (time_t)when;
	struct tm tm;

	if (localtime_r(&seconds, &tm) == NULL || strftime(room, 32, "%F %T", &tm) == 0)
		memcpy(room, "?", sizeof("?"));
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
	char since[32], what[48] = "empty";

	if (count_users(users, index, USER_WAITS) > 0 || sender == USERS_ALIVE || receiver == USERS_ALIVE)
		return USERS_NO_ORPHAN;
	put_time(inventory_touched(entry), since);
	if (entry->count > 0)
		snprintf(what, sizeof(what), "%lld message%s left", (long long)entry->count, entry->count == 1 ? "" : "s");
	/* Of another pid namespace, for instance, where it may well live. */
	if ((sender == USERS_UNKNOWN && entry->times[INVENTORY_USED] > 0) ||
	    (receiver == USERS_UNKNOWN && entry->times[INVENTORY_USED_TOO] > 0))
		return because(USERS_ORPHAN_UNKNOWN, reason, "%s, untouched since %s, but who used it is not known", what, since);
	/* A queue does not say who made it: before the first message there is nobody who could be gone. */
	if (sender == USERS_UNKNOWN && receiver == USERS_UNKNOWN)
		return because(USERS_ORPHAN_UNKNOWN, reason, "%s, untouched since %s, but who made it is not known", what, since);
	if (users_unknown(users, inventory, index))
		return because(USERS_ORPHAN_UNKNOWN, reason, "%s, last users gone, but who waits is not known", what);
	return because(USERS_ORPHAN, reason, "%s, last users gone, untouched since %s", what, since);
}

/* The last process of each semaphore of the set. */
static enum users_orphan judge_sem(const struct users *users, const struct inventory *inventory, size_t index, char *reason)
{
	const struct inventory_entry *entry = &inventory->entries[index];
	enum users_fate fate = USERS_UNKNOWN;
	int64_t i, gone = 0;
	int last = 0;
	char since[32];

	if (count_users(users, index, USER_WAITS | USER_HOLDS) > 0)
		return USERS_NO_ORPHAN;
	put_time(inventory_touched(entry), since);
	for (i = 0; i < entry->count; i++) {
		int pid = semctl(entry->id, (int)i, GETPID), waiting = semctl(entry->id, (int)i, GETNCNT),
		    waiting_zero = semctl(entry->id, (int)i, GETZCNT);

		if (pid == -1 || waiting == -1 || waiting_zero == -1)
			return because(USERS_ORPHAN_UNKNOWN, reason, "may not be read");
		if (waiting > 0 || waiting_zero > 0)
			return USERS_NO_ORPHAN;
		/* SETVAL leaves its pid, too, and not the time of an operation. */
		if (pid != last)
			fate = users_fate(users, pid, inventory_touched(entry));
		last = pid;
		if (fate == USERS_ALIVE)
			return USERS_NO_ORPHAN;
		gone += fate == USERS_GONE;
	}
	if (gone == 0)
		return because(USERS_ORPHAN_UNKNOWN, reason, "untouched since %s, but who made it is not known", since);
	return because(USERS_ORPHAN, reason, "nobody waits, last users gone, untouched since %s", since);
}

static enum users_orphan judge_file(const struct users *users, const struct inventory *inventory, size_t index, char *reason)
{
	const struct inventory_entry *entry = &inventory->entries[index];
	size_t count;
	char what[64] = "";

	users_of(users, index, &count);
	if (count > 0 || entry->waiters > 0)
		return USERS_NO_ORPHAN;
	if (entry->kind == INVENTORY_PMSG && entry->count == 0)
		snprintf(what, sizeof(what), "empty, ");
	else if (entry->kind == INVENTORY_PMSG && entry->count > 0)
		snprintf(what, sizeof(what), "%lld message%s left, ", (long long)entry->count, entry->count == 1 ? "" : "s");
	if (users_unknown(users, inventory, index))
		return because(USERS_ORPHAN_UNKNOWN, reason, "%snobody seen, but not all processes may be looked at", what);
	return because(USERS_ORPHAN, reason, "%snobody has it %s", what,
	               entry->kind == INVENTORY_PMSG ? "open" : entry->kind == INVENTORY_PSEM ? "mapped" : "mapped or open");
}

enum users_orphan users_is_orphan(const struct users *users, const struct inventory *inventory, size_t entry, char *reason)
{
	reason[0] = '\0';
	switch (inventory->entries[entry].kind) {
	case INVENTORY_SHM:
		return judge_shm(users, &inventory->entries[entry], reason);
	case INVENTORY_MSG:
		return judge_msg(users, inventory, entry, reason);
	case INVENTORY_SEM:
		return judge_sem(users, inventory, entry, reason);
	case INVENTORY_PSHM:
	case INVENTORY_PMSG:
	case INVENTORY_PSEM:
		/* What has no name is gone with those who hold it. */
		if (inventory->entries[entry].flags & INVENTORY_UNLINKED)
			return USERS_NO_ORPHAN;
		return judge_file(users, inventory, entry, reason);
	default:
		return USERS_NO_ORPHAN;
	}
}

int users_in_use(const struct users *users, const struct inventory *inventory, size_t entry)
{
	const struct inventory_entry *one = &inventory->entries[entry];
	size_t count;

	users_of(users, entry, &count);
	if (count > 0 || one->waiters > 0)
		return 1;
	return users_unknown(users, inventory, entry) ? -1 : 0;
}
