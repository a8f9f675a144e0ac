/* SPDX-License-Identifier: ISC */
/* The processes that hold a token or wait for one, as far as the kernel tells. */
#ifndef HOLDERS_H
#define HOLDERS_H

#include "ipc/object.h"
#include "ipc/semaphore.h"

/*
 * The holders, as in "4711/make, 4712/cc": of a set that run created, those of its slots; of a POSIX semaphore, a semctl that
 * stays beside its command.  NULL where none is known, with errno 0 or the reason why they cannot be read.  Valid until the
 * next call.
 */
const char *holders_text(const struct object *object);

/*
 * The number of processes that wait for any semaphore of the set, or -1 with errno where that cannot be read.  Of a POSIX
 * semaphore, 0 where none of our tools waits.
 */
int holders_waiting(const struct semaphore *semaphore);

#endif
