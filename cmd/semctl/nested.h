/* SPDX-License-Identifier: ISC */
/*
 * The variable SEMCTL_HELD: the tokens that a command, or an ancestor of it, holds by `semctl run`, so that a run inside the
 * same run can tell that it would wait for itself.
 *
 * The value is a list of SEM:PID:SLOT with blanks between them.  SEM is id:N, psem:DEVICE:INODE of a POSIX semaphore, or
 * mutex:DEVICE:INODE:OFFSET, with 0 for the device and the id for the inode if its segment is one of System V; PID is the
 * process that holds the token; SLOT is its slot, or -1.
 */
#ifndef NESTED_H
#define NESTED_H

#include <sys/types.h>

#include "ipc/mutex.h"
#include "ipc/semaphore_posix.h"
#include "slots.h"

enum { NESTED_NAME_ROOM = 80 };

/* Writes the SEM of a set, of a POSIX semaphore, or of a mutex. */
void nested_name_set(char *name, const struct slots *slots);
void nested_name_posix(char *name, const struct semaphore_posix *semaphore);
void nested_name_mutex(char *name, const struct mutex *mutex);

/* The tokens of one semaphore that this process and its ancestors hold. */
struct nested {
	int count;
	pid_t pid; /* of one of them, */
	int slot;  /* and its slot, -1 without one */
};

/*
 * Finds them.  An entry counts if its process is this one or an ancestor that lives, and if it still has its slot, where
 * `slots` is not NULL.
 */
void nested_find(struct nested *nested, const char *name, const struct slots *slots);

/*
 * The variable for a command: what SEMCTL_HELD has, and one entry more, for this process; nested_set_slot() completes it.
 * In memory of its own that putenv(3) may keep; NULL with ENOMEM.
 */
char *nested_variable(const char *name);

/* Adds the slot to the end of the variable. */
void nested_set_slot(char *variable, int slot);

#endif
