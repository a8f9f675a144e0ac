/* SPDX-License-Identifier: ISC */
/* Sides: the two processes of a measurement, and the memory in which they tell the tool what they measured. */
#ifndef SIDE_H
#define SIDE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "measure.h"

/* Round trips by their time: SIDE_STEPS steps for each power of two nanoseconds. */
#define SIDE_STEPS ((size_t)64)
#define SIDE_POWERS 40
#define SIDE_CELLS (SIDE_STEPS * SIDE_POWERS)

/* Memory that the tool shares with both processes. */
struct side_shared {
	pthread_barrier_t barrier;     /* both processes, or the only one */
	_Alignas(64) _Atomic uint64_t total; /* the number of messages, set before the last of them is sent; 0 until then */
	_Alignas(64) int64_t began, ended;   /* on CLOCK_MONOTONIC */
	int64_t cpu[2];
	int err[2];               /* the errno of a process that failed, */
	const char *failed[2];    /* and what it could not do */
	int64_t worst;
	uint32_t counts[SIDE_CELLS];
};

/* The channels of a measurement: there, and back for round trips. */
struct side_channels {
	struct channel there, back;
};

/*
 * Runs one side in a child, and does not return: status 0, or 1 with `err` and `failed`.  `parent` is the tool's pid, with
 * which the child dies.
 */
_Noreturn void side_run(const struct measure_task *task, struct side_channels *channels, struct side_shared *shared,
                        enum mechanism_side number, pid_t parent);

/* Returns the time below which `share` of the `count` round trips stayed, in nanoseconds. */
int64_t side_quantile(const uint32_t *counts, uint64_t count, double share);

#endif
