/* SPDX-License-Identifier: ISC */
/* --signals: the processes that wait for signals, and for which. */
#ifndef SIGNALS_H
#define SIGNALS_H

#include "job.h"

/* Prints these processes, one a row.  Returns the exit status. */
int signals_show(const struct options *options);

#endif
