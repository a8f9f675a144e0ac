/* SPDX-License-Identifier: ISC */
/* Queues whose connection was lost, with -f: connecting again, with growing pauses, while the other queues are served. */
#ifndef RECONNECT_H
#define RECONNECT_H

#include "job.h"

/* Reports that job->open[index] was lost with errno `err`, and takes it out of the open queues until it is back. */
void reconnect_later(struct job *job, int index, int err);

/*
 * Connects to the lost queues whose time has come; one that is back is open again.  Returns CLI_DONE, or another status
 * after a message if a queue cannot come back.
 */
int reconnect_due(struct job *job);

/* Returns the earlier one of `deadline` and the time of the next attempt. */
struct deadline reconnect_next(const struct job *job, struct deadline deadline);

/* Waits for the next attempt, where no queue is open.  Returns earlier after a signal and when a command ends. */
void reconnect_wait(const struct job *job);

#endif
