/* SPDX-License-Identifier: ISC */
/*
 * Where the records of a stream end, for who passes its bytes on in pieces and not record by record.
 * Of the formats these are RECORD_DELIMITED and RECORD_BLOCK; a record's delimiter is a part of it.
 */
#ifndef FRAMING_H
#define FRAMING_H

#include <stddef.h>
#include <stdint.h>

#include "base/record.h"

/* What has passed of a stream. */
struct framing {
	struct record_format format;
	uint64_t bytes, records; /* records that have ended */
	uint64_t phase;          /* bytes of the one that has not: 0 between two records */
};

/* `size` bytes more have passed. */
void framing_pass(struct framing *framing, const char *bytes, size_t size);

/* The stream has ended, and what was left without an end is its last record. */
void framing_end(struct framing *framing);

/* How many records end in `size` bytes, before which `phase` bytes of the first of them have passed. */
uint64_t framing_count(const struct record_format *format, uint64_t phase, const char *bytes, size_t size);

/* Bytes up to and with the first end of a record, counted in the same way; 0 where there is none. */
size_t framing_first(const struct record_format *format, uint64_t phase, const char *bytes, size_t size);

/* Bytes up to and with the last end of a record, where the first one begins at `bytes`; 0 where there is none. */
size_t framing_whole(const struct record_format *format, const char *bytes, size_t size);

#endif
