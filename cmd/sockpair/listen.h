/* SPDX-License-Identifier: ISC */
/* The sockets that a server listens on: a Unix socket, TCP on one or more addresses, or those of an init system. */
#ifndef LISTEN_H
#define LISTEN_H

#include <sys/stat.h>

#include "job.h"

struct listen_socket {
	int fd;
	int family;        /* AF_UNIX, AF_INET or AF_INET6 */
	int for_own_users; /* whether only the user of the server and root may connect: an abstract name has no mode */
};

struct listen_sockets {
	struct listen_socket *sockets; /* from malloc(3) */
	size_t count;
	struct stat file;              /* the file that was made, with a path */
};

/* Opens the sockets: CLI_DONE, or a status after a message.  Prints the port if the kernel chose it. */
int listen_open(const struct options *options, struct listen_sockets *sockets);

/*
 * Closes them, `sockets->count` is then 0, and removes the file that was made: CLI_DONE, or a status after a message if
 * the file stays.
 */
int listen_close(const struct options *options, struct listen_sockets *sockets);

#endif
