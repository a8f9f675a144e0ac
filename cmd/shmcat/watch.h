/* SPDX-License-Identifier: ISC */
/* --watch: a screen of hex and text in which the bytes that have changed are marked. */
#ifndef WATCH_H
#define WATCH_H

#include "job.h"

/*
 * Redraws the open segment of `reading` until the user ends that or the object is removed; a replacement under the name
 * is a change like others.  Closes the segment.  Returns an exit status.
 */
int watch_segment(struct reading *reading);

#endif
