/* SPDX-License-Identifier: ISC */
/* Rounds: all measurements several times, one after the other, and the medians of each. */
#ifndef ROUNDS_H
#define ROUNDS_H

#include <stddef.h>
#include <stdint.h>

#include "measure.h"

#define ROUNDS 5

/* A mechanism and a size: what is asked for, and what was measured.  Each figure is the median of the rounds. */
struct rounds_row {
	struct measure_task task;
	enum measure_outcome outcome;
	char why[160]; /* unless MEASURE_DONE */
	unsigned count;              /* of rounds that were measured */
	double rates[ROUNDS];        /* messages, or round trips, a second */
	double medians[ROUNDS], p99s[ROUNDS], costs[2][ROUNDS];
	double rate;                 /* the median of `rates`: */
	double spread;               /* half the distance from the least to the most, as a share of it */
	double median, p99, worst;   /* of round trips, nanoseconds; their median, and the worst of all rounds */
	double cost[2];              /* processor time of each side for a message or round trip, nanoseconds */
};

/*
 * Measures `count` rows in ROUNDS rounds, in about `duration` nanoseconds altogether, and each for a millisecond at least.
 * Shows on standard error how far it is if that is a terminal.  Reports failures; a row that failed is not measured again.
 * Returns CLI_DONE, or CLI_FAILED if a row failed or a signal ended the rounds, interrupt_requested().
 */
int rounds_run(struct rounds_row *rows, size_t count, int64_t duration);

#endif
