/* SPDX-License-Identifier: ISC */
/*
 * A progress line on standard error: bytes, rate, and the time left where the whole is known.
 * It prints, as the cli part of the lib does.
 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdint.h>

/* A line in progress; all zero is one that is never shown. */
struct progress {
	int shown;      /* whether it is wanted at all */
	int drawn;      /* whether there is a line to end */
	uint64_t done, total;
	int64_t began, next; /* nanoseconds on the monotonic clock */
};

/*
 * `wanted` is how often --progress was given: once shows it on a terminal alone, twice everywhere.
 * `total` is 0 where it is not known.
 */
void progress_start(struct progress *progress, int wanted, uint64_t total);

/* `size` bytes more; draws the line a few times a second. */
void progress_add(struct progress *progress, uint64_t size);

/* Draws it for the last time and ends the line. */
void progress_end(struct progress *progress);

#endif
