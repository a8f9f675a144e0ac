/* SPDX-License-Identifier: ISC */
/* Records: how a stream of bytes is cut into them, and how they become a stream again. */
#ifndef RECORD_H
#define RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "base/io.h"

enum record_kind {
	RECORD_DELIMITED, /* each ends with a byte, the last one may lack it */
	RECORD_WHOLE,     /* the whole stream is one */
	RECORD_BLOCK,     /* each has so many bytes, the last one may have less */
	RECORD_LENGTH,    /* each follows its length, 4 bytes, the high one first */
};

/* All zero but for the delimiter '\n' is what all tools do without an option: lines. */
struct record_format {
	enum record_kind kind;
	char delimiter;
	uint64_t block;
};

/* What a record may hold beyond its bytes: the length before it or the delimiter behind. */
#define RECORD_EXTRA 4

/* How far a record that is too long is read to tell its length. */
#define RECORD_LOOK ((size_t)64 << 20)

/* A stream that is being cut. */
struct record_reader {
	struct record_format format;
	int fd, ended;
	char *buffer; /* the reader's own */
	size_t start, end, room;
	size_t most;  /* bytes that a record may have */
	uint64_t number; /* of the record that came last, from 1 */
};

/* Cuts what `fd` (not the reader's to close) gives; no record may be longer than `most`. */
void record_open(struct record_reader *reader, const struct record_format *format, int fd, size_t most);

/*
 * The next record: 1, with its bytes in `*bytes` until the next call; 0 at the end of the stream;
 * -1 with errno: EMSGSIZE for one that is too long, with its length in `*size` (a number above
 * RECORD_LOOK where so much of it was looked at); EPROTO where the stream ends in the middle of a RECORD_LENGTH; ENOMEM; read(2)'s.
 */
int record_next(struct record_reader *reader, const char **bytes, size_t *size);

void record_close(struct record_reader *reader);

/* What comes before a record of `size` bytes: 0 to RECORD_EXTRA bytes, whose number it returns. */
size_t record_head(const struct record_format *format, size_t size, char *out);

/* What comes behind it. */
size_t record_tail(const struct record_format *format, char *out);

#endif
