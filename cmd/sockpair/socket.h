/* SPDX-License-Identifier: ISC */
/*
 * Unix sockets by name, unix(7): a server and a client, the user at the other end, and descriptors that are passed.
 * Functions return 0 or a descriptor (close-on-exec), or -1 with errno.
 */
#ifndef SOCKET_H
#define SOCKET_H

#include <stddef.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/un.h>

#include "base/deadline.h"

#define SOCKET_NAME_MOST 108 /* bytes of a path; an abstract name has one less, without its @ */
#define SOCKET_PASS_MOST 253 /* descriptors that one message passes, SCM_MAX_FD of the kernel */

/* A name: a path, or @ and a name outside of all file systems. */
struct socket_name {
	const char *word; /* the command line's, kept */
	struct sockaddr_un address;
	socklen_t length;
	int abstract;
};

/* Parses a word: -1 with EINVAL if it contains no name, or ENAMETOOLONG. */
int socket_parse(struct socket_name *name, const char *word);

/*
 * Listens on the name with a non-blocking socket of `type`.  The socket's file has exactly the permission `mode` as
 * soon as it exists; `made` gets what socket_remove() recognises it by.  A socket file without a living process is
 * replaced.  EADDRINUSE: a process has the socket; ENOTSOCK: another kind of file has this name, and stays.
 */
int socket_serve(const struct socket_name *name, int type, mode_t mode, struct stat *made);

/* Removes the file that socket_serve() made, unless another one has its name by now: 0, or -1 with errno if it stays. */
int socket_remove(const struct socket_name *name, const struct stat *made);

/*
 * Connects a socket of `type`.  Waits until `deadline` for a server that has no room; with `persist` also for one that
 * does not exist yet.  ENOENT: the name is missing; ECONNREFUSED: no process serves it; EPROTOTYPE: the server's socket
 * has another type; ENOTSOCK: another kind of file; EAGAIN: the server had no room in time.
 */
int socket_connect(const struct socket_name *name, int type, const struct deadline *deadline, int persist);

/* Stores the process and user at the other end, as they were when that connected, or began to listen. */
int socket_peer(int fd, struct ucred *peer);

/* Sends `count` descriptors to the other end, along with one NUL byte.  Never raises SIGPIPE; does not wait. */
int socket_pass(int fd, const int *descriptors, size_t count);

/*
 * Takes exactly `count` descriptors, all close-on-exec, and the byte that they come with.  `flags` may be
 * MSG_DONTWAIT.  EAGAIN: they have not come yet; ENODATA: the other end closed; EPROTO: another number of them came,
 * `*came`, and they are closed; EMSGSIZE: the message had more than that byte; EMFILE: no descriptors are left.
 */
int socket_take(int fd, int *descriptors, size_t count, int flags, size_t *came);

#endif
