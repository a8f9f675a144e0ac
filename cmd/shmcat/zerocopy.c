/* SPDX-License-Identifier: ISC */
#include "zerocopy.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/io.h"

#define PIPE_SIZE (1 << 20)

int zerocopy_open(struct zerocopy *zerocopy, int fd)
{
	struct stat st;
	int capacity;

	zerocopy->to = fd;
	if (pipe2(zerocopy->pipe, O_CLOEXEC) == -1)
		return -1;
	io_grow_pipe(zerocopy->pipe[1], PIPE_SIZE);
	capacity = io_grow_pipe(fd, PIPE_SIZE);
	/* A pipe holds its capacity at most; a socket's buffer is smaller than that; a file is a copy. */
	zerocopy->tail = capacity > PIPE_SIZE ? (uint64_t)capacity : PIPE_SIZE;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		zerocopy->tail = 0;
	return 0;
}

static ssize_t fill(struct zerocopy *zerocopy, const struct segment *segment, uint64_t offset, size_t size)
{
	struct iovec piece;
	const char *window;
	off_t from = (off_t)offset;
	ssize_t got;

	if (segment->fd != -1)
		return splice(segment->fd, &from, zerocopy->pipe[1], NULL, size, SPLICE_F_MOVE);
	window = segment_window(segment, offset, &size);
	if (size == 0)
		return 0;
	piece.iov_base = (void *)(uintptr_t)window;
	piece.iov_len = size;
	got = vmsplice(zerocopy->pipe[1], &piece, 1, 0);
	segment_leave(window, size);
	return got;
}

/* What is in the private pipe could not be moved on: it is dropped, as the caller copies it anew. */
static void drop(struct zerocopy *zerocopy, size_t size)
{
	char buffer[65536];

	while (size > 0) {
		ssize_t got = io_read(zerocopy->pipe[0], buffer, size < sizeof(buffer) ? size : sizeof(buffer));

		if (got <= 0)
			return;
		size -= (size_t)got;
	}
}

int64_t zerocopy_send(struct zerocopy *zerocopy, const struct segment *segment, uint64_t offset, uint64_t size,
                      int *writing)
{
	ssize_t filled, moved;
	size_t left;

	*writing = 0;
	while ((filled = fill(zerocopy, segment, offset, size < PIPE_SIZE ? (size_t)size : PIPE_SIZE)) == -1)
		if (io_wait_ready(zerocopy->pipe[1], POLLOUT) == -1)
			return -1;
	*writing = 1;
	for (left = (size_t)filled; left > 0; left -= (size_t)moved) {
		moved = splice(zerocopy->pipe[0], NULL, zerocopy->to, NULL, left, SPLICE_F_MOVE | SPLICE_F_MORE);
		if (moved != -1)
			continue;
		moved = 0;
		if (io_wait_ready(zerocopy->to, POLLOUT) == 0)
			continue;
		if (errno == EINVAL && left == (size_t)filled) {
			drop(zerocopy, left);
			errno = EINVAL;
		}
		return -1;
	}
	return filled;
}
