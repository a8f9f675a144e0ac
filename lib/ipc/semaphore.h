/* SPDX-License-Identifier: ISC */
/* Semaphores, POSIX and System V behind one interface: made, taken and given back, looked at, removed. */
#ifndef SEMAPHORE_H
#define SEMAPHORE_H

#include <semaphore.h>
#include <sys/types.h>

#include "base/deadline.h"
#include "ipc/object.h"

/* Highest values, sem_post(3) and semop(2). */
enum { SEMAPHORE_MOST_POSIX = 2147483647, SEMAPHORE_MOST_SYSV = 32767 };

/* An open semaphore, or a set of System V of which the first is the one where nothing else is said. */
struct semaphore {
	sem_t *posix; /* NULL: System V */
	const char *name; /* POSIX; the object's */
	dev_t device;     /* POSIX: of its file, to see that the name is still its own */
	ino_t inode;
	int id;    /* System V */
	int size;  /* how many there are in the set, 0 where we may not read that; POSIX: 1 */
	int taken; /* by us, and to be given back */
};

/* What is known of one semaphore; -1 where the kind does not tell. */
struct semaphore_state {
	int value;
	int waiting;      /* processes that wait for it to rise */
	int waiting_zero; /* that wait for it to be zero */
	pid_t last;       /* that changed it last */
};

/* The kinds of names that it opens. */
#define SEMAPHORE_KINDS (OBJECT_NAME | OBJECT_KEY | OBJECT_ID | OBJECT_FTOK)

/*
 * Opens what is there; never makes one.  -1 with errno: ENOENT, EACCES, and for a file in /dev/shm
 * that is no semaphore EINVAL: sem_open(3) takes an empty file, and its first use is SIGBUS.
 */
int semaphore_open(struct semaphore *semaphore, const struct object *object);

/*
 * Makes one, or a set, with these values: nobody finds it with others.  A set is open then, a POSIX semaphore,
 * which we may be given no leave to use, is not.  -1 with errno: EEXIST where it is there, ENOSPC where the limits
 * of System V (sysctl kernel.sem) are reached, EINVAL for more values than a set may have.  OBJECT_PRIVATE is made, too.
 *
 * The set is complete once its sem_otime is not 0 any more, semget(2); the one moment before, in which
 * only SIGKILL can stop us, leaves one of zeros.
 */
int semaphore_create(struct semaphore *semaphore, const struct object *object, mode_t mode, const int *values,
                     int count);

/*
 * Takes one token, waiting until `deadline`.  0, or -1 with errno: ETIMEDOUT, EIDRM (removed while
 * waiting; of a POSIX one this is noticed within a second), EINTR (only when interrupt_pending()).
 * A System V token is taken with SEM_UNDO: the kernel gives it back however we die.
 */
int semaphore_take(struct semaphore *semaphore, const struct deadline *deadline);

/* The same for `count`: System V all at once, POSIX one by one, with those given back that were too few. */
int semaphore_take_several(struct semaphore *semaphore, int count, const struct deadline *deadline);

/* What was taken is not given back at our end: 0, or -1 with errno. */
int semaphore_keep(struct semaphore *semaphore);

/* Gives back what was taken, if anything: 0, or -1 with errno. */
int semaphore_give(struct semaphore *semaphore);

/* Adds `count`.  -1 with errno, EOVERFLOW where it would rise above what it can hold; it is then as before. */
int semaphore_post(struct semaphore *semaphore, int count);

/*
 * Whether a set may still be in the making: it is of this very second, all zeros, and was never used.
 * Who sees one waits a moment: up to a second.
 */
int semaphore_unfinished(const struct semaphore *semaphore);

/* The state of number `at` of the set: 0, or -1 with errno. */
int semaphore_look(const struct semaphore *semaphore, int at, struct semaphore_state *state);

/* The same of a POSIX one that we may read but not open, as its file has it: 0, or -1 with errno. */
int semaphore_glance(const struct object *object, struct semaphore_state *state);

/* All values at one moment, `size` of them: 0, or -1 with errno (EACCES where `size` is 0). */
int semaphore_values(const struct semaphore *semaphore, int *values);

/*
 * Sets all values, `size` of them; the first alone where a caller has set `size` to 1.  System V: in one step, and what others are to give back at their
 * end is forgotten, semctl(2).  POSIX: by taking and adding one by one.  0, or -1 with errno.
 */
int semaphore_set(struct semaphore *semaphore, const int *values);

/* Removes it under the name that was opened: 0, or -1 with errno. */
int semaphore_remove(const struct object *object);

/* Gives back what was taken, and closes it. */
void semaphore_close(struct semaphore *semaphore);

#endif
