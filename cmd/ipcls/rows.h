/* SPDX-License-Identifier: ISC */
/* Rows: which objects of a look are shown, and in which order. */
#ifndef ROWS_H
#define ROWS_H

#include "job.h"
#include "look.h"

/* Chooses and sorts the rows of a look, and marks the operands that were found: 0, or -1 with ENOMEM. */
int rows_choose(struct look *look, const struct options *options, struct operands *operands);

#endif
