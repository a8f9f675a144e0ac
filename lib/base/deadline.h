/* SPDX-License-Identifier: ISC */
/* Deadlines: the points in time at which waits end, on the monotonic clock. */
#ifndef DEADLINE_H
#define DEADLINE_H

#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <time.h>

struct deadline {
	int64_t at; /* nanoseconds on CLOCK_MONOTONIC, or negative: never */
};

/* Returns the deadline `ns` nanoseconds from now; a negative `ns` means never. */
struct deadline deadline_after(int64_t ns);

/* Returns whether the deadline never comes. */
int deadline_never(const struct deadline *d);

/* Returns the nanoseconds that are left: 0 once the deadline has passed, INT64_MAX if it never comes. */
int64_t deadline_left(const struct deadline *d);

/*
 * Calls poll(2) for at most `left` nanoseconds, as deadline_left() returns them: for ever if they are INT64_MAX.  Returns
 * what poll(2) does; a signal ends the wait with EINTR.
 */
int deadline_poll(struct pollfd *polled, nfds_t count, int64_t left);

/* As deadline_poll(), with `mask` as the signal mask while it waits, as ppoll(2) has it. */
int deadline_poll_under(struct pollfd *polled, nfds_t count, int64_t left, const sigset_t *mask);

/* Stores the time that is left, as semtimedop(2) takes it, in `ts` and returns `ts`, or NULL if the deadline never comes. */
struct timespec *deadline_left_timespec(const struct deadline *d, struct timespec *ts);

/* Returns the point in time on CLOCK_MONOTONIC, as sem_clockwait(3) takes it.  The deadline must be one that comes. */
struct timespec deadline_timespec(const struct deadline *d);

/*
 * Marks a point in time at which one part of a wait without a deadline ends, and returns whether one is so marked.  Other
 * processes see only the part, and learn by the mark that the wait is endless: a remainder of the nanoseconds, which one in
 * 10,000 of other times has as well.
 */
void deadline_mark_endless(struct timespec *until);
int deadline_is_marked_endless(const struct timespec *until);

#endif
