/* SPDX-License-Identifier: ISC */
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/proc.h"
#include "measure.h"

#define WAY_SLICE INT64_C(1000000) /* nanoseconds for each try */
#define WAY_TRIES 3
#define WAYS_MOST 16
#define LOAD_MOST 0.5   /* a processor, above which the machine was busy */
#define STEAL_MOST 0.01

/* Reads the ticks of all processors, proc_stat(5): 0, or -1. */
static int read_ticks(uint64_t *ticks)
{
	uint64_t values[8] = {0};
	char text[512];
	size_t i;

	if (proc_read(AT_FDCWD, "/proc/stat", text, sizeof(text)) <= 0)
		return -1;
	/* user, nice, system, idle, iowait, irq, softirq, steal */
	if (sscanf(text, "cpu %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64,
	           &values[0], &values[1], &values[2], &values[3], &values[4], &values[5], &values[6], &values[7]) != 8)
		return -1;
	ticks[0] = values[7];
	ticks[1] = values[3] + values[4];
	ticks[2] = 0;
	for (i = 0; i < 8; i++)
		ticks[2] += values[i];
	return 0;
}

int machine_begin(struct machine *machine)
{
	struct machine_way none = {.processors = {-1, -1}};

	*machine = (struct machine){.load = -1, .steal = -1, .busy = -1, .near = none, .far = none};
	if (sched_getaffinity(0, sizeof(machine->set), &machine->set) == -1)
		return -1;
	machine->processors = CPU_COUNT(&machine->set);
	if (getloadavg(&machine->load, 1) != 1)
		machine->load = -1;
	machine->has_ticks = read_ticks(machine->ticks) == 0;
	return 0;
}

/*
 * Measures the way between two processors: half of the fastest round trip, because all others were disturbed.  Tries again
 * where a processor may have run something else all the time.  Returns nanoseconds, or a negative number.
 */
static double measure_way(int one, int other)
{
	struct measure_task task = {.mechanism = &memory_spin, .size = 1, .latency = 1, .slice = WAY_SLICE, .cpus = {one, other}};
	struct measure_result result;
	double least = -1;
	int i;

	for (i = 0; i < WAY_TRIES && measure_take(&task, &result) == MEASURE_DONE; i++)
		if (least < 0 || (double)result.least / 2 < least)
			least = (double)result.least / 2;
	return least;
}

void machine_find_ways(struct machine *machine)
{
	int first = -1, other, ways = 0;

	for (other = 0; other < CPU_SETSIZE && ways < WAYS_MOST && interrupt_pending() == 0 && interrupt_requested() == 0; other++) {
		struct machine_way way = {.processors = {first, other}};

		if (!CPU_ISSET((unsigned)other, &machine->set))
			continue;
		if (first == -1) {
			first = other;
			continue;
		}
		way.time = measure_way(first, other);
		ways++;
		if (way.time < 0)
			continue;
		if (machine->near.processors[0] == -1 || way.time < machine->near.time)
			machine->near = way;
		if (machine->far.processors[0] == -1 || way.time > machine->far.time)
			machine->far = way;
	}
}

void machine_end(struct machine *machine)
{
	uint64_t ticks[3];
	double all;

	if (!machine->has_ticks || read_ticks(ticks) == -1 || ticks[2] <= machine->ticks[2] || ticks[0] < machine->ticks[0] ||
	    ticks[1] < machine->ticks[1])
		return;
	all = (double)(ticks[2] - machine->ticks[2]);
	machine->steal = (double)(ticks[0] - machine->ticks[0]) / all;
	machine->busy = 1 - (double)(ticks[1] - machine->ticks[1]) / all;
}

int machine_was_busy(const struct machine *machine)
{
	return machine->load > LOAD_MOST * machine->processors || machine->steal > STEAL_MOST;
}
