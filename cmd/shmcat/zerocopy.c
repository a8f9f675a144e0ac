/* SPDX-License-Identifier: ISC */
#include "zerocopy.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/io.h"

int zerocopy_open(struct zerocopy *zerocopy, int fd)
{
	struct stat st;
	int capacity;

	zerocopy->to = fd;
	if (pipe2(zerocopy->pipe, O_CLOEXEC) == -1)
		return -1;
	io_grow_pipe(zerocopy->pipe[1], IO_PIPE_SIZE);
	capacity = io_grow_pipe(fd, IO_PIPE_SIZE);
	/* The tail is what the pipe can hold; a socket's buffer is smaller; a regular file gets a copy at once. */
	zerocopy->tail = capacity > IO_PIPE_SIZE ? (uint64_t)capacity : IO_PIPE_SIZE;
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

/* Empties the private pipe of bytes that could not be moved on: the caller copies them anew. */
static void drop(struct zerocopy *zerocopy, size_t size)
{
	static char buffer[65536];

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
	while ((filled = fill(zerocopy, segment, offset, size < IO_PIPE_SIZE ? (size_t)size : IO_PIPE_SIZE)) == -1)
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
