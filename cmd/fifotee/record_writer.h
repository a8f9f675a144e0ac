/* SPDX-License-Identifier: ISC */
/*
 * Whole records to a reader who is not waited for: what he does not take at once is queued or left
 * over, and no record of which he got a part goes on to the next reader.
 */
#ifndef OUTLET_H
#define OUTLET_H

#include <stddef.h>
#include <stdint.h>

#include "base/record.h"
#include "outfd.h"
#include "ring.h"

struct outlet {
	struct sink sink; /* without a descriptor: nobody reads */
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
struct outlet_row {
	const char *bytes;
	size_t size;
	uint64_t records;
};

/* Takes memory for a queue of `room` bytes; nobody reads yet.  0, or -1 with ENOMEM. */
int outlet_open(struct outlet *outlet, const struct record_format *format, size_t room);

/* Whether something is to be written that has waited; with `begun_only` of a record that has begun. */
int outlet_waits(const struct outlet *outlet, int begun_only);

/*
 * Writes of what waits as much as goes: 0, or -1 with errno from sink_write(), but never EAGAIN or
 * EINTR.  With `begun_only` no further record is begun.
 */
int outlet_flush(struct outlet *outlet, int begun_only);

/*
 * Writes of what waits, and then of the row, as many records as go; the others stay in the row.
 * One that is larger than the pipe is begun where the pipe is empty, unless `at_once`, and its rest
 * then waits.
 * Returns as outlet_flush() does, or -1 with ENOMEM.
 */
int outlet_write(struct outlet *outlet, struct outlet_row *row);

/* Queues each record of the row for which there is room, and drops the others. */
void outlet_queue(struct outlet *outlet, struct outlet_row *row);

/* Of RECORD_BLOCK: bytes of its block that come before what is to be written next. */
uint64_t outlet_phase(const struct outlet *outlet);

/* The reader is gone: drops the record that he got a part of, and closes the sink. */
void outlet_lose_reader(struct outlet *outlet);

/* Drops all that waits, and closes the sink. */
void outlet_close(struct outlet *outlet);

#endif
