/* SPDX-License-Identifier: ISC */
#include "bridge.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/io.h"

#define ROOM ((size_t)128 * 1024)

/*
 * Each direction has a thread of its own, because other processes may share standard input and output: non-blocking
 * mode would change these descriptors for them, too, and without it write(2) to a pipe may wait although poll(2) has
 * reported room.
 */

/* Waits for standard input.  Returns 1 if it can be read, 0 if it cannot and the socket's other end has closed. */
static int wait_for_input(int fd)
{
	struct pollfd p[2] = {{.fd = 0, .events = POLLIN}, {.fd = fd, .events = 0}};

	while (poll(p, 2, -1) == -1)
		if (errno != EINTR && errno != EAGAIN)
			return 1;
	return p[0].revents != 0;
}

static int send_all(int fd, const char *bytes, size_t size, uint64_t *sent)
{
	while (size > 0) {
		ssize_t put = send(fd, bytes, size, MSG_NOSIGNAL);

		if (put == -1 && errno == EINTR)
			continue;
		if (put == -1)
			return errno;
		bytes += put;
		size -= (size_t)put;
		*sent += (uint64_t)put;
	}
	return 0;
}

static void *copy_out(void *argument)
{
	static char buffer[ROOM];
	struct bridge *bridge = argument;
	struct bridge_way *way = &bridge->out;
	ssize_t got = 0;

	while (way->write_error == 0 && wait_for_input(bridge->fd) && (got = io_read(0, buffer, sizeof(buffer))) > 0)
		way->write_error = send_all(bridge->fd, buffer, (size_t)got, &way->bytes);
	if (got == -1)
		way->read_error = errno;
	if (!bridge->keep_open || way->read_error != 0)
		shutdown(bridge->fd, SHUT_WR);
	return NULL;
}

/* Waits until the socket can be read: 0, or -1 with EPIPE if the reader of standard output has gone before that. */
static int wait_for_socket(int fd)
{
	struct pollfd p[2] = {{.fd = fd, .events = POLLIN}, {.fd = 1, .events = 0}};

	while (poll(p, 2, -1) == -1)
		if (errno != EINTR && errno != EAGAIN)
			return 0;
	if (p[0].revents != 0 || p[1].revents == 0)
		return 0;
	/* As write(2) would do. */
	raise(SIGPIPE);
	errno = EPIPE;
	return -1;
}

static void copy_in(struct bridge *bridge)
{
	static char buffer[ROOM];
	struct bridge_way *way = &bridge->in;
	ssize_t got = 0;

	for (;;) {
		if (wait_for_socket(bridge->fd) == -1) {
			way->write_error = errno;
			return;
		}
		got = io_read(bridge->fd, buffer, sizeof(buffer));
		if (got <= 0)
			break;
		if (io_write_all(1, buffer, (size_t)got) == -1) {
			way->write_error = errno;
			return;
		}
		way->bytes += (uint64_t)got;
	}
	if (got == -1)
		way->read_error = errno;
	if (close(1) == -1 && errno != EINTR)
		way->write_error = errno;
}

int bridge_copy(struct bridge *bridge)
{
	pthread_t thread;
	int err;

	err = pthread_create(&thread, NULL, copy_out, bridge);
	if (err != 0) {
		errno = err;
		return -1;
	}
	copy_in(bridge);
	/* A client that cannot write what the server sends also stops sending. */
	if (bridge->in.write_error != 0)
		shutdown(bridge->fd, SHUT_RDWR);
	pthread_join(thread, NULL);
	return 0;
}
