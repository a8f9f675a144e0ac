/* SPDX-License-Identifier: ISC */
/* A descriptor that is written to without ever waiting for its reader. */
#ifndef OUTFD_H
#define OUTFD_H

#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

struct outfd {
	int fd; /* -1: none */
	int is_pipe, is_socket, is_named;
	int inherited; /* outfd_close() does not close it */
	int careful; /* the open file description is shared with other processes, and in blocking mode */
};

/* Takes over a FIFO that was opened with O_NONBLOCK, and grows its pipe. */
void outfd_take(struct outfd *outfd, int fd);

/*
 * Takes over an inherited descriptor.  Leaves its O_NONBLOCK flag alone, which belongs to all processes that share the
 * description.  If the kernel gives a description of our own for the same pipe or terminal, that one replaces `fd`.
 * Returns 0, or -1 with errno: EPIPE if the pipe has no reader any more.
 */
int outfd_inherit(struct outfd *outfd, int fd);

/*
 * Writes once.  Returns the bytes that were written, or -1 with errno: EAGAIN if the call would have to wait, EPIPE
 * if there is no reader.  The caller disarms SIGPIPE.
 */
ssize_t outfd_write(const struct outfd *outfd, const struct iovec *pieces, int count);

/*
 * Returns how many bytes the next outfd_write() takes as a whole (up to PIPE_BUF of them it takes all or none), if no
 * other process writes to the pipe; 0 if only trying can tell; SIZE_MAX if the descriptor is no pipe.  Sets `*empty`
 * to whether the reader has read everything.
 */
size_t outfd_room(const struct outfd *outfd, int *empty);

/* Returns whether a process has the reading end of the pipe open. */
int outfd_is_read(const struct outfd *outfd);

/*
 * Opens the reading end of a pipe that has no reader, without waiting, to take back the `*size` bytes that were left
 * unread.  Returns a descriptor, or -1 with errno.
 */
int outfd_open_back(const struct outfd *outfd, size_t *size);

/* Closes the descriptor, if there is one that was not inherited, and forgets it. */
void outfd_close(struct outfd *outfd);

#endif
