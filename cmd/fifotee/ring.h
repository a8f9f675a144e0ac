/* SPDX-License-Identifier: ISC */
/* A queue of bytes with a fixed room. */
#ifndef RING_H
#define RING_H

#include <stddef.h>
#include <sys/uio.h>

/* All zero is a queue without room. */
struct ring {
	char *bytes; /* its own */
	size_t room, start, size;
};

/* Takes memory for `room` bytes, which the kernel gives as they are used: 0, or -1 with ENOMEM. */
int ring_open(struct ring *ring, size_t room);

/* Puts `size` bytes behind those that are there, which the caller knows to fit. */
void ring_add(struct ring *ring, const char *bytes, size_t size);

/* What is in the queue, in order, as writev(2) takes it: the number of pieces, 0 to 2. */
int ring_pieces(const struct ring *ring, struct iovec pieces[2]);

/* Takes the first `size` bytes away. */
void ring_take(struct ring *ring, size_t size);

void ring_close(struct ring *ring);

#endif
