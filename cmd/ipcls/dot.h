/* SPDX-License-Identifier: ISC */
/*
 * Processes and objects as a graph in the language of dot(1).
 *
 * Hundreds of nodes would not be readable, so objects of a kind that the same processes use in the same way share a node,
 * and so do processes of the same name that do the same.  Objects and processes of a deadlock have nodes of their own.
 */
#ifndef DOT_H
#define DOT_H

#include <stddef.h>
#include <stdio.h>

#include "inventory/inventory.h"
#include "inventory/users.h"
#include "deadlock.h"

/* The graph: `count` entries, their users, and the cycles among them. */
struct dot {
	const struct inventory *inventory;
	const struct users *users;
	const struct deadlocks *deadlocks;
	const size_t *entries;
	size_t count;
	int all; /* each object and process has a node of its own, with its whole name */
};

/* Writes the graph in printable ASCII: 0, or -1 with ENOMEM.  The caller checks `out` for errors. */
int dot_write(const struct dot *graph, FILE *out);

#endif
