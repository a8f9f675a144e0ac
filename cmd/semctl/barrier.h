/* SPDX-License-Identifier: ISC */
/*
 * Barriers: N processes that wait for each other, any number of times, and of which any may be killed.
 *
 * The set has four semaphores: the processes that are missing in this round; those that were released and have not ended yet;
 * N; the mark of semset.h.  An arriving process decrements semaphore 0 with SEM_UNDO and registers an undo of -1 on semaphore
 * 1, which the kernel applies when the process ends.  Until the barrier opens, semaphore 1 is 0 and that undo has no effect,
 * so a process that dies early counts as missing again.  The next round begins when all released processes have ended.
 */
#ifndef BARRIER_H
#define BARRIER_H

#include <sys/types.h>

#include "base/deadline.h"
#include "ipc/object.h"

/* An open barrier. */
struct barrier {
	int id;
	int count; /* N */
};

/*
 * Opens the barrier of that name, System V, or creates it for `count` processes, 32767 (SEMVMX) at most.  0, or -1 with errno,
 * that of semset_open(), and EPROTOTYPE for a set of another kind.
 */
int barrier_open(struct barrier *barrier, const struct object *object, int count, mode_t mode, int *created);

/*
 * Waits until all N processes have arrived.  After 0 the process should end, which is how it leaves the barrier.  Otherwise -1
 * with errno: ETIMEDOUT, EIDRM, ENOSPC, ENOMEM.
 */
int barrier_wait(const struct barrier *barrier, const struct deadline *deadline);

#endif
