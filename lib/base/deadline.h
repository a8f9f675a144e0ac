/* SPDX-License-Identifier: ISC */
/* Deadlines: how long a wait may still last, on the monotonic clock. */
#ifndef DEADLINE_H
#define DEADLINE_H

#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <time.h>

/* A point in time after which a wait ends. */
struct deadline {
	int64_t at; /* nanoseconds on CLOCK_MONOTONIC, or negative: never */
};

/* The deadline `ns` nanoseconds from now; a negative `ns` means never. */
struct deadline deadline_after(int64_t ns);

/* Whether it never comes. */
int deadline_never(const struct deadline *d);

/* Nanoseconds left, 0 once it has passed, INT64_MAX where it never comes; never negative. */
int64_t deadline_left(const struct deadline *d);

/*
 * poll(2) for `left` nanoseconds at most, for ever where that is INT64_MAX, as deadline_left() has it.  A signal ends it,
 * as it does poll(2).
 */
int deadline_poll(struct pollfd *polled, nfds_t count, int64_t left);

/* As deadline_poll(), with `mask` as the signal mask while it waits, as ppoll(2) has it. */
int deadline_poll_under(struct pollfd *polled, nfds_t count, int64_t left, const sigset_t *mask);

/* What is left as semtimedop(2) takes it; NULL where the deadline never comes. */
struct timespec *deadline_left_timespec(const struct deadline *d, struct timespec *ts);

/* The point itself on CLOCK_MONOTONIC, as sem_clockwait(3) takes it; not for one that never comes. */
struct timespec deadline_timespec(const struct deadline *d);

#endif
