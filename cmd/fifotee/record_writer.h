/* SPDX-License-Identifier: ISC */
/*
 * Writes whole records to a reader that is not waited for.  Records that it does not take at once are queued or left
 * over, and the next reader gets no record of which this one got a part.
 */
#ifndef RECORD_WRITER_H
#define RECORD_WRITER_H

#include <stddef.h>
#include <stdint.h>

#include "base/record.h"
#include "ring.h"
#include "writer.h"

struct record_writer {
	struct writer base;
	struct record_format format; /* RECORD_DELIMITED or RECORD_BLOCK */
	int at_once; /* set by the caller: begin no record that does not fit into one write */
	char *rest;  /* unwritten bytes of a record that was begun and is not in the ring */
	size_t rest_from, rest_size;
	struct ring ring;
	uint64_t begun;  /* bytes of the first record in the ring that were written */
	uint64_t queued; /* records in the ring */
};

/*
 * Reserves a queue of `room` bytes; the writer has no reader yet.  Returns 0, or -1 with ENOMEM.
 *
 * A record that is larger than the pipe is begun while the pipe is empty, unless `at_once` is set, and its rest waits.
 */
int record_writer_open(struct record_writer *writer, const struct record_format *format, size_t room);

#endif
