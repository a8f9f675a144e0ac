/* SPDX-License-Identifier: ISC */
/* Looks for readers that come, and finds the FIFO again if its name was removed or replaced. */
#ifndef READERS_H
#define READERS_H

#include "job.h"

/* Returns whether an output without a reader may get one. */
int readers_any_sought(const struct job *job);

/* Looks for readers of all outputs that have none, and sets when to look again. */
void readers_look(struct job *job);

#endif
