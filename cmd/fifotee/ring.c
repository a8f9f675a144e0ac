/* SPDX-License-Identifier: ISC */
#include "ring.h"

#include <stdlib.h>
#include <string.h>

int ring_open(struct ring *ring, size_t room)
{
	*ring = (struct ring){.room = room};
	if (room == 0)
		return 0;
	ring->bytes = malloc(room);
	return ring->bytes != NULL ? 0 : -1;
}

void ring_add(struct ring *ring, const char *bytes, size_t size)
{
	size_t end = ring->start + ring->size, first;

	if (size == 0)
		return;
	if (end >= ring->room)
		end -= ring->room;
	first = size < ring->room - end ? size : ring->room - end;
	memcpy(ring->bytes + end, bytes, first);
	memcpy(ring->bytes, bytes + first, size - first);
	ring->size += size;
}

int ring_pieces(const struct ring *ring, struct iovec pieces[2])
{
	size_t first = ring->size < ring->room - ring->start ? ring->size : ring->room - ring->start;

	/* A ring without room has no bytes to point to. */
	if (ring->size == 0)
		return 0;
	pieces[0] = (struct iovec){ring->bytes + ring->start, first};
	pieces[1] = (struct iovec){ring->bytes, ring->size - first};
	return (first > 0) + (ring->size > first);
}

void ring_take(struct ring *ring, size_t size)
{
	ring->size -= size;
	ring->start += size;
	if (ring->start >= ring->room)
		ring->start -= ring->room;
	/* An empty ring starts again at its beginning, so that it touches as few pages as possible. */
	if (ring->size == 0)
		ring->start = 0;
}

void ring_close(struct ring *ring)
{
	free(ring->bytes);
	*ring = (struct ring){0};
}
