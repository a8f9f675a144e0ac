/* SPDX-License-Identifier: ISC */
/* Staying beside a command: semctl holds the token, and gives it back when the command has ended, or all of its descendants. */
#ifndef STAY_H
#define STAY_H

#include <signal.h>

#include "job.h"

/*
 * Starts the command with `variables`, of command_start(), and the mask that supervise_begin() gave; waits until it has
 * ended, and with --descendants also for all processes that it has left, of which semctl becomes the parent, prctl(2).
 * Returns the status to exit with.
 */
int stay_run(const struct job *job, const char *const *variables, const sigset_t *mask);

#endif
