/* SPDX-License-Identifier: ISC */
/* --next: which version of an object was written last, noted in a file. */
#ifndef NEXT_H
#define NEXT_H

#include "job.h"

/*
 * Returns 1 if the open segment is the version that the file of --next notes, 0 if it is another one or the file is
 * missing or notes none, or -1 with errno if the segment or the file cannot be looked at.
 */
int next_is_noted(const struct reading *reading);

/* Notes the open segment in the file of --next, which is created if it is missing: 0, or -1 with errno. */
int next_note(const struct reading *reading);

#endif
