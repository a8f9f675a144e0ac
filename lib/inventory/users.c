/* SPDX-License-Identifier: ISC */
#include "inventory/users.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

enum users_unknown users_unknown(const struct users *users, const struct inventory *inventory, size_t entry)
{
	const struct inventory_entry *one = &inventory->entries[entry];
	int hidden = users->hidden > 0 || users->invisible;

	switch (one->kind) {
	case INVENTORY_SHM:
		/* A process of another pid namespace can be attached as well, without being seen here. */
		return one->count > 0 && (users->attached == NULL || (int64_t)users->attached[entry] < one->count) ? USERS_HIDDEN :
		                                                                                                   USERS_COMPLETE;
	case INVENTORY_MSG:
	case INVENTORY_SEM:
		hidden = users->waits_hidden > 0 || users->invisible || one->flags & INVENTORY_HOLDERS_HIDDEN;
		break;
	default:
		break;
	}
	return hidden ? USERS_HIDDEN : users->elsewhere ? USERS_ELSEWHERE : USERS_COMPLETE;
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
	users->elsewhere = !proc_sees_all();
}

/* The start of the process, in seconds since 1970, or -1 where it is missing or may not be seen. */
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
	/* Both clocks are rounded to seconds, and may be off by one. */
	if (start != -1)
		return start > when + 2 ? USERS_GONE : USERS_ALIVE;
	/* Either the process is missing, or /proc hides it. */
	snprintf(path, sizeof(path), "%d", (int)pid);
	if (fstatat(users->proc, "1", &st, 0) == -1 || fstatat(users->proc, path, &st, 0) == 0 || errno != ENOENT)
		return USERS_UNKNOWN;
	return USERS_GONE;
}

int users_in_use(const struct users *users, const struct inventory *inventory, size_t entry)
{
	const struct inventory_entry *one = &inventory->entries[entry];
	size_t count;

	users_of(users, entry, &count);
	if (count > 0 || one->waiters > 0)
		return 1;
	return users_unknown(users, inventory, entry) == USERS_HIDDEN ? -1 : 0;
}
