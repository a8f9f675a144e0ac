/* SPDX-License-Identifier: ISC */
/* The tool that loaded the module: its signals, and calls of the library that a signal or a deadline must be able to end. */
#ifndef HOST_H
#define HOST_H

#include "ipc/queue_module.h"

extern const struct queue_host *host;

/* Takes the functions of the tool over, and the signals' share of guards. */
void host_begin(const struct queue_host *functions);

/*
 * Begins a call of the library that may block on socket `fd` and heeds neither signals nor our deadlines: at the deadline,
 * or at a signal that ends the tool, a signal handler shuts the socket down, and the call fails.  host_unguard() ends
 * that.
 */
void host_guard(int fd, const struct deadline *deadline);

/* Returns 0, or the errno, EINTR or ETIMEDOUT, if the socket was shut down; -1 of the call then means that. */
int host_unguard(void);

#endif
