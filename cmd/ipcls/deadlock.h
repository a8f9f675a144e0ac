/* SPDX-License-Identifier: ISC */
/*
 * Processes that wait for each other.
 *
 * A process can go on if somebody can bring about what it waits for.  Who that is is known only in
 * part: of a FIFO those that have its other end open, of a POSIX semaphore or a mutex those that map
 * it, of a POSIX queue those that have it open for the other direction; a System V object names the
 * last process that did something to it, which is a good guess at who holds a semaphore; and the sets
 * that `semctl run` makes name each holder.  A process that waits for its children can go on if one of
 * them can.  A process
 * that runs, waits for something else or only for a time, or of which too little is known, counts as
 * one that can go on.  What remains cannot, unless somebody comes from outside: so each cycle that is
 * found is a possible deadlock, and one that was not found may be there.
 */
#ifndef DEADLOCK_H
#define DEADLOCK_H

#include <stddef.h>

#include "inventory/inventory.h"
#include "inventory/users.h"

/* What connects a process that waits with the next one of a cycle. */
enum deadlock_link {
	DEADLOCK_UP_TO, /* that one could end the wait */
	DEADLOCK_LAST,  /* it was the last to use the object, and need not hold it */
	DEADLOCK_HELD,  /* it holds a token, as is known for sure */
	DEADLOCK_CHILD, /* it is a child that is waited for, or a child's child; there is no object */
};

#define DEADLOCK_NO_ENTRY UINT32_MAX

/* A step of a cycle: the process waits for the object (DEADLOCK_NO_ENTRY: for a child), which is up to the process of the next step. */
struct deadlock_step {
	uint32_t process, entry;
	enum user_call call;
	short semaphore; /* as in struct user */
	enum deadlock_link link; /* how the next one comes in */
};

struct deadlocks {
	struct deadlock_step *steps;
	size_t count, room;
	size_t *ends; /* of each cycle: where it ends in `steps` */
	size_t cycles, cycle_room;
};

/* Finds the cycles; all zero is what it begins with.  0, or -1 with ENOMEM. */
int deadlocks_find(struct deadlocks *deadlocks, const struct users *users, const struct inventory *inventory);

/* Whether this use is a step of a cycle. */
int deadlocks_has(const struct deadlocks *deadlocks, const struct user *user);

void deadlocks_free(struct deadlocks *deadlocks);

#endif
