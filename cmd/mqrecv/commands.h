/* SPDX-License-Identifier: ISC */
/* Commands that get one message each: started, waited for, paused after failures. */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "job.h"

/*
 * Waits until a command may be started: until one of the places is free and the pause after a failure is over.  Returns
 * earlier after a signal and when a command ends, so the caller looks at the places again.
 */
void commands_wait_for_turn(struct job *job);

/*
 * Starts the command with job->message, which came from `queue`, in a free place; commands_wait_for_turn() has found
 * one.  Returns CLI_DONE, or another status after a message; job->message was then put back.
 */
int commands_start(struct job *job, struct queue *queue);

/* Waits until all commands have ended, whatever signals come. */
void commands_finish(struct job *job);

#endif
