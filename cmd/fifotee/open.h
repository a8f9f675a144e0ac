/* SPDX-License-Identifier: ISC */
/* Opens the outputs. */
#ifndef OPEN_H
#define OPEN_H

#include "job.h"

/*
 * Makes an output of each target, and reserves the memory for the stream.  An output that cannot be opened fails and
 * the others go on.  Returns CLI_DONE, or another status after a message if there is no memory.
 */
int open_outputs(struct job *job);

/* Frees what open_outputs() has reserved. */
void open_free(struct job *job);

#endif
