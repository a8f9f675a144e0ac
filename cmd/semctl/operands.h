/* SPDX-License-Identifier: ISC */
/* Operands: values, and semaphores that are opened one after the other. */
#ifndef OPERANDS_H
#define OPERANDS_H

#include "ipc/semaphore.h"
#include "job.h"

/* The operands as values, at least `count` of them, of which the first is 1 without any; freed by the caller. */
int *operands_values_or_exit(const struct job *job, int count);

/* Opens an existing semaphore, protected from processes that shorten its file: 0, or -1 with errno. */
int operands_open(struct semaphore *semaphore, const struct object *object);

/* Waits, for a second at most, until another process has filled the set that it has just created. */
void operands_wait_until_finished(const struct semaphore *semaphore);

/* Calls `act` for each operand, as post, get and rm take them, and returns the merged status. */
int operands_for_each(const struct job *job, int (*act)(const struct job *job, const struct object *object));

#endif
