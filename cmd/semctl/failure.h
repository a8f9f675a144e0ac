/* SPDX-License-Identifier: ISC */
/* Messages for errors whose usual text would mislead; all return the status to exit with. */
#ifndef FAILURE_H
#define FAILURE_H

#include "job.h"

/* The highest value of a semaphore of that name. */
int failure_limit(const struct object *object);

/* An error of any call on the semaphore. */
int failure_tell(const struct object *object, int err);

/* An error while creating it. */
int failure_create(const struct object *object, int err);

/* An error while waiting for it; `would_wait` is the text for -n. */
int failure_wait(const struct job *job, int err, const char *would_wait);

#endif
