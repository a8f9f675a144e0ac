/* SPDX-License-Identifier: ISC */
/* Measuring: two processes, one mechanism, one size, for one slice of time. */
#ifndef MEASURE_H
#define MEASURE_H

#include <stdint.h>

#include "mechanism.h"

/* A measurement to take. */
struct measure_task {
	const struct mechanism *mechanism;
	size_t size;   /* of a message, 1 to MECHANISM_SIZE_MOST bytes */
	int latency;   /* round trips instead of throughput */
	int64_t slice; /* nanoseconds */
	int cpus[2];   /* the processor of each side, or -1: any */
};

enum measure_outcome {
	MEASURE_DONE,
	MEASURE_UNFIT,       /* the mechanism cannot do that; `why` says the reason */
	MEASURE_FAILED,      /* `why` says which call or process failed */
	MEASURE_INTERRUPTED, /* by a signal, interrupt_pending() */
};

/* A measurement that was taken. */
struct measure_result {
	uint64_t messages; /* or round trips */
	int64_t time;      /* nanoseconds from before the first message is sent until the last has been received */
	int64_t cpu[2];    /* processor time of each side in that time, nanoseconds */
	int64_t least, median, p99, worst; /* of the round trips, nanoseconds; within 2 %, but the worst exactly */
	char why[160];     /* one line of text */
};

/*
 * Forks a sender and a receiver, which open nothing by name, and waits until both have ended.  Before the clock runs they
 * exchange messages that each differ, and the receiver compares every byte; after it has stopped, it compares the last.
 * In each case no process and no object is left.  If this process is killed, the kernel kills both.
 */
enum measure_outcome measure_take(const struct measure_task *task, struct measure_result *result);

#endif
