/* SPDX-License-Identifier: ISC */
/* Choosing: which of the listed objects the selectors and operands mean. */
#ifndef CHOOSE_H
#define CHOOSE_H

#include "job.h"

/* Chooses the objects that all selectors fit: 0, or -1 with ENOMEM. */
int choose_all(struct state *state);

/*
 * Chooses the objects that the operands name, as far as the selectors fit them, and reports each operand that means no
 * object, another user's, or several of different kinds.  0, or -1 with ENOMEM.
 */
int choose_named(struct state *state);

/* Marks the choices that have the same name as another one, for the report: 0, or -1 with ENOMEM. */
int choose_mark_shared_names(struct state *state);

#endif
