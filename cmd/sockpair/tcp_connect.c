/* SPDX-License-Identifier: ISC */
#include "tcp.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ATTEMPTS_MOST 16                /* addresses that are tried at once */
#define HEAD_START INT64_C(250000000)   /* nanoseconds until the next address is tried beside those that do not answer */
#define REFUSED_PAUSE 100000000         /* nanoseconds until all addresses are tried again that have refused */

/* Connections that are being made, to several addresses of one host. */
struct attempts {
	struct pollfd polled[ATTEMPTS_MOST];
	const struct addrinfo *infos[ATTEMPTS_MOST];
	nfds_t count;
};

/* Notes that an address failed.  One that refused says more than others: a family that this machine lacks always fails. */
static void note(struct tcp_error *error, int err, const struct addrinfo *info)
{
	if (error->err != ECONNREFUSED)
		tcp_fail(error, err, info->ai_addr);
}

/* Begins to connect: 0, or -1 with errno. */
static int begin(struct attempts *attempts, const struct addrinfo *info)
{
	int fd = socket(info->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP), result, saved;

	if (fd == -1)
		return -1;
	do
		result = connect(fd, info->ai_addr, info->ai_addrlen);
	while (result == -1 && errno == EINTR);
	if (result == 0 || errno == EINPROGRESS || errno == EALREADY || errno == EISCONN) {
		attempts->polled[attempts->count] = (struct pollfd){.fd = fd, .events = POLLOUT};
		attempts->infos[attempts->count++] = info;
		return 0;
	}
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

/*
 * Whether a socket is connected to itself.  The kernel does that if it chooses the port that is connected to as the one of
 * the client, and no process serves it.
 */
static int is_own(int fd)
{
	struct sockaddr_storage own = {.ss_family = AF_UNSPEC}, other = {.ss_family = AF_UNSPEC};
	struct tcp_peer here, there;
	socklen_t own_length = sizeof(own), other_length = sizeof(other);

	if (getsockname(fd, (struct sockaddr *)&own, &own_length) == -1 ||
	    getpeername(fd, (struct sockaddr *)&other, &other_length) == -1)
		return 0;
	tcp_describe(&here, (struct sockaddr *)&own);
	tcp_describe(&there, (struct sockaddr *)&other);
	return here.port == there.port && strcmp(here.address, there.address) == 0;
}

/* Looks at those that poll(2) has reported.  Returns the index of one that is connected, or -1. */
static int look(struct attempts *attempts, struct tcp_error *error)
{
	nfds_t i = 0;

	while (i < attempts->count) {
		int err = 0;
		socklen_t length = sizeof(err);

		if (attempts->polled[i].revents == 0) {
			i++;
			continue;
		}
		if (getsockopt(attempts->polled[i].fd, SOL_SOCKET, SO_ERROR, &err, &length) == -1)
			err = errno;
		if (err == 0 && is_own(attempts->polled[i].fd))
			err = ECONNREFUSED;
		if (err == 0)
			return (int)i;
		note(error, err, attempts->infos[i]);
		close(attempts->polled[i].fd);
		attempts->count--;
		attempts->polled[i] = attempts->polled[attempts->count];
		attempts->infos[i] = attempts->infos[attempts->count];
	}
	return -1;
}

/* Waits for one of the attempts, until the deadline or, if more addresses are left, for HEAD_START.  0: in vain. */
static int wait_for(struct attempts *attempts, const struct deadline *deadline, int more)
{
	int64_t left = deadline_left(deadline);

	return deadline_poll(attempts->polled, attempts->count, more && left > HEAD_START ? HEAD_START : left) != 0;
}

/* Keeps the connection `index`, closes the others: the descriptor, in blocking mode. */
static int keep(struct attempts *attempts, int index, struct tcp_peer *peer)
{
	nfds_t i;
	int fd = attempts->polled[index].fd;

	for (i = 0; i < attempts->count; i++)
		if (i != (nfds_t)index)
			close(attempts->polled[i].fd);
	tcp_describe(peer, attempts->infos[index]->ai_addr);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	return fd;
}

/* Tries all addresses of the list once.  As tcp_connect(). */
static int connect_any(const struct addrinfo *list, const struct deadline *deadline, struct tcp_peer *peer,
                       struct tcp_error *error)
{
	struct attempts attempts = {.count = 0};
	const struct addrinfo *next = list;
	int index;

	*error = (struct tcp_error){.err = 0};
	while (next != NULL || attempts.count > 0) {
		if (next != NULL && attempts.count < ATTEMPTS_MOST) {
			if (begin(&attempts, next) == -1)
				note(error, errno, next);
			next = next->ai_next;
		}
		if (attempts.count == 0)
			continue;
		if (!wait_for(&attempts, deadline, next != NULL) && deadline_left(deadline) == 0) {
			tcp_fail(error, EAGAIN, NULL);
			break;
		}
		index = look(&attempts, error);
		if (index != -1)
			return keep(&attempts, index, peer);
	}
	while (attempts.count > 0)
		close(attempts.polled[--attempts.count].fd);
	return -1;
}

int tcp_connect(const struct tcp_name *name, const struct deadline *deadline, int persist, struct tcp_peer *peer,
                struct tcp_error *error)
{
	static const struct timespec pause = {0, REFUSED_PAUSE};
	struct addrinfo *list;
	int fd;

	if (tcp_resolve(name, &list, error) == -1)
		return -1;
	while ((fd = connect_any(list, deadline, peer, error)) == -1 && persist && error->err == ECONNREFUSED &&
	       deadline_left(deadline) > 0)
		nanosleep(&pause, NULL);
	freeaddrinfo(list);
	if (fd != -1)
		tcp_prepare(fd);
	return fd;
}
