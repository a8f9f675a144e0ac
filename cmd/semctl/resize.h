/* SPDX-License-Identifier: ISC */
/* The number of tokens of a set that run created, changed while the set exists. */
#ifndef RESIZE_H
#define RESIZE_H

#include "job.h"
#include "slots.h"

int resize_run(const struct job *job);

/*
 * Gives an unused set `count` tokens in one step, or removes one that has no room for so many: the next slots_open() then
 * creates it anew.  0, or -1 with errno: EBUSY where a token is taken, EIDRM.
 */
int resize_unused(struct slots *slots, int count);

/* Removes a set, unless a process holds a slot or begins to use the set: 0, or -1 with errno, EBUSY for that, EPERM. */
int resize_remove_unused(const struct slots *slots);

#endif
