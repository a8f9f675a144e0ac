/* SPDX-License-Identifier: ISC */
/* The columns of ipcls(1): what is known of an object, as cells of a table. */
#ifndef COLUMNS_H
#define COLUMNS_H

#include <stddef.h>

#include "inventory/inventory.h"
#include "inventory/users.h"
#include "cell.h"
#include "state.h"
#include "table.h"

/* The sources of a column; bits. */
enum columns_need {
	COLUMNS_CONTENT = 1,   /* INVENTORY_CONTENT */
	COLUMNS_ALLOCATED = 2, /* INVENTORY_ALLOCATED */
	COLUMNS_USERS = 4,     /* users_find() */
};

struct columns_owner;

/* The material of cells.  The caller sets the first three members, and leaves the others zero. */
struct columns {
	const struct inventory *inventory;
	const struct users *users;
	int numeric; /* never look up names of users and groups */

	struct columns_owner *owners; /* names that were looked up */
	size_t owner_count, owner_room;
	unsigned short *values; /* of a set, as the kernel gives them */
	int *numbers;
	struct cell_process *processes;
	size_t process_room;
	int no_memory; /* for a cell: from then on columns_get() fails */
	char text[STATE_ROOM];
};

/* Returns all columns, `*count` of them, in the order in which the details of one object show them. */
const struct table_column *columns_all(size_t *count);

/* Returns the column of that name, `size` bytes in capitals or small letters, or NULL. */
const struct table_column *columns_find(const char *name, size_t size);

/* Returns what the column takes: enum columns_need. */
unsigned columns_needs(const struct table_column *column);

/* Makes the cell of the entry with this index; `get` of a table whose context is a struct columns: 0, or -1 with ENOMEM. */
int columns_get(void *context, size_t index, const struct table_column *column, struct cell *cell);

/* Returns the words for what a process does with an object (enum user_how), "maps,reads"; constant. */
const char *columns_uses(unsigned how);

/* Frees the cells' memory; the first three members stay. */
void columns_free(struct columns *columns);

#endif
