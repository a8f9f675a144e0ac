/* SPDX-License-Identifier: ISC */
/*
 * Passes every byte of the stream on at once.  fifotee reads nothing more until all of these writers have written what
 * was read, so a position in the stream is their whole queue.  A new reader begins at the next beginning of a record.
 */
#ifndef BLOCK_WRITER_H
#define BLOCK_WRITER_H

#include <stdint.h>

#include "stream.h"
#include "writer.h"

struct block_writer {
	struct writer base;
	const struct stream *stream;
	uint64_t at; /* position in the stream of the next byte to be written */
	int joining; /* a reader has come in the middle of a record, and `at` waits for its end */
	uint64_t missed;  /* while it has a reader: records of the stream that it did not get */
	uint64_t left_at; /* records of the stream when the last reader left */
};

/* Prepares a writer of this stream, which the caller keeps; it has no reader yet. */
void block_writer_open(struct block_writer *writer, const struct stream *stream);

/* Returns whether the reader has a part of a record whose other bytes were not read yet. */
int block_writer_lacks_input(const struct block_writer *writer);

#endif
