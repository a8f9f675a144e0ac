/* SPDX-License-Identifier: ISC */
/* The machine: how busy it was while ipcbench measured, and how far its processors are from each other. */
#ifndef MACHINE_H
#define MACHINE_H

#include <sched.h>
#include <stdint.h>

/* The hand-over of one byte between two processors, in nanoseconds; `processors` are -1 if it was not measured. */
struct machine_way {
	int processors[2];
	double time;
};

struct machine {
	int processors; /* that this process may use */
	cpu_set_t set;
	double load;    /* of the last minute, before the first measurement; negative: unknown */
	double steal;   /* the share of time that a hypervisor gave to others meanwhile; negative: unknown */
	double busy;    /* the share of time that the processors worked meanwhile; negative: unknown */
	struct machine_way near, far;
	uint64_t ticks[3]; /* stolen, idle, all: as machine_begin() found them */
	int has_ticks;
};

/* Finds the processors and the load, and begins to count what is stolen.  Returns 0, or -1 with errno. */
int machine_begin(struct machine *machine);

/* Measures the ways between the first processor and the others, 16 at most; some milliseconds each. */
void machine_find_ways(struct machine *machine);

/* Ends counting. */
void machine_end(struct machine *machine);

/* Returns whether others may have changed the figures: a high load before, or stolen time. */
int machine_was_busy(const struct machine *machine);

#endif
