/* SPDX-License-Identifier: ISC */
/*
 * Targets: processes that get a signal.  A target is opened, which takes hold of the process by a pidfd; then its command
 * is checked; then signals are sent through the pidfd.  Each function reports its failures.
 */
#ifndef TARGET_H
#define TARGET_H

#include "job.h"

/*
 * Takes hold of the process target->pid and checks that it lives and runs options->command.  Returns CLI_DONE, or another
 * status after a message: CLI_MISSING if no such process exists or it runs another command.  target_close() follows in
 * either case.
 */
int target_open(struct target *target, const struct options *options);

/*
 * Sends signal `number`, with the value of the options.  Waits for room in a full queue as the options say.  Returns
 * CLI_DONE or another status after a message: CLI_MISSING if the process has ended, CLI_TIMEOUT if the queue is full.  A
 * signal of interrupt.h ends the wait with CLI_FAILED and without a message.
 */
int target_send(struct target *target, const struct options *options, int number);

/* Returns whether the process of an open target has ended; a process that its parent has not waited for counts as ended. */
int target_has_ended(const struct target *target);

void target_close(struct target *target);

#endif
