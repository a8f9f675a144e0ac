/* SPDX-License-Identifier: ISC */
/*
 * POSIX semaphores, sem_overview(7): a word in shared memory, in the file /dev/shm/sem.NAME.  The kernel knows neither who
 * took a token nor who waits, so nothing is given back for a process that dies.
 *
 * Values go from 0 to 2147483647.  Functions return 0, or -1 with errno.
 */
#ifndef SEMAPHORE_POSIX_H
#define SEMAPHORE_POSIX_H

#include <semaphore.h>
#include <sys/types.h>
#include <time.h>

#include "base/deadline.h"

/* An open semaphore.  `name` is the caller's and must live as long. */
struct semaphore_posix {
	sem_t *mapped; /* NULL: not open */
	const char *name;
	dev_t device; /* of its file, to see whether the name is still that of this semaphore */
	ino_t inode;
};

enum { SEMAPHORE_POSIX_SIZE = 32, SEMAPHORE_POSIX_SIZE_32 = 16 }; /* of the file, by 64-bit and by 32-bit programs */

/*
 * Reads what glibc keeps in the first 16 bytes of a sem_t and its header hides.  `size` is that of the whole: 32 bytes are
 * written by 64-bit programs, 16 by 32-bit ones.  -1 (errno is as it was) where no semaphore has these bytes.
 */
int semaphore_posix_decode(const void *bytes, size_t size, int *value, int *waiting);

/*
 * Opens an existing semaphore.  ENOENT, EACCES; EINVAL for a file that is no semaphore, which sem_open(3) would take: the
 * first use of an empty one is SIGBUS.
 */
int semaphore_posix_open(struct semaphore_posix *semaphore, const char *name);

void semaphore_posix_close(struct semaphore_posix *semaphore);

/* Creates one with exactly this mode, and does not open it: the mode may forbid that.  EEXIST if the name exists. */
int semaphore_posix_create(const char *name, mode_t mode, int value);

/*
 * Takes one token.  ETIMEDOUT; EINTR; EIDRM where the name was removed or belongs to another semaphore by now, which
 * is looked up once a second; EINVAL where the file was cut short.  The parts of a wait without a deadline are marked for
 * other processes, as deadline_mark_endless() does.
 */
int semaphore_posix_take(struct semaphore_posix *semaphore, const struct deadline *deadline);

/* Gives `count` tokens.  EOVERFLOW where the value would exceed its limit; it is then as before. */
int semaphore_posix_post(struct semaphore_posix *semaphore, int count);

/* Takes or gives tokens until the value has changed by as much as it differs from `wanted` now. */
int semaphore_posix_set(struct semaphore_posix *semaphore, int wanted);

/* The value, and how many processes wait. */
int semaphore_posix_look(const struct semaphore_posix *semaphore, int *value, int *waiting);

/* The same from the file, for one that we may read but not open. */
int semaphore_posix_glance(const char *name, int *value, int *waiting);

/*
 * The word in shared memory does not name the processes that hold or wait for a token, and still counts those that were killed
 * while they waited.  So these functions note themselves by a lock of fcntl(2) on a byte of the file, which the kernel
 * removes when the process ends, and which hinders no process: waiting processes do that in semaphore_posix_take().
 */
enum semaphore_posix_use { SEMAPHORE_POSIX_HOLDS, SEMAPHORE_POSIX_WAITS };

/* Notes that this process holds a token or waits: a descriptor that must stay open as long, or -1. */
int semaphore_posix_note(const struct semaphore_posix *semaphore, enum semaphore_posix_use use);

/* One of the processes that have noted this, or 0. */
pid_t semaphore_posix_user(const char *name, enum semaphore_posix_use use);

/* Removes the name: of any regular file, also of one that is no semaphore.  ENOENT, EINVAL. */
int semaphore_posix_remove(const char *name);

#endif
