/* SPDX-License-Identifier: ISC */
/* Buffers: text that grows in memory, written by pointer or through a stream. */
#ifndef BUFFER_H
#define BUFFER_H

#include <stddef.h>
#include <stdio.h>

/* All zero is an empty buffer.  The first failure is kept, and the buffer takes nothing after it. */
struct buffer {
	char *bytes; /* NULL, or from malloc(3); see buffer_free() */
	size_t size, room;
	int err; /* 0, or the errno of the first failure */
};

/* Makes room for `more` bytes: the end of the buffer, or NULL with `err` set (ENOMEM).  Called by buffer_reserve(). */
char *buffer_grow(struct buffer *buffer, size_t more);

/*
 * Returns the end of the buffer, with room for `more` bytes there, or NULL where `err` is set.  The pointer is valid
 * until the next call.  Inline, because a table of 20,000 rows calls it half a million times.
 */
static inline char *buffer_reserve(struct buffer *buffer, size_t more)
{
	if (buffer->err == 0 && buffer->room - buffer->size > more)
		return buffer->bytes + buffer->size;
	return buffer_grow(buffer, more);
}

/* Takes what was written to the room of buffer_reserve(): `end` is the new end. */
static inline void buffer_commit(struct buffer *buffer, const char *end)
{
	buffer->size = (size_t)(end - buffer->bytes);
}

/* Adds `size` bytes. */
void buffer_put(struct buffer *buffer, const char *bytes, size_t size);

/* Writes the buffer to standard output if it has `least` bytes or more, and empties it; a failure is kept in `err`. */
void buffer_flush(struct buffer *buffer, size_t least);

/* Empties the buffer and frees its memory. */
void buffer_free(struct buffer *buffer);

/*
 * Opens a stream that adds to the buffer: NULL with errno (ENOMEM) if that fails.  Unlike the stream of
 * open_memstream(3), which ends silently where memory is short, it reports the failure.
 */
FILE *buffer_open(struct buffer *buffer);

/*
 * Closes the stream, and ends the buffer with a NUL that its size does not count.  0 if the buffer has all that was
 * written to the stream; else -1 with ENOMEM, and the buffer is free and empty.
 */
int buffer_close(FILE *stream, struct buffer *buffer);

#endif
