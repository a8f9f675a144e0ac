/* SPDX-License-Identifier: ISC */
/* Progress lines on standard error: bytes, rate, and the time that is left if the whole is known.  They print, as cli does. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdint.h>

/* A progress line; one that is all zero is never shown. */
struct progress {
	int shown; /* the user wants it */
	int drawn; /* it was drawn, and needs a newline at its end */
	uint64_t done, total;
	int64_t began, next; /* nanoseconds on the monotonic clock */
};

/*
 * Begins a line.  `wanted` is how often --progress was given: once shows the line on a terminal alone, twice everywhere.
 * `total` is the number of bytes to expect, or 0 if it is not known.
 */
void progress_start(struct progress *progress, int wanted, uint64_t total);

/* Counts `size` bytes more, and draws the line a few times a second. */
void progress_add(struct progress *progress, uint64_t size);

/* Draws the line for the last time and ends it. */
void progress_end(struct progress *progress);

#endif
