/* SPDX-License-Identifier: ISC */
#include "removal.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/proc.h"
#include "inventory/inventory_lease.h"
#include "ipc/sysv.h"

/* Whether a process waits for a semaphore of the set: 1, 0, or -1 if the set may not be read. */
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
			/* About a queue the kernel never reports; about a set it has just failed to. */
			if (now.kind == INVENTORY_SEM)
				return sysv_fail_missing(errno);
			break;
		default:
			break;
		}
	return remove_id(entry);
}

/* Opens /dev/shm once, so that the removals are in the directory that was there at the first one. */
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

/* Returns the name of the file in /dev/shm. */
static const char *file_of(const struct inventory_entry *entry, char *room)
{
	return strrchr(inventory_path(entry, room), '/') + 1;
}

/* Looks at the file that has the name now; `fd` is the object that is open, or -1. */
static int stat_object(const struct removal *removal, const struct inventory_entry *entry, int fd, struct stat *st)
{
	char room[INVENTORY_PATH_ROOM];

	if (entry->kind == INVENTORY_PMSG && fd == -1)
		return inventory_stat_queue(entry->name, st);
	if (entry->kind == INVENTORY_PMSG) {
		/* To open it again would break our own lease.  A queue cannot be renamed: it has its name, or none. */
		if (fstat(fd, st) == -1)
			return -1;
		errno = ENOENT;
		return st->st_nlink > 0 ? 0 : -1;
	}
	return fstatat(removal->files, file_of(entry, room), st, AT_SYMLINK_NOFOLLOW);
}

static int unlink_object(const struct removal *removal, const struct inventory_entry *entry)
{
	char room[INVENTORY_PATH_ROOM];

	return entry->kind == INVENTORY_PMSG ? mq_unlink(entry->name) : unlinkat(removal->files, file_of(entry, room), 0);
}

static int remove_file(const struct removal *removal, const struct inventory_entry *entry, int force)
{
	struct stat st;
	int fd = -1, leased = -1, result = -1, saved;

	if (!force)
		leased = inventory_lease_take(entry, &fd);
	if (leased == 0)
		errno = EBUSY;
	else if (stat_object(removal, entry, fd, &st) == -1)
		result = -1;
	else if (!inventory_is_file(entry, &st))
		errno = ESTALE;
	else if (leased == 1 && fcntl(fd, F_GETLEASE) != F_WRLCK)
		/* A process is about to open it, and waits for us. */
		errno = EBUSY;
	else if (!force && leased == -1 && !proc_sees_all())
		errno = EAGAIN;
	else
		result = unlink_object(removal, entry);
	saved = errno;
	if (fd != -1)
		close(fd);
	errno = saved;
	return result;
}

int removal_in_use(const struct inventory_entry *entry)
{
	return entry->kind & INVENTORY_SYSV ? use_of_sysv(entry) : inventory_lease_in_use(entry);
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
