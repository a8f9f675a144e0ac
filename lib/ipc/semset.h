/* SPDX-License-Identifier: ISC */
/*
 * Sets of System V semaphores that several processes create and use at once, with none in charge: the first one creates the
 * set, and whichever finds it created but not filled fills it.
 *
 * The last semaphore of such a set is its mark: 0 in a new set, the number of its kind once the set is filled.  Filling is one
 * semop(2) that insists on a mark of 0, so it happens once, whichever process is killed in between.
 */
#ifndef SEMSET_H
#define SEMSET_H

#include <sys/sem.h>
#include <sys/types.h>

#include "base/deadline.h"
#include "ipc/object.h"

/* The kinds of sets, as their marks: numbers that no program would count to by accident. */
enum semset_kind {
	SEMSET_PLAIN = 0,
	SEMSET_BARRIER = 21078, /* the sets of `semctl barrier` */
	SEMSET_SLOTS = 21079,   /* the sets of `semctl run` */
	SEMSET_RETIRED = 21080, /* a set of slots that no process used, and that is about to be removed */
};

/*
 * The layout of SEMSET_SLOTS, semctl(1).  After these come the slots, each 1 while a process holds it, which is then the last
 * process that changed it; as many semaphores that remember the last holder of each slot; and the mark.
 */
enum { SEMSET_TOKENS, SEMSET_LIMIT, SEMSET_SURPLUS, SEMSET_FIRST_SLOT };

/* The number of slots that a set of SEMSET_SLOTS with `size` semaphores has room for. */
int semset_room(int size);

/* The smallest size of a set of SEMSET_SLOTS with room for `room` slots. */
int semset_size(int room);

struct semset {
	enum semset_kind kind;
	int id;
	int size; /* number of semaphores, including the mark */
};

/*
 * Opens the set of that name, of whatever kind and size it is.  A missing set is created with `size` semaphores, and the
 * first `count`, 3 at most, get `values`; a set of this size that was left unfilled is filled so, too.  `created` is set
 * to whether the set was created.  0, or -1 with errno: ENOENT for a missing id, EACCES, ENOSPC, and others of semget(2).
 */
int semset_open(struct semset *set, const struct object *object, enum semset_kind kind, int size, mode_t mode,
                const int *values, int count, int *created);

/* The kind of a set of `size` semaphores; SEMSET_PLAIN also where that cannot be read, with errno, which is otherwise as it was. */
enum semset_kind semset_kind_of(int id, int size);

/*
 * semtimedop(2) with the time that is left, repeated where Ctrl-Z and fg ended it with EINTR: 0, or -1 with errno, EAGAIN when
 * the time is over, EINVAL where the set does not exist.
 */
int semset_operate(int id, struct sembuf *operations, size_t count, const struct deadline *deadline);

/* The same without waiting. */
int semset_try(int id, struct sembuf *operations, size_t count);

#endif
