/* SPDX-License-Identifier: ISC */
/* Semaphores, POSIX and System V behind one interface, as locks: for now taking one and giving it back. */
#ifndef SEMAPHORES_H
#define SEMAPHORES_H

#include <semaphore.h>

#include "deadline.h"
#include "object.h"

/* An open semaphore. */
struct semaphore {
	sem_t *posix; /* NULL: System V */
	int id;       /* System V: its first semaphore is the one */
	int taken;    /* by us, and to be given back */
};

/* The kinds of names that it opens. */
#define SEMAPHORE_KINDS (OBJECT_NAME | OBJECT_KEY | OBJECT_ID | OBJECT_FTOK)

/*
 * Opens what is there; never makes one.  -1 with errno: ENOENT, EACCES, and for a file in /dev/shm
 * that is no semaphore EINVAL: sem_open(3) takes an empty file, and its first use is SIGBUS.
 */
int semaphore_open(struct semaphore *semaphore, const struct object *object);

/*
 * Takes one token, waiting until `deadline`.  0, or -1 with errno: ETIMEDOUT, EIDRM (removed while
 * waiting), EINTR (only when interrupt_pending()).  A System V token is taken with SEM_UNDO: the
 * kernel gives it back however we die.
 */
int semaphore_take(struct semaphore *semaphore, const struct deadline *deadline);

/* Gives back what was taken, if anything: 0, or -1 with errno. */
int semaphore_give(struct semaphore *semaphore);

/* Gives back what was taken, and closes it. */
void semaphore_close(struct semaphore *semaphore);

#endif
