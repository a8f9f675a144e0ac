/* SPDX-License-Identifier: ISC */
/*
 * The lock of a command line: a semaphore, or the mutex of a C program, mutex:SEGMENT@OFFSET.  It is opened, taken and given
 * back with the same messages in every tool.
 */
#ifndef CLI_LOCK_H
#define CLI_LOCK_H

#include "base/deadline.h"
#include "ipc/mutex.h"
#include "ipc/object.h"
#include "ipc/semaphore.h"

/* The names of locks. */
#define CLI_LOCK_KINDS (SEMAPHORE_KINDS | OBJECT_MUTEX)

/* A lock; all zeros: there is none, and the calls do nothing. */
struct cli_lock {
	const struct object *object; /* NULL: not open; must stay valid */
	int recover; /* set by the caller after cli_lock_open(): a mutex whose holder has died is taken, and becomes consistent */
	int nonblock; /* the last wait was to last no time */
	struct semaphore semaphore;
	struct mutex mutex;
};

/* Opens the lock: CLI_DONE, or the status after a message. */
int cli_lock_open(struct cli_lock *lock, const struct object *object);

/*
 * Takes the lock, waiting until `deadline`: 0, or -1 with an errno of semaphore_take() or mutex_lock(), for cli_lock_fail().
 * After EOWNERDEAD the tool must end soon.  If the holder of a mutex has died and `recover` is set, prints that.
 */
int cli_lock_take(struct cli_lock *lock, const struct deadline *deadline);

/* Prints why the lock could not be taken or given back, and returns the status for it. */
int cli_lock_fail(const struct cli_lock *lock, int err);

/*
 * Gives back what was taken: 0, or -1 with errno.  A mutex whose holder had died becomes consistent if `done`; otherwise it
 * stays locked until the tool ends.
 */
int cli_lock_give(struct cli_lock *lock, int done);

/* Gives back what was taken, as after a failure, and closes the lock. */
void cli_lock_close(struct cli_lock *lock);

#endif
