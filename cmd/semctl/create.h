/* SPDX-License-Identifier: ISC */
/* create: a new semaphore or set; rm: its end. */
#ifndef CREATE_H
#define CREATE_H

#include "job.h"

int create_run(const struct job *job);
int create_remove(const struct job *job);

#endif
