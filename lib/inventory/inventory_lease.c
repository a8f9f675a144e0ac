/* SPDX-License-Identifier: ISC */
#include "inventory/inventory_lease.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* How often, and how soon at first, a file is tried again that another process has open. */
enum { TRIES = 8, FIRST_PAUSE_NS = 100000 };

/* Opens it to read, or at least to write: the owner's mode may allow only one of them. */
static int open_object(const struct inventory_entry *entry)
{
	static const int ways[] = {O_RDONLY, O_WRONLY};
	char room[INVENTORY_PATH_ROOM];
	int fd = -1;
	size_t i;

	errno = EACCES;
	for (i = 0; i < 2 && fd == -1 && errno == EACCES; i++) {
		/* A FIFO that has taken the name must not make open(2) wait. */
		int flags = ways[i] | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC;

		fd = entry->kind == INVENTORY_PMSG ? (int)mq_open(entry->name, ways[i] | O_NONBLOCK | O_CLOEXEC) :
		                                     open(inventory_path(entry, room), flags);
	}
	return fd;
}

/* Sets the lease as the owner of the file.  The effective user id stays, so that no other user gains rights over us. */
static int set_lease_as(uid_t owner, int fd)
{
	int dumpable = prctl(PR_GET_DUMPABLE), result = -1, saved = EACCES;
	uid_t own = (uid_t)setfsuid(owner);

	/* setfsuid(2) reports no failure: another call tells which id is set. */
	if ((uid_t)setfsuid((uid_t)-1) == owner) {
		result = fcntl(fd, F_SETLEASE, F_WRLCK);
		saved = errno;
	}
	setfsuid(own);
	/* A change of that id hides our own /proc from us. */
	if (dumpable == 1)
		prctl(PR_SET_DUMPABLE, 1);
	errno = saved;
	return result;
}

/* Does what inventory_lease_take() does, without a second try. */
static int take(const struct inventory_entry *entry, int *fd)
{
	struct stat st;
	int result;

	*fd = open_object(entry);
	/* The other process has a lease on it. */
	if (*fd == -1)
		return errno == EAGAIN ? 0 : -1;
	if (fstat(*fd, &st) == -1)
		return -1;
	if (!inventory_is_file(entry, &st)) {
		errno = ENOENT;
		return -1;
	}
	/* When another process opens it, the kernel sends a signal, and the usual SIGIO would end the tool. */
	if (fcntl(*fd, F_SETSIG, SIGURG) == -1)
		return -1;
	result = fcntl(*fd, F_SETLEASE, F_WRLCK);
	if (result == -1 && errno == EACCES)
		result = set_lease_as(st.st_uid, *fd);
	if (result == 0)
		return 1;
	return errno == EAGAIN || errno == EBUSY ? 0 : -1;
}

int inventory_lease_take(const struct inventory_entry *entry, int *fd)
{
	struct timespec pause = {.tv_nsec = FIRST_PAUSE_NS};
	int result, i;

	/* Another tool may have it open for a moment, to ask the same: wait each time a little longer, and out of step. */
	for (i = 0; (result = take(entry, fd)) == 0 && i < TRIES; i++) {
		if (*fd != -1)
			close(*fd);
		*fd = -1;
		pause.tv_nsec += pause.tv_nsec / 2 + getpid() % 64 * 2000L;
		nanosleep(&pause, NULL);
	}
	return result;
}

int inventory_lease_in_use(const struct inventory_entry *entry)
{
	int fd = -1, result = inventory_lease_take(entry, &fd), saved = errno;

	if (fd != -1)
		close(fd);
	errno = saved;
	return result == -1 ? -1 : !result;
}
