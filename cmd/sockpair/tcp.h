/* SPDX-License-Identifier: ISC */
/* TCP by name, tcp(7): servers on one or more addresses, clients that try all addresses of a host. */
#ifndef TCP_H
#define TCP_H

#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/deadline.h"

#define TCP_HOST_MOST 255 /* bytes of a host name, of a name in DNS as well */
#define TCP_TEXT 80       /* bytes of an address as text, with its NUL; an IPv6 address may name an interface */

enum tcp_host {
	TCP_LOOPBACK, /* no host was given: 127.0.0.1 and ::1 */
	TCP_ANY,      /* "*": all addresses of this machine */
	TCP_HOST,
};

struct tcp_name {
	enum tcp_host kind;
	char host[TCP_HOST_MOST + 1]; /* a name or a numeric address, without brackets */
	uint16_t port;
};

/* The address and port of an end of a connection. */
struct tcp_peer {
	char address[TCP_TEXT]; /* numeric; an IPv4 address that an IPv6 socket has mapped is shown as IPv4 */
	uint16_t port;
};

/* The failure: `message` is NULL for errors with an errno alone. */
struct tcp_error {
	int err;
	const char *message;      /* the resolver's, gai_strerror(3) */
	struct tcp_peer address;  /* the address that failed, empty before there was one */
};

/* Parses [HOST:]PORT, an IPv6 address in brackets.  Returns NULL, or the reason why it is not one. */
const char *tcp_parse(struct tcp_name *name, const char *word);

/* Stores an IPv4 or IPv6 address as text. */
void tcp_describe(struct tcp_peer *peer, const struct sockaddr *address);

/* Stores an error, and the address that failed unless that is NULL.  Returns -1. */
int tcp_fail(struct tcp_error *error, int err, const struct sockaddr *address);

/* Resolves the host: 0 and the addresses in `list`, for freeaddrinfo(3), or -1 with `error`, ENOENT: no such host. */
int tcp_resolve(const struct tcp_name *name, struct addrinfo **list, struct tcp_error *error);

/*
 * Listens on all addresses of the name, on the same port each.  Addresses that this machine lacks are left out if it has
 * another one.  Stores up to `room` descriptors, non-blocking and close-on-exec, and the port, which the kernel chooses if
 * it is 0.  Returns how many descriptors, or -1 with `error`: EADDRINUSE, EADDRNOTAVAIL, EACCES ...
 */
int tcp_listen(const struct tcp_name *name, int *fds, size_t room, uint16_t *port, struct tcp_error *error);

/*
 * In tcp_connect.c: connects to one of the addresses of the name: tries the next one when one has failed, or has not answered for a while.
 * Waits until `deadline`; with `persist` also tries again as long as all refuse.  Stores the address in `peer`.  Returns a
 * descriptor (blocking, close-on-exec), or -1 with `error`: EAGAIN: no address answered in time.
 */
int tcp_connect(const struct tcp_name *name, const struct deadline *deadline, int persist, struct tcp_peer *peer,
                struct tcp_error *error);

/*
 * Prepares a connection: small writes are sent at once, TCP_NODELAY, and an end whose machine has gone is noticed,
 * SO_KEEPALIVE.
 */
void tcp_prepare(int fd);

#endif
