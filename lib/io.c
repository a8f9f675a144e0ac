/* SPDX-License-Identifier: ISC */
#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "interrupt.h"
#include "progress.h"

/* The first piece of an input that is kept in memory; it grows by doubling. */
#define FIRST_ROOM ((size_t)1 << 20)
#define FIRST_PIPE (1 << 18)

int io_wait_ready(int fd, short events)
{
	struct pollfd p = {.fd = fd, .events = events};

	for (;;) {
		if (errno == EINTR) {
			if (interrupt_pending() == 0)
				return 0;
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

int io_reserve_input(struct io_input *input, size_t more)
{
	size_t room = input->room ? input->room : FIRST_ROOM;
	void *bytes;

	if (more > SIZE_MAX / 2 - input->size) {
		errno = ENOMEM;
		return -1;
	}
	while (room < input->size + more)
		room *= 2;
	if (room == input->room)
		return 0;
	if (input->bytes == NULL)
		bytes = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	else
		bytes = mremap(input->bytes, input->room, room, MREMAP_MAYMOVE);
	if (bytes == MAP_FAILED)
		return -1;
	/* Huge pages make filling it twice as fast; where there are none it works all the same. */
	madvise(bytes, room, MADV_HUGEPAGE);
	input->bytes = bytes;
	input->room = room;
	return 0;
}

int io_read_input(int fd, struct io_input *input, uint64_t limit, struct progress *progress)
{
	*input = (struct io_input){NULL, 0, 0};
	/* Of a pipe of 64 kB each read(2) would take a 16th of its piece; one of 256 kB stays in the cache. */
	io_grow_pipe(fd, FIRST_PIPE);
	while (input->size <= limit) {
		size_t piece = FIRST_ROOM;
		ssize_t got;

		if (limit - input->size < piece)
			piece = (size_t)(limit - input->size) + 1;
		if (io_reserve_input(input, piece) == -1)
			return -1;
		got = io_read(fd, input->bytes + input->size, piece);
		if (got <= 0)
			return (int)got;
		input->size += (size_t)got;
		progress_add(progress, (uint64_t)got);
	}
	return 0;
}

void io_free_input(struct io_input *input)
{
	if (input->bytes != NULL)
		munmap(input->bytes, input->room);
	*input = (struct io_input){NULL, 0, 0};
}
