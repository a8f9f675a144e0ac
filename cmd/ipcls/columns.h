/* SPDX-License-Identifier: ISC */
/* The columns of ipcls(1): what can be said of an object, as cells of a listing. */
#ifndef COLUMNS_H
#define COLUMNS_H

#include <stddef.h>

#include "inventory/inventory.h"
#include "inventory/users.h"
#include "table.h"

enum columns_need {
	COLUMNS_CONTENT = 1,   /* INVENTORY_CONTENT */
	COLUMNS_ALLOCATED = 2, /* INVENTORY_ALLOCATED */
	COLUMNS_USERS = 4,     /* users_find() */
};

struct columns_owner;

/* What cells are made from.  Zero but for the first two is what it begins with. */
struct columns {
	const struct inventory *inventory;
	const struct users *users;
	int numeric; /* users and groups are never looked up by name */

	struct columns_owner *owners; /* names that are known by now */
	size_t owner_count, owner_room;
	unsigned short *values; /* of a set, as the kernel gives them */
	int *numbers;
	struct table_process *processes;
	size_t process_room;
	int no_memory; /* for a cell; from then on all fail */
	char text[256];
};

/* All columns, in an order that suits one object's details; `*count` of them. */
const struct table_column *columns_all(size_t *count);

/* The column of that name, in either case, or NULL. */
const struct table_column *columns_find(const char *name, size_t size);

/* What must be there for it: enum columns_need. */
unsigned columns_needs(const struct table_column *column);

/* The cell of an entry, for a listing whose context is a struct columns: 0, or -1 with ENOMEM. */
int columns_get(void *context, size_t index, const struct table_column *column, struct table_cell *cell);

/* What a process does with an object, "maps,reads"; constant. */
const char *columns_uses(unsigned how);

void columns_free(struct columns *columns);

#endif
