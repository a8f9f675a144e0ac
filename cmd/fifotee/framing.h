/* SPDX-License-Identifier: ISC */
/*
 * Framing: finds where records end in a stream whose bytes are passed on in pieces, not record by record.  It knows
 * RECORD_DELIMITED and RECORD_BLOCK; the delimiter is part of the record that it ends.
 */
#ifndef FRAMING_H
#define FRAMING_H

#include <stddef.h>
#include <stdint.h>

#include "base/record.h"

/* The part of a stream that has passed. */
struct framing {
	struct record_format format;
	uint64_t bytes, records; /* records that have ended */
	uint64_t phase;          /* bytes of the record that has not ended: 0 between two records */
};

/* A row of whole records; only the very last record of a stream may lack its end. */
struct row {
	const char *bytes;
	size_t size;
	uint64_t records;
};

/* Counts `size` more bytes that pass. */
void framing_pass(struct framing *framing, const char *bytes, size_t size);

/* Ends the stream: bytes after the last end of a record become its last record. */
void framing_end(struct framing *framing);

/* Returns how many records end in `size` bytes, if `phase` bytes of the first record have passed before. */
uint64_t framing_count(const struct record_format *format, uint64_t phase, const char *bytes, size_t size);

/* Returns the bytes up to and including the first end of a record, `phase` as above; 0 if none ends here. */
size_t framing_first(const struct record_format *format, uint64_t phase, const char *bytes, size_t size);

/* Returns the bytes up to and including the last end of a record, if a record begins at `bytes`; 0 if none ends here. */
size_t framing_whole(const struct record_format *format, const char *bytes, size_t size);

#endif
