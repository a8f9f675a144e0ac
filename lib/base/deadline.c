/* SPDX-License-Identifier: ISC */
#include "base/deadline.h"

#include <stddef.h>

#define SECOND INT64_C(1000000000)

/* The remainder of the nanoseconds that is the mark. */
enum { MARKS = 10000, ENDLESS = 4661 };

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * SECOND + ts.tv_nsec;
}

struct deadline deadline_after(int64_t ns)
{
	struct deadline d = {-1};

	/* A sum that does not fit is beyond the end of the clock: it never comes either. */
	if (ns < 0 || __builtin_add_overflow(now(), ns, &d.at))
		d.at = -1;
	return d;
}

int deadline_never(const struct deadline *d)
{
	return d->at < 0;
}

int64_t deadline_left(const struct deadline *d)
{
	int64_t left;

	if (d->at < 0)
		return INT64_MAX;
	left = d->at - now();
	return left > 0 ? left : 0;
}

/*
 * Called by its address, because the inline version that _FORTIFY_SOURCE brings takes a timespec of 64-bit times for one of
 * 32 bits on a 32-bit machine (glibc 2.36): each wait would end at once.
 */
static int (*volatile const plain_ppoll)(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *) = ppoll;

int deadline_poll_under(struct pollfd *polled, nfds_t count, int64_t left, const sigset_t *mask)
{
	struct timespec ts = {.tv_sec = left / SECOND, .tv_nsec = (long)(left % SECOND)};

	return plain_ppoll(polled, count, left == INT64_MAX ? NULL : &ts, mask);
}

int deadline_poll(struct pollfd *polled, nfds_t count, int64_t left)
{
	return deadline_poll_under(polled, count, left, NULL);
}

struct timespec *deadline_left_timespec(const struct deadline *d, struct timespec *ts)
{
	int64_t left = deadline_left(d);

	if (d->at < 0)
		return NULL;
	ts->tv_sec = left / SECOND;
	ts->tv_nsec = (long)(left % SECOND);
	return ts;
}

struct timespec deadline_timespec(const struct deadline *d)
{
	return (struct timespec){.tv_sec = d->at / SECOND, .tv_nsec = (long)(d->at % SECOND)};
}

void deadline_mark_endless(struct timespec *until)
{
	until->tv_nsec += ENDLESS - until->tv_nsec % MARKS;
}

int deadline_is_marked_endless(const struct timespec *until)
{
	return until->tv_nsec % MARKS == ENDLESS;
}
