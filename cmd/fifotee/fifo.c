/* SPDX-License-Identifier: ISC */
#include "fifo.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* How often a name may appear and vanish between two calls. */
#define TRIES 100

static int create(const char *path, mode_t mode)
{
	mode_t before = umask(0);
	int result = mkfifo(path, mode);

	umask(before);
	return result;
}

/*
 * Returns whether `st` describes the FIFO that was found.  The file system soon reuses the inode number of a removed
 * file, so the time of creation is compared as well, on file systems that record it.
 */
static int is_same(const struct fifo *fifo, const struct statx *st)
{
	return S_ISFIFO(st->stx_mode) && makedev(st->stx_dev_major, st->stx_dev_minor) == fifo->device &&
	       st->stx_ino == fifo->inode && st->stx_btime.tv_sec == fifo->made_at && st->stx_btime.tv_nsec == fifo->made_at_ns;
}

static int look(int fd, const char *path, int flags, struct statx *st)
{
	int result = statx(fd, path, flags | AT_STATX_SYNC_AS_STAT, STATX_BASIC_STATS | STATX_BTIME, st);

	if (result == 0 && !(st->stx_mask & STATX_BTIME))
		st->stx_btime.tv_sec = st->stx_btime.tv_nsec = 0;
	return result;
}

/* Takes over the identity of a file; returns 0, or -1 with EISDIR or ENODEV if it is no FIFO. */
static int identify(struct fifo *fifo, const struct statx *st)
{
	if (!S_ISFIFO(st->stx_mode)) {
		errno = S_ISDIR(st->stx_mode) ? EISDIR : ENODEV;
		return -1;
	}
	fifo->device = makedev(st->stx_dev_major, st->stx_dev_minor);
	fifo->inode = st->stx_ino;
	fifo->made_at = st->stx_btime.tv_sec;
	fifo->made_at_ns = st->stx_btime.tv_nsec;
	return 0;
}

int fifo_find(struct fifo *fifo, const char *path, mode_t mode)
{
	struct statx st;
	int tries;

	*fifo = (struct fifo){.path = path};
	for (tries = 0; tries < TRIES; tries++) {
		if (look(AT_FDCWD, path, 0, &st) == 0)
			return identify(fifo, &st);
		if (errno != ENOENT) {
			int saved = errno;

			/* Without its identity it could not be removed at the end. */
			if (fifo->made)
				unlink(path);
			fifo->made = 0;
			errno = saved;
			return -1;
		}
		fifo->made = create(path, mode) == 0;
		if (!fifo->made && errno != EEXIST)
			return -1;
	}
	/* A dangling symbolic link, which mkfifo(2) does not follow. */
	errno = ENOENT;
	return -1;
}

int fifo_open(struct fifo *fifo, int *is_other)
{
	struct statx st;
	int fd = open(fifo->path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC), saved;

	*is_other = 0;
	if (fd == -1)
		return -1;
	if (look(fd, "", AT_EMPTY_PATH, &st) == 0) {
		if (is_same(fifo, &st))
			return fd;
		if (identify(fifo, &st) == 0) {
			fifo->made = 0;
			*is_other = 1;
			return fd;
		}
	}
	/* ENOENT would mean that the name is missing. */
	saved = errno == ENOENT ? ESTALE : errno;
	close(fd);
	errno = saved;
	return -1;
}

int fifo_remove(struct fifo *fifo)
{
	struct statx st;
	int result = 0;

	if (fifo->made) {
		result = look(AT_FDCWD, fifo->path, AT_SYMLINK_NOFOLLOW, &st);
		if (result == 0 && is_same(fifo, &st))
			result = unlink(fifo->path);
	}
	fifo->made = 0;
	return result == 0 || errno == ENOENT ? 0 : -1;
}
