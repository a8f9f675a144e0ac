/* SPDX-License-Identifier: ISC */
/* Messages that go back into their queues, because their output or their command failed. */
#ifndef PUTBACK_H
#define PUTBACK_H

#include "job.h"

/*
 * Puts a message back into `queue`, also after a signal: only a second signal ends the wait for room.  If that fails,
 * the message is written to standard error, as a command that sends it again.
 */
void putback_message(struct job *job, struct queue *queue, const struct message *message);

/*
 * Ends output that failed with errno, EINTR included: puts all messages back that were not written as a whole, and
 * reports it.  Returns the status.
 */
int putback_output(struct job *job);

/* Writes the output that waits; returns CLI_DONE, or another status after putback_output(). */
int putback_flush(struct job *job);

#endif
