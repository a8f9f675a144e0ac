/* SPDX-License-Identifier: ISC */
/*
 * Writers: how one output gets the stream.  A block_writer passes every byte on at once; a record_writer passes whole
 * records to a reader that is not waited for.  Both take the same calls.
 */
#ifndef WRITER_H
#define WRITER_H

#include <stdint.h>

#include "framing.h"
#include "outfd.h"

/* Bytes and records that went to readers, records that did not, and records that still wait. */
struct counts {
	uint64_t bytes, records, dropped, waiting;
};

struct writer_kind;

/* The part that both kinds share. */
struct writer {
	const struct writer_kind *kind;
	struct outfd outfd; /* fd -1: it has no reader */
	struct counts counts; /* kept up to date by the writer, but read by writer_count() */
};

/* The calls.  They are described at the functions below. */
struct writer_kind {
	int (*waits)(const struct writer *writer, int begun_only);
	int (*flush)(struct writer *writer, int begun_only);
	int (*write)(struct writer *writer, struct row *row);
	void (*queue)(struct writer *writer, struct row *row);
	uint64_t (*phase)(const struct writer *writer);
	struct counts (*count)(const struct writer *writer);
	void (*take_reader)(struct writer *writer, const struct outfd *outfd);
	void (*lose_reader)(struct writer *writer);
	void (*close)(struct writer *writer);
};

/* Returns whether bytes wait to be written; with `begun_only`, bytes of a record that the reader has begun. */
static inline int writer_waits(const struct writer *writer, int begun_only)
{
	return writer->kind->waits(writer, begun_only);
}

/*
 * Writes as many of the waiting bytes as the reader takes now; with `begun_only` begins no further record.  Returns 0,
 * or -1 with errno from outfd_write(), but never EAGAIN or EINTR.
 */
static inline int writer_flush(struct writer *writer, int begun_only)
{
	return writer->kind->flush(writer, begun_only);
}

/*
 * Writes the bytes that have come: a record_writer what waits, and then as many records of the row as the reader takes
 * now, and leaves the others in the row; a block_writer the bytes of its stream.  Returns as writer_flush() does, or -1
 * with ENOMEM.
 */
static inline int writer_write(struct writer *writer, struct row *row)
{
	return writer->kind->write(writer, row);
}

/* Queues each record of the row that has room, drops the others, and empties the row; a block_writer ignores the row. */
static inline void writer_queue(struct writer *writer, struct row *row)
{
	writer->kind->queue(writer, row);
}

/* Returns, for RECORD_BLOCK, the bytes of its block that come before the next byte to be written. */
static inline uint64_t writer_phase(const struct writer *writer)
{
	return writer->kind->phase(writer);
}

/* Returns the counts as they are now. */
static inline struct counts writer_count(const struct writer *writer)
{
	return writer->kind->count(writer);
}

/* Writes to `outfd` from the beginning of the next record on; the writer owns it from now on. */
static inline void writer_take_reader(struct writer *writer, const struct outfd *outfd)
{
	writer->kind->take_reader(writer, outfd);
}

/* Drops the record that the reader got a part of, and closes the descriptor. */
static inline void writer_lose_reader(struct writer *writer)
{
	writer->kind->lose_reader(writer);
}

/* Drops all that waits, closes the descriptor and frees the memory. */
static inline void writer_close(struct writer *writer)
{
	writer->kind->close(writer);
}

#endif
