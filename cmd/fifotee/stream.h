/* SPDX-License-Identifier: ISC */
/*
 * The stream: the bytes of standard input that outputs still need, in one buffer, and where records end in them.
 * Positions are counted in bytes from the beginning of standard input.
 */
#ifndef STREAM_H
#define STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "framing.h"

struct stream {
	int framed;         /* 0: the bytes are passed on without looking for records (--zero-copy) */
	char *bytes;        /* owned by the stream */
	size_t size, room;  /* bytes in the buffer, and bytes that it can hold */
	uint64_t start;     /* position of bytes[0] */
	uint64_t phase;     /* bytes of the record at bytes[0] that came before it */
	struct framing in;  /* all that was read */
	int ended;          /* nothing more will be read */
	int odd;            /* the stream has ended in a record that lacks its end */
	size_t given;       /* bytes of the buffer whose records were handed to those that want whole records */
	uint64_t given_records; /* records of the stream that were handed to them */
	int skipping;       /* the record at bytes[0] is too long to be kept, and its beginning is gone */
};

/* Reserves `room` bytes; the rest of the stream is all zero but for `framed` and the format.  Returns 0, or -1 with ENOMEM. */
int stream_open(struct stream *stream, size_t room);

/* Returns the position after the last byte in the buffer. */
uint64_t stream_end(const struct stream *stream);

/* Returns the byte at a position in the buffer. */
char *stream_at(const struct stream *stream, uint64_t position);

/* Returns how many bytes of its record come before this position; known for RECORD_BLOCK alone, else 0. */
uint64_t stream_phase(const struct stream *stream, uint64_t position);

/* Returns how many records of the stream end before this position in the buffer. */
uint64_t stream_records(const struct stream *stream, uint64_t position);

/* Returns whether this position in the buffer is within a record. */
int stream_is_within(const struct stream *stream, uint64_t position);

/* Returns the position after the record that this position is within, or the end of the buffer if it does not end there. */
uint64_t stream_record_end(const struct stream *stream, uint64_t position);

/* A longer record is not kept in memory. */
#define STREAM_RECORD_MOST ((size_t)64 << 20)

/*
 * Empties the buffer and makes room for `size` bytes; with `keep` keeps the bytes of the record that has not ended,
 * as long as it is no longer than STREAM_RECORD_MOST.  Returns 0, or -1 with ENOMEM.
 */
int stream_make_room(struct stream *stream, int keep, size_t size);

/* Adds the `size` bytes that were read to the end of the buffer. */
void stream_add(struct stream *stream, size_t size);

/* Ends the stream: its last record may lack its end. */
void stream_finish(struct stream *stream);

/*
 * Skips the bytes of a record that was too long to be kept.  Returns whether it has ended; then it counts as given, and
 * the buffer goes on with the next record.
 */
int stream_skip(struct stream *stream);

/* Returns the whole records that were not given yet, none while a record is skipped; they count as given from now on. */
struct row stream_give(struct stream *stream);

/* Frees the buffer. */
void stream_close(struct stream *stream);

#endif
