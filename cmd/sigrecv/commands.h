/* SPDX-License-Identifier: ISC */
/* Commands that are given one signal each. */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "job.h"

/*
 * Starts the command for a signal in a free place, of which the caller has made sure.  Returns CLI_DONE, or another status
 * after a message if it could not be started.
 */
int commands_start(struct job *job, const struct arrival *arrival);

/* Notes which commands have ended; a command that failed is reported. */
void commands_reap(struct job *job);

#endif
