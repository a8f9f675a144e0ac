/* SPDX-License-Identifier: ISC */
#include "fifo.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* How often a name may come and go between two looks at it. */
#define TRIES 100

static int make(const char *path, mode_t mode)
{
	mode_t before = umask(0);
	int result = mkfifo(path, mode);

	umask(before);
	return result;
}

/*
 * Whether `st` is of the FIFO that was found.  The inode number of one that was removed is soon another
 * file's; where the file system tells when a file was made, that tells them apart.
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

int fifo_find(struct fifo *fifo, const char *path, mode_t mode)
{
	struct statx st;
	int tries;

	*fifo = (struct fifo){.path = path};
	for (tries = 0; tries < TRIES; tries++) {
		if (look(AT_FDCWD, path, 0, &st) == 0) {
			if (!S_ISFIFO(st.stx_mode)) {
				errno = S_ISDIR(st.stx_mode) ? EISDIR : ENODEV;
				return -1;
			}
			fifo->device = makedev(st.stx_dev_major, st.stx_dev_minor);
			fifo->inode = st.stx_ino;
			fifo->made_at = st.stx_btime.tv_sec;
			fifo->made_at_ns = st.stx_btime.tv_nsec;
			return 0;
		}
		if (errno != ENOENT) {
			int saved = errno;

			/* Nobody will look for it when it is not known what was made. */
			if (fifo->made)
				unlink(path);
			fifo->made = 0;
			errno = saved;
			return -1;
		}
		if (make(path, mode) == 0)
			fifo->made = 1;
		else if (errno != EEXIST)
			return -1;
	}
	/* A symbolic link to nothing, behind which mkfifo(2) makes nothing. */
	errno = ENOENT;
	return -1;
}

int fifo_open(const struct fifo *fifo)
{
	struct statx st;
	int fd = open(fifo->path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd == -1)
		return -1;
	if (look(fd, "", AT_EMPTY_PATH, &st) == 0 && is_same(fifo, &st))
		return fd;
	close(fd);
	errno = ESTALE;
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
