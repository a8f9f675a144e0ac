/* SPDX-License-Identifier: ISC */
/* op: several operations on a set in one step, and a command that then runs in the same process. */
#ifndef OPERATE_H
#define OPERATE_H

#include "job.h"

int operate_run(const struct job *job);

#endif
