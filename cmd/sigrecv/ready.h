/* SPDX-License-Identifier: ISC */
/* How sigrecv says that it receives signals from now on: a file with its pid, and a newline on a descriptor. */
#ifndef READY_H
#define READY_H

#include "job.h"

/*
 * Does what --pid-file and --ready-fd ask for; to be called once the signals are blocked.  Returns CLI_DONE, or another
 * status after a message.
 */
int ready_announce(const struct options *options);

/*
 * Removes the pid file, if ready_announce() made it and no other file has its name by now.  Returns CLI_DONE, or another
 * status after a message.
 */
int ready_withdraw(const struct options *options);

#endif
