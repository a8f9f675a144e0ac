/* SPDX-License-Identifier: ISC */
/*
 * Unix sockets by name, unix(7): serving one, connecting to one, who is at the other end, and
 * descriptors that go along.  Calls return 0 or a descriptor (close-on-exec), or -1 with errno.
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
#define SOCKET_PASS_MOST 253 /* descriptors that go along at once, SCM_MAX_FD of the kernel */

/* A name: a path, or @ and a name that is in no file system. */
struct socket_name {
	const char *word; /* as it was given */
	struct sockaddr_un address;
	socklen_t length;
	int abstract;
	struct stat made; /* what socket_serve() has made */
};

/* Takes a word apart: -1 with EINVAL (there is no name in it), or ENAMETOOLONG. */
int socket_parse(struct socket_name *name, const char *word);

/*
 * Serves the name with a socket of `type`, in non-blocking mode, whose file has just this mode from the
 * first moment on.  A socket file that no living process has is replaced; EADDRINUSE where one has
 * it, ENOTSOCK for any other kind of file, which stays.
 */
int socket_serve(struct socket_name *name, int type, mode_t mode);

/* Removes the file that socket_serve() has made, if it still is that one: 0, or -1 with errno where it stays. */
int socket_remove(const struct socket_name *name);

/*
 * Connects a socket of `type`.  Before a server that has no room it waits until `deadline`; with
 * `persist` also for one that is not there yet.  ENOENT: no such name; ECONNREFUSED: nobody serves it;
 * EPROTOTYPE: by a socket of another type; ENOTSOCK: another kind of file; EAGAIN: no room in time.
 */
int socket_connect(const struct socket_name *name, int type, const struct deadline *deadline, int persist);

/* Who is at the other end, as it was when it connected, or began to listen. */
int socket_peer(int fd, struct ucred *peer);

/* Sends `count` descriptors to the other end, along with one NUL byte.  Never raises SIGPIPE; does not wait. */
int socket_pass(int fd, const int *descriptors, size_t count);

/*
 * Takes just `count` descriptors, all close-on-exec, and the byte that they come with.  `flags` may be
 * MSG_DONTWAIT.  -1 with EAGAIN; ENODATA: the other end has closed; EPROTO: there came another number
 * of them, `*came` (which are closed); EMSGSIZE: a message with more than that byte; EMFILE.
 */
int socket_take(int fd, int *descriptors, size_t count, int flags, size_t *came);

#endif
