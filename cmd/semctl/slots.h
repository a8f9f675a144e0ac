/* SPDX-License-Identifier: ISC */
/*
 * Tokens with numbers: each of the processes that hold one of N tokens has another number from 0 to N-1, its slot.  All of it
 * is held with SEM_UNDO: the kernel gives token and slot back in one step, whatever the process became by execve(2) and
 * however it ends.
 *
 * The layout is that of SEMSET_SLOTS, semset.h.  N can be changed up to the number of slots that the set has room for:
 * a smaller N leaves surplus tokens, which are withdrawn one by one as their holders end.
 *
 * The kernel gives a token back, exit_sem(), before it closes the files of the process that ends.  So a process that gets a
 * slot waits for the end of the last holder, which the set remembers: a lock on a file, a port or a device of the last holder
 * is free when the next command starts.
 */
#ifndef SLOTS_H
#define SLOTS_H

#include <sys/types.h>

#include "base/deadline.h"
#include "ipc/object.h"

/* The most tokens: a set has at most 32000 semaphores, semget(2). */
enum { SLOTS_MOST = 15998 };

/* An open set. */
struct slots {
	int id;
	int size;
	int limit; /* N; 0: another program created the set, the tokens are its first semaphore, and it has no slots */
};

/*
 * Opens the set of that name, System V, or creates it with `count` tokens.  0, or -1 with errno, that of semset_open(), and
 * EPROTOTYPE where the set is a barrier.
 */
int slots_open(struct slots *slots, const struct object *object, int count, mode_t mode, int *created);

/* Takes a token without waiting: 0, or -1 with errno, EAGAIN where none is free, EIDRM. */
int slots_try_token(const struct slots *slots);

/* Takes a token: 0, or -1 with errno: ETIMEDOUT; EIDRM; ENOSPC and ENOMEM where the kernel cannot record the undo. */
int slots_wait_token(const struct slots *slots, const struct deadline *deadline);

/*
 * Takes a slot for the token that this process has taken, and sets `slot` to its number, -1 where the set has none.  Errors are
 * those of slots_wait_token().  After a failure the process should end: it may hold a token without a slot.
 */
int slots_take(struct slots *slots, const struct deadline *deadline, int *slot);

#endif
