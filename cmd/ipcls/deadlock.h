/* SPDX-License-Identifier: ISC */
/*
 * Deadlocks: processes that wait for each other.
 *
 * A process can go on if another one can bring about what it waits for.  Which processes could do that is known in part:
 * for a FIFO, those that have its other end open; for a POSIX semaphore or a futex, those that map it; for a POSIX queue,
 * those that have it open for the other direction.  A System V object names the last process that changed it, which for a
 * semaphore is usually its holder.  The sets of `semctl run`, and pthread mutexes in segments, name each holder.  A process
 * that waits for its children can go on if one of them can.
 *
 * A process that runs, waits for anything else or for a limited time, or of which too little is known, counts as one that
 * can go on.  The others cannot, unless help comes from outside.  So each cycle that is found is a possible deadlock, and
 * some deadlocks are not found.
 */
#ifndef DEADLOCK_H
#define DEADLOCK_H

#include <stddef.h>

#include "inventory/inventory.h"
#include "inventory/users.h"

/* How a process that waits depends on the next one of a cycle. */
enum deadlock_link {
	DEADLOCK_UP_TO, /* the next one could end the wait */
	DEADLOCK_LAST,  /* the next one was the last to use the object, and need not hold it */
	DEADLOCK_HELD,  /* the next one holds a token or a mutex, which names it */
	DEADLOCK_CHILD, /* the next one is a child, or a child's child, that the process waits for; there is no object */
};

#define DEADLOCK_NO_ENTRY UINT32_MAX

/* A step of a cycle: a process, and the object that it waits for; or DEADLOCK_NO_ENTRY, if it waits for a child. */
struct deadlock_step {
	uint32_t process, entry;
	enum user_call call;
	short semaphore; /* as in struct user */
	enum deadlock_link link;
};

/* All zero is none. */
struct deadlocks {
	struct deadlock_step *steps;
	size_t count, room;
	size_t *ends; /* of each cycle: its end in `steps` */
	size_t cycles, cycle_room;
};

/* Finds the cycles: 0, or -1 with ENOMEM.  `deadlocks` is empty. */
int deadlocks_find(struct deadlocks *deadlocks, const struct users *users, const struct inventory *inventory);

/* Returns whether this use is a step of a cycle. */
int deadlocks_has(const struct deadlocks *deadlocks, const struct user *user);

void deadlocks_free(struct deadlocks *deadlocks);

#endif
