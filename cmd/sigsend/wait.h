/* SPDX-License-Identifier: ISC */
/* Waiting for the ends of processes by their pidfds: --wait and --then. */
#ifndef WAIT_H
#define WAIT_H

#include "job.h"

/*
 * Waits until all awaited targets have ended, for options->patience at most.  Those that still live then get the signal of
 * --then, and the wait begins anew.  Returns CLI_DONE if all ended by themselves; CLI_TIMEOUT after a message for each that
 * did not; CLI_FAILED if a process did not end after --then either, or the signal could not be sent.  A signal of
 * interrupt.h ends the wait with CLI_FAILED and without a message.
 */
int wait_for_targets(struct target *targets, int count, const struct options *options);

#endif
