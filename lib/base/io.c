/* SPDX-License-Identifier: ISC */
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "base/interrupt.h"

int io_wait_ready(int fd, short events)
{
	struct pollfd p = {.fd = fd, .events = events};

	for (;;) {
		if (errno == EINTR) {
			if (interrupt_pending() == 0) {
				interrupt_serve();
				return 0;
			}
			errno = EINTR;
			return -1;
		}
		if (errno != EAGAIN)
			return -1;
		if (poll(&p, 1, -1) != -1)
			return 0;
	}
}

ssize_t io_read(int fd, void *buffer, size_t size)
{
	ssize_t got;

	while ((got = read(fd, buffer, size)) == -1)
		if (io_wait_ready(fd, POLLIN) == -1)
			return -1;
	return got;
}

ssize_t io_read_full(int fd, void *buffer, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t got = io_read(fd, (char *)buffer + done, size - done);

		if (got == -1)
			return -1;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

int io_write_all(int fd, const void *buffer, size_t size)
{
	const char *next = buffer;

	while (size > 0) {
		ssize_t put = write(fd, next, size);

		if (put == -1) {
			if (io_wait_ready(fd, POLLOUT) == -1)
				return -1;
			continue;
		}
		next += put;
		size -= (size_t)put;
	}
	return 0;
}

int io_check_written(int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	/* Without a descriptor to spare the writes must do. */
	return copy == -1 || close(copy) == 0 || errno == EINTR ? 0 : -1;
}

int io_grow_pipe(int fd, int size)
{
	int now = fcntl(fd, F_GETPIPE_SZ);

	if (now == -1 || now >= size)
		return now;
	if (fcntl(fd, F_SETPIPE_SZ, size) == -1)
		return now;
	return fcntl(fd, F_GETPIPE_SZ);
}
