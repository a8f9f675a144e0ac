/* SPDX-License-Identifier: ISC */
/*
 * Barriers: N processes that wait for each other, as often as one likes, of which any may be killed.
 *
 * The set has four semaphores: how many are still lacking in this round; how many of those who were
 * released have not gone yet; N; the mark of marked.h.  Who arrives takes one from the first with SEM_UNDO,
 * and lets the kernel note that one is to be taken from the second at his end, too.  While nobody was
 * released that is zero, and stays so; so who dies before the round is full is lacking again, and who was
 * released just has to end.  The next round begins when all of the last have gone.
 */
#ifndef BARRIER_H
#define BARRIER_H

#include <sys/types.h>

#include "base/deadline.h"
#include "ipc/object.h"

/* An open barrier. */
struct barrier {
	int id;
	int count; /* N, as it was made */
};

/*
 * Opens the barrier of that name, System V, or makes it for `count` processes, 32767 (SEMVMX) at most.  0, or -1 with errno, that
 * of semset_open(), and EPROTOTYPE where it is something else.
 */
int barrier_open(struct barrier *barrier, const struct object *object, int count, mode_t mode, int *created);

/*
 * Waits until as many have arrived.  Who has returned from it with 0 must end: that is how he leaves.
 * 0, or -1 with errno: ETIMEDOUT, EIDRM, ENOSPC, ENOMEM.
 */
int barrier_wait(const struct barrier *barrier, const struct deadline *deadline);

#endif
