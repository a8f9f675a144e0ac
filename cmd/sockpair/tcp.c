/* SPDX-License-Identifier: ISC */
#include "tcp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"

#define PORT_TRIES 20 /* ports that the kernel chooses for one address, until one is free for the others as well */

/* The port in an IPv4 or IPv6 address.  All addresses here have the alignment of their family. */
static in_port_t *port_in(struct sockaddr *address)
{
	void *any = address;

	return address->sa_family == AF_INET6 ? &((struct sockaddr_in6 *)any)->sin6_port : &((struct sockaddr_in *)any)->sin_port;
}

static uint16_t port_of(const struct sockaddr *address)
{
	const void *any = address;

	return ntohs(address->sa_family == AF_INET6 ? ((const struct sockaddr_in6 *)any)->sin6_port :
	                                              ((const struct sockaddr_in *)any)->sin_port);
}

/* Copies the host, `length` bytes long. */
static const char *parse_host(struct tcp_name *name, const char *host, size_t length)
{
	if (length == 0)
		return "the host before the port is missing";
	if (length > TCP_HOST_MOST)
		return "a host has at most 255 bytes";
	memcpy(name->host, host, length);
	name->host[length] = '\0';
	name->kind = strcmp(name->host, "*") == 0 ? TCP_ANY : TCP_HOST;
	return NULL;
}

/* Whether the host is an IPv6 address; an interface may follow it, as in fe80::1%eth0. */
static int is_ipv6(const char *host)
{
	char address[INET6_ADDRSTRLEN];
	size_t length = strcspn(host, "%");
	struct in6_addr in6;

	if (length >= sizeof(address))
		return 0;
	memcpy(address, host, length);
	address[length] = '\0';
	return inet_pton(AF_INET6, address, &in6) == 1;
}

const char *tcp_parse(struct tcp_name *name, const char *word)
{
	const char *colon = strrchr(word, ':'), *bracket = strrchr(word, ']'), *wrong = NULL;
	uint64_t port;

	*name = (struct tcp_name){.kind = TCP_LOOPBACK};
	if (word[0] == '[') {
		if (bracket == NULL || bracket[1] != ':')
			return "an IPv6 address has the form tcp:[ADDRESS]:PORT";
		colon = bracket + 1;
		wrong = parse_host(name, word + 1, (size_t)(bracket - word) - 1);
		if (wrong == NULL && !is_ipv6(name->host))
			wrong = "only an IPv6 address stands in brackets";
	} else if (colon != NULL) {
		wrong = parse_host(name, word, (size_t)(colon - word));
		if (wrong == NULL && strchr(name->host, ':') != NULL)
			wrong = "put the IPv6 address in brackets: tcp:[ADDRESS]:PORT";
	}
	if (wrong != NULL)
		return wrong;
	if (number_parse(colon != NULL ? colon + 1 : word, 0, UINT16_MAX, &port) == -1)
		return "the port is not a number from 0 to 65535";
	name->port = (uint16_t)port;
	return NULL;
}

void tcp_describe(struct tcp_peer *peer, const struct sockaddr *address)
{
	const void *any = address;
	const struct sockaddr_in6 *in6 = any;
	struct sockaddr_in mapped = {.sin_family = AF_INET};
	socklen_t length = address->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);

	peer->port = port_of(address);
	if (address->sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
		memcpy(&mapped.sin_addr, &in6->sin6_addr.s6_addr[12], sizeof(mapped.sin_addr));
		address = (const struct sockaddr *)&mapped;
		length = sizeof(mapped);
	}
	if (getnameinfo(address, length, peer->address, sizeof(peer->address), NULL, 0, NI_NUMERICHOST) != 0)
		strcpy(peer->address, "?");
}

int tcp_fail(struct tcp_error *error, int err, const struct sockaddr *address)
{
	*error = (struct tcp_error){.err = err};
	if (address != NULL)
		tcp_describe(&error->address, address);
	return -1;
}

int tcp_resolve(const struct tcp_name *name, struct addrinfo **list, struct tcp_error *error)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_protocol = IPPROTO_TCP,
	                         .ai_flags = AI_NUMERICSERV | (name->kind == TCP_ANY ? AI_PASSIVE : 0)};
	char port[8];
	int result;

	snprintf(port, sizeof(port), "%u", name->port);
	result = getaddrinfo(name->kind == TCP_HOST ? name->host : NULL, port, &hints, list);
	if (result == 0)
		return 0;
	tcp_fail(error, result == EAI_SYSTEM ? errno : result == EAI_MEMORY ? ENOMEM : result == EAI_NONAME ? ENOENT : EIO, NULL);
	if (result != EAI_SYSTEM && result != EAI_MEMORY)
		error->message = gai_strerror(result);
	return -1;
}

/* Whether an address is missing on this machine, or the whole family. */
static int is_missing(int err)
{
	return err == EADDRNOTAVAIL || err == EAFNOSUPPORT;
}

/* Reads the port of a socket: 0, or -1 with errno. */
static int read_port(int fd, uint16_t *port)
{
	struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
	socklen_t length = sizeof(address);

	if (getsockname(fd, (struct sockaddr *)&address, &length) == -1)
		return -1;
	*port = port_of((struct sockaddr *)&address);
	return 0;
}

/* Listens on one address and `*port`; if that is 0, stores the port that the kernel chose.  A descriptor, or -1 with errno. */
static int listen_on(const struct addrinfo *info, uint16_t *port)
{
	static const int on = 1;
	int fd = socket(info->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP), saved;

	if (fd == -1)
		return -1;
	/* Connections of an earlier server that are in TIME_WAIT do not keep the port. */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	/* The IPv4 addresses have a socket of their own. */
	if (info->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	*port_in(info->ai_addr) = htons(*port);
	if (bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0 &&
	    (*port != 0 || read_port(fd, port) == 0))
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

/* Listens on all addresses, `*port` or the one that the kernel chooses for the first.  As tcp_listen(). */
static int listen_on_all(struct addrinfo *list, int *fds, size_t room, uint16_t *port, struct tcp_error *error)
{
	struct addrinfo *info;
	int count = 0;

	tcp_fail(error, EADDRNOTAVAIL, list->ai_addr);
	for (info = list; info != NULL && (size_t)count < room; info = info->ai_next) {
		fds[count] = listen_on(info, port);
		if (fds[count] != -1) {
			count++;
		} else if (!is_missing(errno)) {
			tcp_fail(error, errno, info->ai_addr);
			while (count > 0)
				close(fds[--count]);
			return -1;
		}
	}
	return count > 0 ? count : -1;
}

int tcp_listen(const struct tcp_name *name, int *fds, size_t room, uint16_t *port, struct tcp_error *error)
{
	struct addrinfo *list;
	int count, tries;

	if (tcp_resolve(name, &list, error) == -1)
		return -1;
	for (tries = 0;; tries++) {
		*port = name->port;
		count = listen_on_all(list, fds, room, port, error);
		/* A port that is free on one address may be in use on another one. */
		if (count != -1 || name->port != 0 || error->err != EADDRINUSE || tries == PORT_TRIES)
			break;
	}
	freeaddrinfo(list);
	return count;
}

void tcp_prepare(int fd)
{
	static const int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
}
