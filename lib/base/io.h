/* SPDX-License-Identifier: ISC */
/*
 * Whole reads and writes on descriptors.
 *
 * Each function continues after EINTR, unless a signal of interrupt.h is pending: then it fails with EINTR.  It waits with
 * poll(2) if the descriptor is in non-blocking mode, as an inherited standard output may be.
 */
#ifndef IO_H
#define IO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Calls read(2) once.  Returns the number of bytes, 0 at the end, or -1 with errno. */
ssize_t io_read(int fd, void *buffer, size_t size);

/* Reads `size` bytes, or fewer if the input ends before.  Returns their number, or -1 with errno. */
ssize_t io_read_full(int fd, void *buffer, size_t size);

/* Writes all `size` bytes.  Returns 0, or -1 with errno after an unknown part was written. */
int io_write_all(int fd, const void *buffer, size_t size);

/*
 * Checks what was written so far as close(2) does, which on some file systems is the first call to report that it failed.
 * Returns 0, or -1 with errno.  The descriptor stays open.
 */
int io_check_written(int fd);

/* Decides, and waits, after a call on `fd` failed: 0 if it is to be tried again, -1 if its errno stands. */
int io_wait_ready(int fd, short events);

/*
 * The capacity that the tools ask for where many bytes pass through a pipe: the most that pipe(7) allows every user.  The
 * bytes of a larger pipe would leave the cache before they are read.
 */
#define IO_PIPE_SIZE (1 << 20)

/* The capacity that the kernel gives a new pipe, pipe(7): fewer bytes gain nothing from a larger one. */
#define IO_PIPE_NORMAL (1 << 16)

/*
 * Asks for a pipe of `size` bytes and accepts a smaller one, since ordinary users are limited, pipe(7).  Returns the capacity
 * that the pipe has then, or -1 with errno if `fd` is not a pipe.
 */
int io_grow_pipe(int fd, int size);

#endif
