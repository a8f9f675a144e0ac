/* SPDX-License-Identifier: ISC */
/*
 * A stream that collects what is written in memory.  Unlike open_memstream(3), whose stream just ends where there is
 * no memory for more, it tells that.
 */
#ifndef MEMSTREAM_H
#define MEMSTREAM_H

#include <stddef.h>
#include <stdio.h>

/* Zero is an empty one. */
struct memstream {
	char *bytes; /* a string, or NULL if it is empty; belongs to whoever called memstream_close() */
	size_t size, room;
};

/* A stream whose bytes are added to `text`, or NULL with errno. */
FILE *memstream_open(struct memstream *text);

/* Closes it: 0 if all that was written is there, or -1 with ENOMEM, and then there is no text. */
int memstream_close(FILE *stream, struct memstream *text);

#endif
