/* SPDX-License-Identifier: ISC */
/* Sockets: pairs, Unix sockets with a name, and TCP on the loopback interface. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "mechanism.h"
#include "stream.h"

/* The kernel's own share of the buffer of a Unix socket that sends records. */
#define BUFFER_SHARE 32

static int open_pair(struct channel *channel)
{
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel->fds);
}

/* Opens a pair that keeps records, with buffers that one record fits in, if the system's limit allows that. */
static int open_records(struct channel *channel, int type)
{
	int wanted = (int)channel->size, given, side;
	socklen_t length = sizeof(given);

	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, channel->fds) == -1)
		return -1;
	for (side = 0; side < 2; side++) {
		if (getsockopt(channel->fds[side], SOL_SOCKET, SO_SNDBUF, &given, &length) == -1)
			return -1;
		if (given >= wanted + BUFFER_SHARE)
			continue;
		if (setsockopt(channel->fds[side], SOL_SOCKET, SO_SNDBUF, &wanted, sizeof(wanted)) == -1 ||
		    getsockopt(channel->fds[side], SOL_SOCKET, SO_SNDBUF, &given, &length) == -1)
			return -1;
		if (given < wanted + BUFFER_SHARE) {
			snprintf(channel->why, sizeof(channel->why), "net.core.wmem_max allows %d bytes", given - BUFFER_SHARE);
			errno = EMSGSIZE;
			return -1;
		}
	}
	return 0;
}

static int open_seqpacket(struct channel *channel)
{
	return open_records(channel, SOCK_SEQPACKET);
}

static int open_dgram(struct channel *channel)
{
	return open_records(channel, SOCK_DGRAM);
}

static int send_record(struct channel *channel, char *bytes)
{
	ssize_t size = send(channel->fds[MECHANISM_SENDER], bytes, channel->size, MSG_NOSIGNAL);

	return size == -1 ? -1 : 0;
}

static int receive_record(struct channel *channel, char *bytes)
{
	ssize_t size = recv(channel->fds[MECHANISM_RECEIVER], bytes, channel->size, 0);

	if (size == (ssize_t)channel->size)
		return 0;
	if (size != -1)
		errno = EPIPE;
	return -1;
}

/* Connects one end to a listening socket, and accepts the other: both without waiting, since the kernel queues it. */
static int connect_to(struct channel *channel, int listener, struct sockaddr *address, socklen_t length)
{
	if (bind(listener, address, length) == -1 || listen(listener, 1) == -1 || getsockname(listener, address, &length) == -1)
		return -1;
	channel->fds[MECHANISM_SENDER] = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (channel->fds[MECHANISM_SENDER] == -1 || connect(channel->fds[MECHANISM_SENDER], address, length) == -1)
		return -1;
	channel->fds[MECHANISM_RECEIVER] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	return channel->fds[MECHANISM_RECEIVER] == -1 ? -1 : 0;
}

/* Does the same with a listening socket of its own, which is closed in each case. */
static int open_connection(struct channel *channel, struct sockaddr *address, socklen_t length)
{
	int listener = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0), result, saved;

	if (listener == -1)
		return -1;
	result = connect_to(channel, listener, address, length);
	saved = errno;
	close(listener);
	errno = saved;
	return result;
}

static int open_unix(struct channel *channel)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char path[MECHANISM_PATH];
	int result = -1;

	_Static_assert(MECHANISM_PATH <= sizeof(address.sun_path), "a path fits into an address");
	if (mechanism_enter_directory(path, "socket") == 0) {
		memcpy(address.sun_path, path, sizeof(path));
		result = open_connection(channel, (struct sockaddr *)&address, sizeof(address));
	}
	mechanism_leave_directory(path);
	return result;
}

static int open_tcp(struct channel *channel)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int one = 1, side;

	if (open_connection(channel, (struct sockaddr *)&address, sizeof(address)) == -1)
		return -1;
	/* A small message leaves at once. */
	for (side = 0; side < 2; side++)
		if (setsockopt(channel->fds[side], IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) == -1)
			return -1;
	return 0;
}

const struct mechanism sockets_pair = {
	.name = "socketpair", .summary = "stream pair",
	.records = "no", .order = "as sent", .persistence = "no", .users = "inherited", .machines = "no",
	.textbook = 300, .duplex = 1, .open = open_pair, .send = stream_send, .receive = stream_receive,
};

const struct mechanism sockets_seqpacket = {
	.name = "seqpacket", .summary = "record pair",
	.records = "yes", .order = "as sent", .persistence = "no", .users = "inherited", .machines = "no",
	.duplex = 1, .open = open_seqpacket, .send = send_record, .receive = receive_record,
};

const struct mechanism sockets_dgram = {
	.name = "dgram", .summary = "datagram pair",
	.records = "yes", .order = "as sent", .persistence = "no", .users = "inherited", .machines = "no",
	.duplex = 1, .open = open_dgram, .send = send_record, .receive = receive_record,
};

const struct mechanism sockets_unix = {
	.name = "unix", .summary = "Unix socket",
	.records = "no", .order = "as sent", .persistence = "name", .users = "by mode", .machines = "no",
	.textbook = 300, .duplex = 1, .open = open_unix, .send = stream_send, .receive = stream_receive,
};

const struct mechanism sockets_tcp = {
	.name = "tcp", .summary = "TCP, 127.0.0.1",
	.records = "no", .order = "as sent", .persistence = "no", .users = "all", .machines = "yes",
	.textbook = 100, .duplex = 1, .open = open_tcp, .send = stream_send, .receive = stream_receive,
};
