/* SPDX-License-Identifier: ISC */
/* Use: whether somebody uses the objects that were chosen, and whether they are orphans. */
#ifndef USE_H
#define USE_H

#include "job.h"

/* Finds the users of all listed objects, once for all choices: 0, or -1 with ENOMEM. */
int use_look_at_processes(struct state *state);

/*
 * Sets `use` and `living` of each choice, unless --force makes that unnecessary; with --orphans, drops the choices that
 * are no orphans.  0, or -1 with ENOMEM.
 */
int use_find(struct state *state);

/* Returns why it cannot be known whether the object is in use, for messages. */
const char *use_unknown_reason(const struct state *state, const struct inventory_entry *entry);

#endif
