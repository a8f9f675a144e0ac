/* SPDX-License-Identifier: ISC */
/* The limits of IPC objects, and how full they are. */
#ifndef LIMITS_H
#define LIMITS_H

#include <stddef.h>
#include <stdint.h>

#include "inventory/inventory.h"

struct limit {
	enum inventory_kind kind;
	const char *name; /* what sets it: a sysctl, "ulimit -q", a file system */
	const char *what; /* what it counts */
	int bytes;        /* it counts bytes */
	int64_t used;     /* negative: not known, or nothing that is used up */
	int64_t most;     /* negative: not known, or unlimited */
};

#define LIMITS_MOST 24

/*
 * Fills `list` with those of `kinds`, and returns how many there are.  `queues` are the POSIX queues, or
 * NULL where they could not be listed.
 */
size_t limits_list(struct limit *list, unsigned kinds, const struct inventory *queues);

#endif
