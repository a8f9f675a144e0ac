/* SPDX-License-Identifier: ISC */
/* Records: cutting a stream of bytes into them, and making a stream of them again. */
#ifndef RECORD_H
#define RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "base/io.h"

enum record_kind {
	RECORD_DELIMITED, /* each ends with a delimiter, which the last one may lack */
	RECORD_WHOLE,     /* the whole stream is one */
	RECORD_BLOCK,     /* each has `block` bytes, the last one perhaps fewer */
	RECORD_LENGTH,    /* each follows its length, 4 bytes, big-endian */
};

/* The format of a stream.  All zero but for the delimiter '\n' means lines, the default of all tools. */
struct record_format {
	enum record_kind kind;
	char delimiter;
	uint64_t block;
};

/* The most bytes of a record in a stream beyond its own: a length before it or a delimiter after it. */
#define RECORD_EXTRA 4

/* The bytes of a record that is too long which are read to report its length. */
#define RECORD_LOOK ((size_t)64 << 20)

/* A stream that is being cut into records. */
struct record_reader {
	struct record_format format;
	int fd, ended;
	char *buffer; /* the reader's own */
	size_t start, end, room;
	size_t most;  /* bytes that a record may have */
	uint64_t number; /* of the latest record, from 1 */
	int (*await)(void *context); /* of record_await(), or NULL */
	void *context;
};

/* Begins to cut the stream that `fd` gives; no record may have more than `most` bytes.  The caller closes `fd`. */
void record_open(struct record_reader *reader, const struct record_format *format, int fd, size_t most);

/* Has `await` called with `context` before each read(2); if it returns -1, record_next() fails with its errno. */
void record_await(struct record_reader *reader, int (*await)(void *context), void *context);

/*
 * Reads the next record.  Returns 1 with its bytes, which stay valid until the next call, 0 at the end of the stream, or -1
 * with errno:
 *	EMSGSIZE	the record is too long; `*size` is its length, or a number above RECORD_LOOK if it is longer than that
 *	EPROTO		the stream ends in the middle of a record of RECORD_LENGTH
 *	ENOMEM, those of read(2) and of record_await()
 */
int record_next(struct record_reader *reader, const char **bytes, size_t *size);

void record_close(struct record_reader *reader);

/* Writes what stands before a record of `size` bytes to `out`, which has RECORD_EXTRA bytes; returns the number of bytes. */
size_t record_head(const struct record_format *format, size_t size, char *out);

/* Writes what follows a record in the same way. */
size_t record_tail(const struct record_format *format, char *out);

#endif
