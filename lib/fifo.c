/* SPDX-License-Identifier: ISC */
#include "fifo.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
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

int fifo_find(struct fifo *fifo, const char *path, mode_t mode)
{
	struct stat st;
	int tries;

	*fifo = (struct fifo){.path = path};
	for (tries = 0; tries < TRIES; tries++) {
		if (stat(path, &st) == 0) {
			if (!S_ISFIFO(st.st_mode)) {
				errno = S_ISDIR(st.st_mode) ? EISDIR : ENODEV;
				return -1;
			}
			fifo->device = st.st_dev;
			fifo->inode = st.st_ino;
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
	struct stat st;
	int fd = open(fifo->path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == 0 && st.st_dev == fifo->device && st.st_ino == fifo->inode)
		return fd;
	close(fd);
	errno = ESTALE;
	return -1;
}

int fifo_remove(struct fifo *fifo)
{
	struct stat st;
	int result = 0;

	if (fifo->made) {
		result = lstat(fifo->path, &st);
		if (result == 0 && st.st_dev == fifo->device && st.st_ino == fifo->inode)
			result = unlink(fifo->path);
	}
	fifo->made = 0;
	return result == 0 || errno == ENOENT ? 0 : -1;
}
