/* SPDX-License-Identifier: ISC */
/* A descriptor that is written to without ever waiting for who reads. */
#ifndef OUTFD_H
#define OUTFD_H

#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

struct outfd {
	int fd; /* -1: none */
	int is_pipe, is_socket, is_named;
	int careful; /* the description is somebody else's, and in blocking mode */
};

/* Takes a FIFO that was opened with O_NONBLOCK, and grows it. */
void outfd_take(struct outfd *outfd, int fd);

/*
 * Takes an inherited descriptor.  Its O_NONBLOCK is left alone, as it belongs to all who share it: where
 * the kernel gives a description of our own for the same pipe or terminal, that one takes its number.
 * 0, or -1 with errno: EPIPE where nobody reads it any more.
 */
int outfd_inherit(struct outfd *outfd, int fd);

/*
 * One write: how many bytes it took, or -1 with errno; EAGAIN where one would have to wait, EPIPE
 * where nobody reads.  SIGPIPE is the caller's to disarm.
 */
ssize_t outfd_write(const struct outfd *outfd, const struct iovec *pieces, int count);

/*
 * Bytes of which the next outfd_write() takes all or, up to PIPE_BUF of them, none, as long as nobody
 * else writes to the same pipe; 0 where that can only be tried.  `*empty` tells whether all has been
 * read.  What is no pipe takes what it takes: SIZE_MAX.
 */
size_t outfd_room(const struct outfd *outfd, int *empty);

/* Whether somebody has the other end of a pipe open. */
int outfd_is_read(const struct outfd *outfd);

/*
 * Opens the other end of a pipe that nobody reads any more, without waiting, to take back what was
 * left unread, `*size` bytes: a descriptor, or -1 with errno.
 */
int outfd_open_back(const struct outfd *outfd, size_t *size);

void outfd_close(struct outfd *outfd);

#endif
