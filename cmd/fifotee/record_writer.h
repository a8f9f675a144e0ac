/* SPDX-License-Identifier: ISC */
/*
 * Whole records to a reader who is not waited for: what he does not take at once is queued or left
 * over, and no record of which he got a part goes on to the next reader.
 */
#ifndef RECORD_WRITER_H
#define RECORD_WRITER_H

#include <stddef.h>
#include <stdint.h>

#include "base/record.h"
#include "outfd.h"
#include "ring.h"

struct record_writer {
	struct outfd outfd; /* without a descriptor: nobody reads */
	struct record_format format; /* RECORD_DELIMITED or RECORD_BLOCK */
	int at_once; /* the caller's to set: no record is begun that does not go in one write */
	char *rest; /* of a record that has begun and was not queued */
	size_t rest_from, rest_size;
	struct ring ring;
	uint64_t begun;  /* bytes of the first record in the ring that were written */
	uint64_t queued; /* records in the ring */
	uint64_t bytes, records, dropped; /* what went, and the records that did not */
};

/* A row of whole records, of which the very last one of a stream may lack its end. */
struct record_writer_row {
	const char *bytes;
	size_t size;
	uint64_t records;
};

/* Takes memory for a queue of `room` bytes; nobody reads yet.  0, or -1 with ENOMEM. */
int record_writer_open(struct record_writer *writer, const struct record_format *format, size_t room);

/* Whether something is to be written that has waited; with `begun_only` of a record that has begun. */
int record_writer_waits(const struct record_writer *writer, int begun_only);

/*
 * Writes of what waits as much as goes: 0, or -1 with errno from outfd_write(), but never EAGAIN or
 * EINTR.  With `begun_only` no further record is begun.
 */
int record_writer_flush(struct record_writer *writer, int begun_only);

/*
 * Writes of what waits, and then of the row, as many records as go; the others stay in the row.
 * One that is larger than the pipe is begun where the pipe is empty, unless `at_once`, and its rest
 * then waits.
 * Returns as record_writer_flush() does, or -1 with ENOMEM.
 */
int record_writer_write(struct record_writer *writer, struct record_writer_row *row);

/* Queues each record of the row for which there is room, and drops the others. */
void record_writer_queue(struct record_writer *writer, struct record_writer_row *row);

/* Of RECORD_BLOCK: bytes of its block that come before what is to be written next. */
uint64_t record_writer_phase(const struct record_writer *writer);

/* The reader is gone: drops the record that he got a part of, and closes the sink. */
void record_writer_lose_reader(struct record_writer *writer);

/* Drops all that waits, and closes the sink. */
void record_writer_close(struct record_writer *writer);

#endif
