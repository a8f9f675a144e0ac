/* SPDX-License-Identifier: ISC */
/* Writing standard input into the segment: in place, or into a replacement.  All but two return an exit status. */
#ifndef WRITE_H
#define WRITE_H

#include "job.h"

/* Returns the number of bytes that standard input still has if it is a regular file, or -1. */
int64_t write_input_length(void);

/* Reads standard input into memory, and adds the NUL of -z; stops after `limit` + 1 bytes. */
int write_read_input(struct job *job, uint64_t limit);

/* Opens or creates the segment and writes into it.  After a failure everything that can be undone is undone. */
int write_in_place(struct job *job);

/* Writes the input into a new file without a name, which write_publish() then gives the name of the segment. */
int write_replacement(struct job *job);
int write_publish(struct job *job);

/* Removes the segment if it was created, or what was added to the end of an older one. */
void write_undo(struct job *job);

#endif
