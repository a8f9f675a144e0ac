/* SPDX-License-Identifier: ISC */
/* The command line of ipcls(1): its options, and the objects that it names. */
#ifndef JOB_H
#define JOB_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "inventory/inventory.h"
#include "ipc/object.h"
#include "cell.h"
#include "table.h"

#define COLUMNS_MOST 64

/* The options; constant once main() has checked them. */
struct options {
	enum form form;
	int has_form; /* -0, -J or -r was given */
	int all, bytes, headings, no_users, orphans, graph, limits, watch;
	const char *output;   /* the word of -o, or NULL */
	unsigned asked_kinds; /* enum inventory_kind of -t, or 0 */
	int has_user;
	uid_t user;
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

/* An operand. */
struct wanted {
	struct object object;
	key_t key;      /* of key: and ftok: */
	struct stat st; /* of file: and memfd: */
	int err;        /* why the operand cannot be looked for, or 0 */
	int queue_err;  /* why no queue of that name was found, or 0 */
	int found;
};

struct operands {
	struct wanted *list;
	size_t count;
};

#endif
