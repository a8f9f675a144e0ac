/* SPDX-License-Identifier: ISC */
/*
 * Sets of System V semaphores that several processes make and use at once, with nobody in charge: who
 * comes first makes the set, and whoever finds it made but not filled fills it.
 *
 * The last semaphore of such a set is its mark: zero in a new set, a number of its own once the set is
 * filled, and never changed again.  Filling is one semop(2) that wants the mark to be zero, so it happens
 * once, whoever is killed in between.
 */
#ifndef SEMSET_H
#define SEMSET_H

#include <sys/sem.h>
#include <sys/types.h>

#include "base/deadline.h"
#include "ipc/object.h"

/* What a set is for, as its mark: numbers that nobody would count to by accident. */
enum semset_kind {
	SEMSET_PLAIN = 0,
	SEMSET_SLOTS = 21077,   /* slots.h */
	SEMSET_BARRIER = 21078, /* barrier.h */
};

/* What a set is, or is to be. */
struct semset {
	enum semset_kind kind;
	int id;
	int size; /* number of semaphores, the mark included */
};

/*
 * Opens the set of that name, of whatever kind and size it is.  Where there is none it is made with `kind`
 * and `size`, and the first `count` of its semaphores get `values`; a set that was left unfilled, and is of
 * this size, is filled so, too.  `created` tells of the former.  0, or -1 with errno: ENOENT for an id that
 * is not there, EACCES, ENOSPC, and the others of semget(2).
 */
int semset_open(struct semset *set, const struct object *object, enum semset_kind kind, int size, mode_t mode,
                const int *values, int count, int *created);

/* What kind of set it is that has `size` semaphores; SEMSET_PLAIN also where that cannot be read. */
enum semset_kind semset_kind_of(int id, int size);

/*
 * semtimedop(2) with what is left of the time, going on where Ctrl-Z and fg ended the wait with EINTR: 0, or
 * -1 with errno, EAGAIN when the time is over.
 */
int semset_operate(int id, struct sembuf *operations, size_t count, const struct deadline *deadline);

#endif
