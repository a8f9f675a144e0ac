/* SPDX-License-Identifier: ISC */
/* The command line of ipcls(1): its options. */
#ifndef JOB_H
#define JOB_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "inventory/inventory.h"
#include "inventory/operands.h"
#include "cell.h"
#include "table.h"

#define COLUMNS_MOST 64
#define REPEATED_MOST 16 /* how often an option that adds up may be given */

/* The options; constant once main() has checked them. */
struct options {
	enum form form;
	int has_form; /* -0, -J or -r was given */
	int all, bytes, headings, no_users, orphans, graph, limits, signals, unsorted, watch;
	const char *output[REPEATED_MOST]; /* the word of each -o */
	size_t output_count;
	unsigned asked_kinds; /* enum inventory_kind of -t, or 0 */
	uid_t users[REPEATED_MOST]; /* of each -u */
	size_t user_count;
	pid_t namespace;  /* of --ns, or 0 */
	int64_t interval; /* of --watch, in nanoseconds */
	const struct table_column *sort; /* of --sort, or NULL */
	int descending;

	/* These follow from the options above and from the operands. */
	const struct table_column *columns[COLUMNS_MOST];
	size_t column_count;
	unsigned needs; /* enum columns_need */
	unsigned kinds; /* to list: enum inventory_kind */
	int unnamed;    /* list segments and semaphores without a name, too */
	int details;    /* show everything of each operand */
};

#endif
