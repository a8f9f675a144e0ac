/* SPDX-License-Identifier: ISC */
/*
 * The table of get -v, one row a semaphore: collected first, since the width of each column is that of its longest cell.
 * Cells are escaped and have no spaces in them but in the last column, so that awk(1) finds them.
 */
#ifndef ROWS_H
#define ROWS_H

#include <stddef.h>

#include "ipc/semaphore.h"

enum { ROWS_COLUMNS = 7 };

struct rows {
	char *(*cells)[ROWS_COLUMNS];
	size_t count, room;
};

/* Adds a row: `name` as the user gave it, `label` for the semaphore in its set.  0, or -1 with ENOMEM. */
int rows_add(struct rows *rows, const char *name, const char *label, const struct semaphore_state *state);

/* Prints the head and all rows to stdout. */
void rows_print(const struct rows *rows);

void rows_free(struct rows *rows);

#endif
