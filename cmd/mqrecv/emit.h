/* SPDX-License-Identifier: ISC */
/* Messages on standard output: as records, or as JSON. */
#ifndef EMIT_H
#define EMIT_H

#include "job.h"

/*
 * Adds job->message, which came from `queue`, to the output, and writes what waits if it is much or if -u says so.
 * Returns CLI_DONE, or another status after a message; the message was then put back, but for --peek.
 */
int emit_message(struct job *job, struct queue *queue);

#endif
