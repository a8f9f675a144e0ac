/* SPDX-License-Identifier: ISC */
/* A look at the system: the objects that exist at one moment, their users, and the processes that wait for each other. */
#ifndef LOOK_H
#define LOOK_H

#include <stddef.h>

#include "inventory/inventory.h"
#include "inventory/users.h"
#include "columns.h"
#include "deadlock.h"
#include "job.h"

/* All zero is an empty look. */
struct look {
	struct inventory inventory;
	struct users users;
	struct deadlocks deadlocks;
	struct columns columns;
	size_t *rows; /* entries in the order in which they are shown; rows_choose() makes them */
	size_t row_count;
};

/*
 * Lists the objects, and finds users and deadlocks if the options need them: 0, or -1 with ENOMEM.  `look` is empty or
 * was freed.
 */
int look_take(struct look *look, const struct options *options, struct operands *operands);

/* Frees a look.  /proc stays open for the next one, because with --ns it could not be opened again; users_free() closes it. */
void look_free(struct look *look);

/* Reports what could not be listed.  Returns the exit status: a failure if -t asked for such a kind. */
int look_report_problems(const struct options *options, const struct inventory *inventory);

/* Reports that no row was chosen, and what was looked for. */
void look_report_empty(const struct options *options, const struct inventory *inventory);

/*
 * Reports what the processes did not show: users, and the objects that only processes know.  Returns the exit status: a
 * failure if -t asked for a kind that could not be listed in full.
 */
int look_report_unseen(const struct options *options, const struct operands *operands, const struct users *users);

/*
 * Reports each operand that was not found, except those that may be among the objects that could not be listed, which was
 * reported already.  Returns the exit status.
 */
int look_report_missing(const struct options *options, const struct operands *operands, const struct inventory *inventory);

#endif
