/* SPDX-License-Identifier: ISC */
#include "removal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mqueue.h>
#include <signal.h>
#include <stdio.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "ipc/sysv.h"

/* How often, and how soon at first, a file is tried again that somebody has open. */
enum { TRIES = 8, FIRST_PAUSE_NS = 100000 };

/* --- System V --- */

/* Whether anybody waits for a semaphore of the set: 1, 0, or -1 where it may not be read. */
static int is_waited_for(const struct inventory_entry *entry)
{
	int64_t i;

	for (i = 0; i < entry->count; i++) {
		int rising = semctl(entry->id, (int)i, GETNCNT), zero = semctl(entry->id, (int)i, GETZCNT);

		if (rising == -1 || zero == -1)
			return -1;
		if (rising > 0 || zero > 0)
			return 1;
	}
	return 0;
}

static int use_of_sysv(const struct inventory_entry *now)
{
	switch (now->kind) {
	case INVENTORY_SHM:
		return now->count > 0;
	case INVENTORY_SEM:
		return is_waited_for(now);
	default:
		return -1;
	}
}

static int remove_id(const struct inventory_entry *entry)
{
	int result = entry->kind == INVENTORY_SHM ? shmctl(entry->id, IPC_RMID, NULL) :
	             entry->kind == INVENTORY_MSG ? msgctl(entry->id, IPC_RMID, NULL) : semctl(entry->id, 0, IPC_RMID);

	return result == -1 ? sysv_fail_missing(errno) : 0;
}

static int remove_sysv(const struct inventory_entry *entry, int force)
{
	struct inventory_entry now;

	if (inventory_look_again(entry, &now) == -1)
		return -1;
	if (!force)
		switch (use_of_sysv(&now)) {
		case 1:
			errno = EBUSY;
			return -1;
		case -1:
			/* Of queues the kernel never tells; of a set it has just failed to. */
			if (now.kind == INVENTORY_SEM)
				return sysv_fail_missing(errno);
			break;
		default:
			break;
		}
	return remove_id(entry);
}

/* --- files --- */

static int open_files(struct removal *removal)
{
	int fd;

	if (removal->files == 0) {
		fd = open("/dev/shm", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd == -1)
			return -1;
		removal->files = fd;
	}
	return 0;
}

/* The name in /dev/shm. */
static const char *file_of(const struct inventory_entry *entry, char *room, size_t size)
{
	if (entry->kind != INVENTORY_PSEM)
		return entry->name + 1;
	snprintf(room, size, "sem.%s", entry->name + 1);
	return room;
}

/* What bears the name now; `fd` is the object that is open, or -1. */
static int stat_object(struct removal *removal, const struct inventory_entry *entry, int fd, struct stat *st)
{
	char room[NAME_MAX + 8];

	if (entry->kind == INVENTORY_PMSG && fd == -1)
		return inventory_stat_queue(entry->name, st);
	if (entry->kind == INVENTORY_PMSG) {
		/* To open it again would break our own lease.  Queues cannot be renamed: it has its name, or none. */
		if (fstat(fd, st) == -1)
			return -1;
		errno = ENOENT;
		return st->st_nlink > 0 ? 0 : -1;
	}
	return fstatat(removal->files, file_of(entry, room, sizeof(room)), st, AT_SYMLINK_NOFOLLOW);
}

static int unlink_object(struct removal *removal, const struct inventory_entry *entry)
{
	char room[NAME_MAX + 8];

	if (entry->kind == INVENTORY_PMSG)
		return mq_unlink(entry->name);
	return unlinkat(removal->files, file_of(entry, room, sizeof(room)), 0);
}

/* To read, or at least to write: the owner's mode may allow only one of them. */
static int open_object(struct removal *removal, const struct inventory_entry *entry)
{
	static const int ways[] = {O_RDONLY, O_WRONLY};
	char room[NAME_MAX + 8];
	int fd = -1;
	size_t i;

	errno = EACCES;
	for (i = 0; i < 2 && fd == -1 && errno == EACCES; i++) {
		/* A FIFO that has taken the name must not make open(2) wait. */
		int flags = ways[i] | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC;

		fd = entry->kind == INVENTORY_PMSG ? (int)mq_open(entry->name, ways[i] | O_NONBLOCK | O_CLOEXEC) :
		                                     openat(removal->files, file_of(entry, room, sizeof(room)), flags);
	}
	return fd;
}

static int is_same(const struct inventory_entry *entry, const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_dev == entry->dev && st->st_ino == entry->ino;
}

/* The lease is ours until `*fd` is closed: 1; 0: somebody else has it open; -1: not to be known, or another file. */
static int take_lease(struct removal *removal, const struct inventory_entry *entry, int *fd)
{
	struct stat st;

	*fd = open_object(removal, entry);
	/* It is leased itself. */
	if (*fd == -1)
		return errno == EAGAIN ? 0 : -1;
	if (fstat(*fd, &st) == -1 || !is_same(entry, &st))
		return -1;
	/* Who opens it now has the kernel tell us, by a signal that would end us if it were the usual SIGIO. */
	if (fcntl(*fd, F_SETSIG, SIGURG) == -1)
		return -1;
	if (fcntl(*fd, F_SETLEASE, F_WRLCK) == 0)
		return 1;
	return errno == EAGAIN || errno == EBUSY ? 0 : -1;
}

/*
 * As take_lease(), but somebody who has it open for a moment only, such as another one who asks, is waited
 * for, each time a little longer and not in step with others.
 */
static int take_lease_soon(struct removal *removal, const struct inventory_entry *entry, int *fd)
{
	struct timespec pause = {.tv_nsec = FIRST_PAUSE_NS};
	int result, i;

	for (i = 0; (result = take_lease(removal, entry, fd)) == 0 && i < TRIES; i++) {
		if (*fd != -1)
			close(*fd);
		*fd = -1;
		pause.tv_nsec += pause.tv_nsec / 2 + getpid() % 64 * 2000L;
		nanosleep(&pause, NULL);
	}
	return result;
}

static int remove_file(struct removal *removal, const struct inventory_entry *entry, int force)
{
	struct stat st;
	int fd = -1, leased = -1, result = -1, saved;

	if (!force)
		leased = take_lease_soon(removal, entry, &fd);
	if (leased == 0)
		errno = EBUSY;
	else if (stat_object(removal, entry, fd, &st) == -1)
		result = -1;
	else if (!is_same(entry, &st))
		errno = ESTALE;
	else if (leased == 1 && fcntl(fd, F_GETLEASE) != F_WRLCK)
		/* Somebody is about to open it, and waits for us. */
		errno = EBUSY;
	else
		result = unlink_object(removal, entry);
	saved = errno;
	if (fd != -1)
		close(fd);
	errno = saved;
	return result;
}

/* --- all kinds --- */

int removal_in_use(struct removal *removal, const struct inventory_entry *entry)
{
	int fd = -1, result;

	if (entry->kind & INVENTORY_SYSV)
		return use_of_sysv(entry);
	if (entry->kind != INVENTORY_PMSG && open_files(removal) == -1)
		return -1;
	result = take_lease_soon(removal, entry, &fd);
	if (fd != -1)
		close(fd);
	return result == -1 ? -1 : !result;
}

int removal_remove(struct removal *removal, const struct inventory_entry *entry, int force)
{
	if (entry->kind & INVENTORY_SYSV)
		return remove_sysv(entry, force);
	if (entry->kind != INVENTORY_PMSG && open_files(removal) == -1)
		return -1;
	return remove_file(removal, entry, force);
}

void removal_close(struct removal *removal)
{
	if (removal->files != 0)
		close(removal->files);
	removal->files = 0;
}
