/* SPDX-License-Identifier: ISC */
/* Removing what was chosen, one object after another, each after a last look at it. */
#ifndef REMOVE_H
#define REMOVE_H

#include "job.h"

/* Removes the choices that are not in use, or all of them with --force, and reports what became of each. */
void remove_all(struct state *state);

/* Lists, chooses, asks and removes; returns the exit status. */
int remove_chosen(struct state *state);

#endif
