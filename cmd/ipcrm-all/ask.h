/* SPDX-License-Identifier: ISC */
/* -i: a question on the terminal before each removal. */
#ifndef ASK_H
#define ASK_H

#include "job.h"

/* Opens the terminal: 0, or -1 after a message. */
int ask_open(struct state *state);

/*
 * Asks about each choice that would be removed, and drops those that are declined.  Answers take time, in which processes
 * begin and end, so the users of all choices are found anew after the last answer.  0, or -1 with ENOMEM.
 */
int ask_all(struct state *state);

#endif
