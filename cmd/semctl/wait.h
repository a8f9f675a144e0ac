/* SPDX-License-Identifier: ISC */
/* wait and post: tokens that are taken for good, and given; barrier: processes that wait for each other. */
#ifndef WAIT_H
#define WAIT_H

#include "job.h"

int wait_run(const struct job *job);
int wait_post(const struct job *job);
int wait_barrier(const struct job *job);

#endif
