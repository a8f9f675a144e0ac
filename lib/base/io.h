/* SPDX-License-Identifier: ISC */
/*
 * Whole reads and writes on descriptors.
 *
 * All of them go on after EINTR, unless one of the signals of interrupt.h is pending (then they
 * fail with EINTR), and wait with poll(2) where a descriptor is in non-blocking mode, which an
 * inherited standard output may well be.
 */
#ifndef IO_H
#define IO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* One read(2): the bytes that were there, 0 at the end, or -1 with errno. */
ssize_t io_read(int fd, void *buffer, size_t size);

/* Reads until `size` bytes are there or the input ends; how many there were, or -1 with errno. */
ssize_t io_read_full(int fd, void *buffer, size_t size);

/* Writes all of it: 0, or -1 with errno, after which an unknown part has been written. */
int io_write_all(int fd, const void *buffer, size_t size);

/*
 * What was written so far has arrived as far as close(2) can tell, which on some file systems is the first to say
 * that it has not: 0, or -1 with errno.  It stays open.
 */
int io_check_written(int fd);

/* After a failed call on `fd`: 0 if it should be tried again (see above), -1 if errno stands. */
int io_wait_ready(int fd, short events);

/* The capacity that the tools ask for where many bytes pass through a pipe: pipe(7) allows every user 1 MiB. */
#define IO_PIPE_SIZE (1 << 20)

/*
 * Asks for a pipe of `size` bytes, and takes what an ordinary user is given (pipe(7)).  Returns the
 * capacity that it now has, or -1 with errno where `fd` is no pipe.
 */
int io_grow_pipe(int fd, int size);

#endif
