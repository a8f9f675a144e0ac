/* SPDX-License-Identifier: ISC */
/* Copying a segment to standard output: plain, in hex, up to a NUL, under a lock, or by passing its pages on. */
#ifndef COPY_H
#define COPY_H

#include <stddef.h>

#include "job.h"

/*
 * Sets `at` and `end` of an open segment to the range that -o and -n select.  Returns 0, or -1 with errno if a negative
 * offset needs the size of the segment and that is not known.
 */
int copy_select(struct reading *reading);

/* Returns the smaller of `most` and the bytes that are left of the range. */
size_t copy_piece(const struct reading *reading, size_t most);

/* Writes the bytes from `at` to the end that the segment has now, and moves `at`.  Returns an exit status. */
int copy_bytes(struct reading *reading);

/* Writes the last lines of a hex dump.  Returns an exit status. */
int copy_end_dump(struct reading *reading);

/* Reports that standard output failed with errno, after which no other object is written.  Returns an exit status. */
int copy_fail_output(struct job *job);

#endif
