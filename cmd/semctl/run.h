/* SPDX-License-Identifier: ISC */
/* run: a command that holds a token. */
#ifndef RUN_H
#define RUN_H

#include "base/deadline.h"
#include "job.h"

int run_run(const struct job *job);

/* run with a POSIX semaphore. */
int run_posix(const struct job *job);

/* run with the mutex of a C program. */
int run_mutex(const struct job *job);

/* Becomes the command; returns the status to exit with where that fails. */
int run_become(char **words);

/* Becomes the command, without a slot, because an ancestor holds the semaphore or mutex; returns as run_become() does. */
int run_become_nested(char **words);

/* Unblocks SIGBUS, which supervise_begin() blocks, so that the guard of segments reports a file that was truncated. */
void run_heed_faults(void);

/* The number of tokens of a semaphore that run creates. */
int run_tokens(const struct job *job);

struct nested;

/* The time in which an ancestor that holds a token may end, a second at most: after that see run_tell_nested(). */
struct deadline run_patience(const struct job *job);

/*
 * Tells, where no token is free, that this process and its ancestors hold `nested->count` of `total` tokens; 0: how many there
 * are is unknown.  Returns the status to exit with where waiting would never end, and otherwise CLI_DONE.
 */
int run_tell_nested(const struct job *job, const struct nested *nested, int total);

#endif
