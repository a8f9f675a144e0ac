/* SPDX-License-Identifier: ISC */
/* Commands that get one message each: start, wait, try again, pause after failures. */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "job.h"

/* Whether all places for commands are taken. */
int commands_are_full(const struct job *job);

/*
 * Waits until a command may be started: until one of the places is free and the pause after a failure is over; then starts
 * those that wait for their next attempt.  Returns earlier after a signal and when a command ends, so the caller looks
 * at the places again.  Returns CLI_DONE, or another status, after a message, if a command could not be started again.
 */
int commands_wait_for_turn(struct job *job);

/*
 * Starts the command with job->message, which came from `queue`, in a free place; commands_wait_for_turn() has found
 * one.  Returns CLI_DONE, or another status after a message; job->message was then put back.
 */
int commands_start(struct job *job, struct queue *queue);

/*
 * Waits until all commands have ended and all attempts are made, or, after a signal, until those that run have ended.
 * Returns as commands_wait_for_turn() does.
 */
int commands_finish(struct job *job);

#endif
