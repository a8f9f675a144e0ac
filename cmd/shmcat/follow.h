/* SPDX-License-Identifier: ISC */
/* Waiting for an object: for one that is missing to be created, -w, and for one that grows, -f. */
#ifndef FOLLOW_H
#define FOLLOW_H

#include "job.h"

/*
 * Opens the segment of `reading`.  With -w or --next it waits until the object exists and is not empty, since programs
 * create a segment first and give it a size then, and with --next until it is another version than the one that was noted.
 * Returns 0, or -1 with errno; ETIMEDOUT if the object was still missing, or still the same version.
 */
int follow_open(struct reading *reading);

/*
 * Writes what is there, and then each addition, until the object has no name any more (for memfd:PID:FD, until the
 * process has ended) or the range is complete.  Returns an exit status.
 */
int follow_growth(struct reading *reading);

#endif
