/* SPDX-License-Identifier: ISC */
/*
 * Semaphores, POSIX and System V behind one interface: created, taken and given back, read, set, removed.
 *
 * Functions return 0, or -1 with errno.  EIDRM is a semaphore that was removed since it was opened; of a POSIX one that is
 * noticed by waiting processes alone, within a second.
 */
#ifndef SEMAPHORE_H
#define SEMAPHORE_H

#include <sys/types.h>

#include "base/deadline.h"
#include "ipc/object.h"
#include "ipc/semaphore_posix.h"

/* The highest values, sem_post(3) and semop(2). */
enum { SEMAPHORE_MOST_POSIX = 2147483647, SEMAPHORE_MOST_SYSV = 32767 };

/* An open semaphore, or a System V set, of which the first semaphore is used unless a function says otherwise. */
struct semaphore {
	int is_posix;
	struct semaphore_posix posix;
	int id;    /* System V */
	int size;  /* semaphores in the set, 0 where we may not read that; POSIX: 1 */
	int taken; /* tokens to be given back */
};

/* The state of one semaphore; -1 where the kind does not tell. */
struct semaphore_state {
	int value;
	int waiting;      /* processes that wait for it to rise */
	int waiting_zero; /* processes that wait for it to be zero */
	pid_t last;       /* the process that changed it last */
};

/* The names by which semaphore_open() finds one. */
#define SEMAPHORE_KINDS (OBJECT_NAME | OBJECT_KEY | OBJECT_ID | OBJECT_FTOK)

/* Opens an existing semaphore.  ENOENT, EACCES; EINVAL for a file in /dev/shm that is no semaphore. */
int semaphore_open(struct semaphore *semaphore, const struct object *object);

/*
 * Creates a semaphore, or a set of `count`, with these values: nobody finds it with others.  A set is open then; a POSIX
 * semaphore, which `mode` may keep us from using, is not.  OBJECT_PRIVATE is created, too.  EEXIST; at the limits of System V
 * (sysctl kernel.sem) ENOSPC, and EINVAL for more values than a set may have.
 */
int semaphore_create(struct semaphore *semaphore, const struct object *object, mode_t mode, const int *values,
                     int count);

/*
 * Takes one token, waiting until `deadline`.  ETIMEDOUT, EIDRM, EINTR (only when interrupt_pending()).  The kernel gives a
 * System V token back however the process dies (SEM_UNDO).
 */
int semaphore_take(struct semaphore *semaphore, const struct deadline *deadline);

/* The same for `count` tokens: System V all at once, POSIX one by one; after a failure none is taken. */
int semaphore_take_several(struct semaphore *semaphore, int count, const struct deadline *deadline);

/* Keeps what was taken when the process ends. */
int semaphore_keep(struct semaphore *semaphore);

/* Gives back what was taken, if anything. */
int semaphore_give(struct semaphore *semaphore);

/* Adds `count` tokens.  EOVERFLOW where the value would exceed its limit; it is then as before. */
int semaphore_post(struct semaphore *semaphore, int count);

/* Whether it is a set that its creator may not have filled yet: wait a moment and ask again, for a second at most. */
int semaphore_is_unfinished(const struct semaphore *semaphore);

/* Reads the state of semaphore number `at` of the set. */
int semaphore_look(const struct semaphore *semaphore, int at, struct semaphore_state *state);

/* The same from the file of a POSIX semaphore that we may read but not open. */
int semaphore_glance(const struct object *object, struct semaphore_state *state);

/* Reads all `size` values at one moment.  EACCES where `size` is 0. */
int semaphore_values(const struct semaphore *semaphore, int *values);

/*
 * Sets all `size` values; the first alone where the caller has set `size` to 1.  System V: in one step, and the kernel forgets
 * what other processes are to give back, semctl(2).  POSIX: by taking and giving tokens one by one.
 */
int semaphore_set(struct semaphore *semaphore, const int *values);

/* Removes the semaphore of that name. */
int semaphore_remove(const struct object *object);

/* Gives back what was taken, and closes the semaphore. */
void semaphore_close(struct semaphore *semaphore);

#endif
