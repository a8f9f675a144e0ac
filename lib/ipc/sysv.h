/* SPDX-License-Identifier: ISC */
/*
 * The three kinds of System V objects: how one is found by its name, and what the kernel's errors mean.
 *
 * The kernel uses two errors for an id that names nothing: EINVAL if no object has that id, EIDRM if the object was removed in
 * between (or another one has its place in the table).
 */
#ifndef SYSV_H
#define SYSV_H

#include <sys/sem.h>

#include "ipc/object.h"

/* The fourth argument of semctl(2), which each program must declare itself. */
union semun {
	int val;
	struct semid_ds *buf;
	unsigned short *array;
	struct seminfo *info;
};

/*
 * The id of an existing object, which is never created.  For OBJECT_ID it is that id, and the kernel is not asked.
 * -1 with errno: ENOENT, EACCES; for OBJECT_FTOK also the errors of stat(2).
 */
int sysv_find_queue(const struct object *object);
int sysv_find_segment(const struct object *object);
int sysv_find_set(const struct object *object);

/* Whether `err`, from a call that was given an id, means that no such object exists any more. */
int sysv_is_gone(int err);

/* Sets errno for a failed call on an id, and returns -1: ENOENT if the object does not exist, and otherwise `err`. */
int sysv_fail_missing(int err);

/* The same for an object that existed when it was opened: EIDRM if it does not exist any more. */
int sysv_fail_removed(int err);

#endif
