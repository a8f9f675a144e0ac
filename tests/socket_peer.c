/* SPDX-License-Identifier: ISC */
/*
 * socket_peer - Unix sockets for the tests, made without our lib.
 *
 * usage: socket_peer hold TYPE NAME       bind (stream, seqpacket: listen, too), say "ready", and wait to be killed
 *        socket_peer bound NAME           bind a stream socket and never listen, the same
 *        socket_peer full NAME            listen with no room, and fill that; the same
 *        socket_peer stale NAME           leave a socket file that nobody has
 *        socket_peer crowd COUNT NAME     connect COUNT times at once, send something on each, want it back on each
 *        socket_peer silent NAME          connect, say "ready", say nothing until the other side closes
 *        socket_peer vanish NAME          connect, and close at once
 *        socket_peer fds COUNT BYTES NAME connect, send COUNT copies of standard input along with BYTES bytes, and
 *                                         wait for the other side to close
 *        socket_peer give NAME            serve one connection, and send it standard input along with a "C" and text
 *        socket_peer drip COUNT           write COUNT bytes, one by one, to standard output
 *        socket_peer half                 shut standard output, a socket, down for writing
 *
 * NAME is a path, @NAME, or tcp:PORT of 127.0.0.1.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static union {
	struct sockaddr_un un;
	struct sockaddr_in in;
} any;
#define address any.un
static socklen_t length;

static void parse(const char *name)
{
	if (strncmp(name, "tcp:", 4) == 0) {
		any.in = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(name + 4)),
		                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
		length = sizeof(any.in);
		return;
	}
	length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
	address.sun_family = AF_UNIX;
	memcpy(address.sun_path, name, strlen(name));
	if (*name == '@')
		address.sun_path[0] = '\0';
}

static int type_of(const char *word)
{
	return strcmp(word, "dgram") == 0 ? SOCK_DGRAM : strcmp(word, "seqpacket") == 0 ? SOCK_SEQPACKET : SOCK_STREAM;
}

static int make(int type)
{
	int fd = socket(any.un.sun_family == AF_INET ? AF_INET : AF_UNIX, type, 0);

	if (fd == -1)
		err(1, "socket");
	return fd;
}

static int bound(int type, int backlog)
{
	int fd = make(type);

	if (bind(fd, (struct sockaddr *)&address, length) == -1)
		err(1, "bind");
	if (backlog >= 0 && listen(fd, backlog) == -1)
		err(1, "listen");
	return fd;
}

static int connected(void)
{
	int fd = make(SOCK_STREAM);

	if (connect(fd, (struct sockaddr *)&address, length) == -1)
		err(1, "connect");
	return fd;
}

static void stay(void)
{
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}

static void fill(void)
{
	int fd = make(SOCK_STREAM | SOCK_NONBLOCK);

	bound(SOCK_STREAM, 0);
	while (connect(fd, (struct sockaddr *)&address, length) == 0)
		fd = make(SOCK_STREAM | SOCK_NONBLOCK);
	stay();
}

static void crowd(int count)
{
	int *fds = calloc((size_t)count, sizeof(*fds)), i, good = 0;
	char wanted[32], got[32];

	if (fds == NULL)
		err(1, "%d sockets", count);
	for (i = 0; i < count; i++)
		fds[i] = connected();
	for (i = 0; i < count; i++) {
		sprintf(wanted, "number %d", i);
		if (write(fds[i], wanted, strlen(wanted)) == -1)
			err(1, "write");
		shutdown(fds[i], SHUT_WR);
	}
	for (i = 0; i < count; i++) {
		size_t have = 0;
		ssize_t more;

		sprintf(wanted, "number %d", i);
		while ((more = read(fds[i], got + have, sizeof(got) - have)) > 0)
			have += (size_t)more;
		good += more == 0 && have == strlen(wanted) && memcmp(got, wanted, have) == 0;
	}
	printf("%d\n", good);
	free(fds);
}

static void wait_for_close(int fd)
{
	char bytes[256];

	while (read(fd, bytes, sizeof(bytes)) > 0)
		continue;
}

static void send_descriptors(int fd, size_t count, const char *text, size_t size)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(253 * sizeof(int))];
	} control = {.room = ""};
	struct iovec bytes = {(char *)(uintptr_t)text, size};
	struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1};
	size_t i;

	if (count > 0) {
		int zero = 0;

		message.msg_control = control.room;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
		control.header = (struct cmsghdr){.cmsg_len = CMSG_LEN(count * sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
		for (i = 0; i < count; i++)
			memcpy(CMSG_DATA(&control.header) + i * sizeof(int), &zero, sizeof(int));
	}
	if (sendmsg(fd, &message, 0) == -1)
		err(1, "sendmsg");
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	int fd, i;

	if (argc > 2)
		parse(argv[argc - 1]);
	if (strcmp(what, "hold") == 0 && argc == 4) {
		fd = type_of(argv[2]);
		bound(fd, fd == SOCK_DGRAM ? -1 : 5);
		stay();
	} else if (strcmp(what, "bound") == 0 && argc == 3) {
		bound(SOCK_STREAM, -1);
		stay();
	} else if (strcmp(what, "full") == 0 && argc == 3) {
		fill();
	} else if (strcmp(what, "stale") == 0 && argc == 3) {
		bound(SOCK_STREAM, -1);
	} else if (strcmp(what, "crowd") == 0 && argc == 4) {
		crowd(atoi(argv[2]));
	} else if (strcmp(what, "silent") == 0 && argc == 3) {
		fd = connected();
		puts("ready");
		fflush(stdout);
		wait_for_close(fd);
	} else if (strcmp(what, "vanish") == 0 && argc == 3) {
		close(connected());
	} else if (strcmp(what, "fds") == 0 && argc == 5) {
		char text[64] = "";

		fd = connected();
		send_descriptors(fd, (size_t)atoi(argv[2]), text, (size_t)atoi(argv[3]));
		wait_for_close(fd);
	} else if (strcmp(what, "give") == 0 && argc == 3) {
		char text[] = "Cand more";

		fd = accept(bound(SOCK_STREAM, 5), NULL, NULL);
		send_descriptors(fd, 1, text, strlen(text));
	} else if (strcmp(what, "drip") == 0 && argc == 3) {
		for (i = 0; i < atoi(argv[2]); i++)
			if (write(1, "", 1) != 1)
				err(1, "write");
	} else if (strcmp(what, "half") == 0) {
		if (shutdown(1, SHUT_WR) == -1)
			err(1, "shutdown");
	} else {
		errx(2, "what?");
	}
	return 0;
}
