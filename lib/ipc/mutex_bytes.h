/* SPDX-License-Identifier: ISC */
/*
 * The bytes of a pthread mutex, as this C library lays them out.  POSIX does not say what a mutex looks like, and any
 * bytes may stand where one is looked for: they are examined before the C library is let near them.
 */
#ifndef MUTEX_BYTES_H
#define MUTEX_BYTES_H

#include <pthread.h>
#include <sys/types.h>

/*
 * Returns NULL if the bytes can be a process-shared mutex that the tools can lock, or a constant text that says what they are
 * instead.  The text tells zeros, a destroyed mutex, a mutex of one process alone, one with a priority ceiling, and mutexes
 * of another word size, byte order or C library (musl) from other bytes.
 */
const char *mutex_bytes_examine(const pthread_mutex_t *bytes);

/* Whether the kernel releases the mutex when its holder dies, pthread_mutexattr_setrobust(3). */
int mutex_bytes_are_robust(const pthread_mutex_t *bytes);

/* Whether its holder may lock the mutex again; whether the kernel lends its holder the priority of those who wait. */
int mutex_bytes_are_recursive(const pthread_mutex_t *bytes);
int mutex_bytes_inherit_priority(const pthread_mutex_t *bytes);

/*
 * Whether the holder of a robust mutex has died; whether a process that locked it after that unlocked it without a repair.
 * If the holder of a lost mutex dies, the C library lets the next process repair it: it is orphaned, and no longer lost.
 */
int mutex_bytes_are_orphaned(const pthread_mutex_t *bytes);
int mutex_bytes_are_lost(const pthread_mutex_t *bytes);

/* The thread that holds the mutex, by the number that it has in its PID namespace; 0 if none does. */
pid_t mutex_bytes_holder(const pthread_mutex_t *bytes);

#endif
