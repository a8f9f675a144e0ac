/* SPDX-License-Identifier: ISC */
/* get: the values, or with -v a table; set: new values. */
#ifndef VALUES_H
#define VALUES_H

#include "job.h"

int values_get(const struct job *job);
int values_set(const struct job *job);

#endif
