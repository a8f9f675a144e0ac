/* SPDX-License-Identifier: ISC */
#include "rounds.h"

#include <bsd/stdlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "cli/cli.h"

#define SECOND INT64_C(1000000000)
#define SLICE_LEAST INT64_C(1000000)

/* Shows which measurement runs, and about how long all others will take. */
static void show_progress(const struct rounds_row *row, unsigned round, int64_t left)
{
	char line[120];
	int length = snprintf(line, sizeof(line), "\rround %u of %d: %s, %zu bytes, about %lld s left\033[K", round + 1, ROUNDS,
	                      row->task.mechanism->name, row->task.size, (long long)((left + SECOND - 1) / SECOND));

	io_write_all(2, line, (size_t)length);
}

static void clear_progress(void)
{
	io_write_all(2, "\r\033[K", 4);
}

/* Keeps the figures of one round. */
static void keep(struct rounds_row *row, const struct measure_result *result)
{
	double messages = (double)result->messages, time = result->time > 0 ? (double)result->time : 1;
	unsigned i = row->count++;
	int side;

	row->rates[i] = messages / time * SECOND;
	row->medians[i] = (double)result->median;
	row->p99s[i] = (double)result->p99;
	for (side = 0; side < 2; side++)
		row->costs[side][i] = (double)result->cpu[side] / messages;
	if ((double)result->worst > row->worst)
		row->worst = (double)result->worst;
}

static void measure(struct rounds_row *row)
{
	struct measure_result result;

	row->outcome = measure_take(&row->task, &result);
	if (row->outcome == MEASURE_DONE)
		keep(row, &result);
	else
		memcpy(row->why, result.why, sizeof(row->why));
}

static int compare(const void *a, const void *b)
{
	double one = *(const double *)a, other = *(const double *)b;

	return one < other ? -1 : one > other;
}

/* Sorts the figures and returns the one in the middle. */
static double median_of(double *figures, unsigned count)
{
	qsort(figures, count, sizeof(*figures), compare);
	return count % 2 == 1 ? figures[count / 2] : (figures[count / 2 - 1] + figures[count / 2]) / 2;
}

static void summarize(struct rounds_row *row)
{
	if (row->outcome != MEASURE_DONE || row->count == 0)
		return;
	row->rate = median_of(row->rates, row->count);
	row->spread = (row->rates[row->count - 1] - row->rates[0]) / 2 / row->rate;
	row->median = median_of(row->medians, row->count);
	row->p99 = median_of(row->p99s, row->count);
	row->cost[0] = median_of(row->costs[0], row->count);
	row->cost[1] = median_of(row->costs[1], row->count);
}

/* Reports why a row was not measured; returns the status. */
static int report_failure(const struct rounds_row *row)
{
	char object[64];

	snprintf(object, sizeof(object), "%s, %zu bytes", row->task.mechanism->name, row->task.size);
	cli_warn(object, "%s", row->why);
	return CLI_FAILED;
}

/* Runs one round over all rows that have not failed. */
static int run_round(struct rounds_row *rows, size_t count, unsigned round, int shown, const struct deadline *end)
{
	int status = CLI_DONE;
	size_t i;

	for (i = 0; i < count && interrupt_requested() == 0 && interrupt_pending() == 0; i++) {
		if (rows[i].outcome != MEASURE_DONE)
			continue;
		if (shown)
			show_progress(&rows[i], round, deadline_left(end));
		measure(&rows[i]);
		if (rows[i].outcome == MEASURE_FAILED) {
			if (shown)
				clear_progress();
			status = report_failure(&rows[i]);
		}
	}
	return status;
}

int rounds_run(struct rounds_row *rows, size_t count, int64_t duration)
{
	int64_t slice = duration / ROUNDS / (int64_t)count;
	struct deadline end = deadline_after(duration);
	int status = CLI_DONE, shown = isatty(2);
	unsigned round;
	size_t i;

	for (i = 0; i < count; i++)
		rows[i].task.slice = slice < SLICE_LEAST ? SLICE_LEAST : slice;
	for (round = 0; round < ROUNDS; round++)
		if (run_round(rows, count, round, shown, &end) != CLI_DONE)
			status = CLI_FAILED;
	if (shown)
		clear_progress();
	if (interrupt_requested() != 0)
		return CLI_FAILED;
	for (i = 0; i < count; i++)
		summarize(&rows[i]);
	return status;
}
