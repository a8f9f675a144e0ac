/* SPDX-License-Identifier: ISC */
/* --limits: the limits of IPC objects, and how much of each is used. */
#ifndef LIMITS_H
#define LIMITS_H

#include "job.h"

/* Prints the limits of the kinds to list.  Returns the exit status. */
int limits_show(const struct options *options);

#endif
