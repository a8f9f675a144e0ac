/* SPDX-License-Identifier: ISC */
/*
 * The source: signals that are blocked, taken one after the other by signalfd(2), or by sigwaitinfo(2) where a filter
 * forbids that.  What is not asked for stays pending in the kernel.
 */
#ifndef SOURCE_H
#define SOURCE_H

#include <signal.h>
#include <stdint.h>
#include <sys/signalfd.h>

#include "base/deadline.h"

/* Signals that are read in one call. */
#define SOURCE_BATCH 64

/* A signal, and what the kernel says about its sender. */
struct arrival {
	int number;
	int code; /* SI_USER and so on, sigaction(2) */
	pid_t pid;
	uid_t uid;
	int value;
};

struct source {
	sigset_t received, own;
	int fd, own_fd; /* -1: sigwaitinfo(2) is used */
	struct signalfd_siginfo batch[SOURCE_BATCH];
	int at, filled; /* signals of the batch that were passed on, and all */
};

/*
 * Prepares to take the signals of `received`, and those of `own`, which the tool needs itself; the sets have no signal in
 * common, and the caller has blocked all.  Returns 0, or -1 with errno.
 */
int source_open(struct source *source, const sigset_t *received, const sigset_t *own);

void source_close(struct source *source);

/*
 * Takes the next signal: one of `own`, or, if `most` is not 0, one of `received`, of which up to `most` are read ahead.
 * Returns its number, or -1 with errno: ETIMEDOUT if the deadline passed, EINTR if a handler ran.
 */
int source_next(struct source *source, uint64_t most, const struct deadline *deadline, struct arrival *arrival);

/* Takes one of `received` that is pending, without waiting: its number, 0 if none is, or -1 with errno. */
int source_take_pending(struct source *source, struct arrival *arrival);

/* Returns whether source_next() has a signal that was read ahead. */
int source_has_more(const struct source *source);

#endif
