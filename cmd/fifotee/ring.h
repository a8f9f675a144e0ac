/* SPDX-License-Identifier: ISC */
/* A queue of bytes that never grows. */
#ifndef RING_H
#define RING_H

#include <stddef.h>
#include <sys/uio.h>

/* All zero is a queue without room. */
struct ring {
	char *bytes; /* owned by the ring */
	size_t room, start, size;
};

/* Reserves `room` bytes; the kernel provides the memory as it is used.  Returns 0, or -1 with ENOMEM. */
int ring_open(struct ring *ring, size_t room);

/* Appends `size` bytes; the caller has checked that they fit. */
void ring_add(struct ring *ring, const char *bytes, size_t size);

/* Sets `pieces` to the bytes in the queue, in order, for writev(2); returns the number of pieces, 0 to 2. */
int ring_pieces(const struct ring *ring, struct iovec pieces[2]);

/* Removes the first `size` bytes. */
void ring_take(struct ring *ring, size_t size);

/* Frees the memory. */
void ring_close(struct ring *ring);

#endif
