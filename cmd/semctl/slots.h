/* SPDX-License-Identifier: ISC */
/*
 * Tokens with numbers: of N that hold one, each has another number from 0 to N-1, its slot.  All of it is
 * held with SEM_UNDO: whatever the process becomes by execve(2) and however it ends, the kernel gives token
 * and slot back in the same moment.
 *
 * The set has N + 2 semaphores: the free tokens; for each slot 0 or, where it is taken, 1, with the holder
 * as the last process that changed it; the mark of marked.h.
 */
#ifndef SLOTS_H
#define SLOTS_H

#include <sys/types.h>

#include "base/deadline.h"
#include "ipc/object.h"

/* A set has at most 32000 semaphores, semget(2). */
enum { SLOTS_MOST = 31998 };

/* An open set. */
struct slots {
	int id;
	int count; /* of slots; 0: the set is another's, its first semaphore are the tokens, and there are no slots */
};

/*
 * Opens the set of that name, System V, or makes it with `count` tokens.  0, or -1 with errno, that of
 * semset_open(), and EPROTOTYPE where it is a barrier.
 */
int slots_open(struct slots *slots, const struct object *object, int count, mode_t mode, int *created);

/*
 * Takes a token and a slot, whose number comes in `slot`, -1 where there are none.  0, or -1 with errno:
 * ETIMEDOUT; EIDRM; EDEADLK where the only token is this very process's own; ENOSPC and ENOMEM where the
 * kernel has no room to note what it is to give back.  After a failure the process is to end: it may hold a
 * token without its slot.
 */
int slots_take(const struct slots *slots, const struct deadline *deadline, int *slot);

#endif
