/* SPDX-License-Identifier: ISC */
/* The loop that takes messages from the queues and hands each to the output or to a command. */
#ifndef RECEIVE_H
#define RECEIVE_H

#include "job.h"

/*
 * Receives as many messages as are wanted, or copies them for --peek.  The queues are open.  At the end all output is
 * written and all commands have ended, and what failed was put back.  Returns the status of the whole run.
 */
int receive_all(struct job *job);

/* Reports "12 messages passed on, 3 put back", and other counts where there can be any, after `before`. */
void receive_report(const struct job *job, const char *before);

#endif
