/* SPDX-License-Identifier: ISC */
/* Messages that go back into their queues, because their output or their command failed. */
#ifndef PUTBACK_H
#define PUTBACK_H

#include "job.h"

/*
 * Puts a message back into `queue`, also after a signal; further signals wait until that is done.  If it fails, writes
 * the message to standard error, as a command that sends it again, and returns -1.
 */
int putback_message(struct job *job, struct queue *queue, const struct message *message);

/*
 * Writes a message that no queue has any more to standard error, after `cause`, as a command that sends it again.  Returns
 * 0, or -1 if it could not be written as a whole, also if standard error was closed when the tool began.
 */
int putback_to_stderr(const struct queue *queue, const struct message *message, const char *cause);

/*
 * Ends output that failed with errno, EINTR included: puts all messages back that were not written as a whole, and
 * reports it.  Returns the status.
 */
int putback_output(struct job *job);

/* Writes the output that waits; returns CLI_DONE, or another status after putback_output(). */
int putback_flush(struct job *job);

#endif
