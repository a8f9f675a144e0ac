/* SPDX-License-Identifier: ISC */
/*
 * In place of lib/base/io.c, for what reads nothing but by io_read(): a stream that comes in any pieces, the way a pipe
 * gives it, and the same ones each time that an input is run.
 */
#ifndef FEED_H
#define FEED_H

#include "fuzz.h"
#include "base/io.h"

static struct {
	const char *bytes;
	size_t size;
	uint32_t seed; /* of the sizes of the pieces */
	int ended;
} feed;

ssize_t io_read(int fd, void *buffer, size_t size)
{
	static const size_t most[] = {1, 3, 17, 4096, 65536, 100000, 1 << 20, 64};
	size_t piece;

	(void)fd;
	CHECK(size > 0);
	/* A terminal would be asked for more after its end. */
	CHECK(!feed.ended);
	feed.seed = feed.seed * 1103515245 + 12345;
	piece = 1 + (feed.seed >> 8) % most[feed.seed >> 28 & 7];
	if (piece > size)
		piece = size;
	if (piece > feed.size)
		piece = feed.size;
	memcpy(buffer, feed.bytes, piece);
	feed.bytes += piece;
	feed.size -= piece;
	feed.ended = piece == 0;
	return (ssize_t)piece;
}

#endif
