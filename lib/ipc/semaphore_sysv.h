/* SPDX-License-Identifier: ISC */
/*
 * Sets of System V semaphores, semop(2), by their id.  Values go from 0 to 32767, SEMVMX.  Functions return 0, or -1 with
 * errno: EIDRM where the set was removed since it was opened.
 */
#ifndef SEMAPHORE_SYSV_H
#define SEMAPHORE_SYSV_H

#include <sys/types.h>

#include "base/deadline.h"
#include "ipc/object.h"

/*
 * Finds an existing set and returns its id, or -1 with errno: ENOENT, EACCES.  `size` becomes the number of its semaphores, 0
 * where we may change the set but not read that.
 */
int semaphore_sysv_open(const struct object *object, int *size);

/*
 * Creates a set with these values and this mode, and returns its id, or -1 with errno: EEXIST; ENOSPC, EINVAL at the limits of
 * kernel.sem; EIDRM where it was removed at once.  Only SIGKILL can come between creating and filling it, and leaves zeros
 * with a sem_otime of 0, semget(2).
 */
int semaphore_sysv_create(const struct object *object, mode_t mode, const int *values, int count);

/* Whether the set may not be filled yet: it was created a second ago at most, is all zeros, and was never used. */
int semaphore_sysv_is_unfinished(int id, int size);

/* Takes `count` tokens from the first semaphore in one step, with SEM_UNDO.  ETIMEDOUT, EINTR, ENOSPC, ENOMEM. */
int semaphore_sysv_take(int id, int count, const struct deadline *deadline);

/* Gives back `count` tokens that semaphore_sysv_take() took. */
int semaphore_sysv_give(int id, int count);

/* Makes the kernel forget that `count` tokens are to be given back at our end; the value stays. */
int semaphore_sysv_keep(int id, int count);

/* Adds `count` tokens.  EOVERFLOW where the value would exceed its limit; it is then as before. */
int semaphore_sysv_post(int id, int count);

/* Reads all `size` values at one moment, and sets them in one step; setting makes the kernel forget all of SEM_UNDO. */
int semaphore_sysv_values(int id, int size, int *values);
int semaphore_sysv_set(int id, int size, const int *values);

/* ENOENT where none exists. */
int semaphore_sysv_remove(const struct object *object);

#endif
