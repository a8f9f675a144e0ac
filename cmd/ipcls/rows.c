/* SPDX-License-Identifier: ISC */
#include "rows.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "inventory/inventory.h"
#include "inventory/users.h"
#include "columns.h"
#include "operands.h"

static int is_chosen(const struct look *look, const struct options *options, struct operands *operands, size_t index)
{
	const struct inventory_entry *entry = &look->inventory.entries[index];
	char reason[USERS_REASON];

	if (operands->count > 0 && !operands_find(operands, entry))
		return 0;
	return (!options->has_user || entry->uid == options->user || entry->cuid == options->user) &&
	       (!options->orphans || users_is_orphan(&look->users, &look->inventory, index, reason) == USERS_ORPHAN);
}

/* A row, and the value of the column that it is sorted by. */
struct sort_key {
	size_t row;
	int known;
	int64_t number;
	char *text; /* or NULL */
};

/* Unknown values come first; equal ones keep their order. */
static int compare_keys(const void *a, const void *b)
{
	const struct sort_key *one = a, *other = b;
	int order;

	if (one->known != other->known)
		order = one->known - other->known;
	else if (one->text != NULL)
		order = strcmp(one->text, other->text);
	else
		order = (one->number > other->number) - (one->number < other->number);
	return order != 0 ? order : (one->row > other->row) - (one->row < other->row);
}

/* Makes the key of a row: 0, or -1 with ENOMEM. */
static int make_key(struct look *look, const struct table_column *column, size_t row, struct sort_key *key)
{
	struct cell cell = {.type = CELL_UNKNOWN};

	if (columns_get(&look->columns, row, column, &cell) == -1)
		return -1;
	*key = (struct sort_key){.row = row, .known = cell.type != CELL_UNKNOWN};
	switch (cell.type) {
	case CELL_TEXT:
		key->text = strdup(cell.text);
		return key->text == NULL ? -1 : 0;
	case CELL_NUMBERS:
	case CELL_PROCESSES:
		key->number = (int64_t)cell.count;
		return 0;
	default:
		key->number = cell.type == CELL_TIME ? cell.time : (int64_t)cell.number;
		return 0;
	}
}

static int sort_rows(struct look *look, const struct options *options)
{
	struct sort_key *keys = calloc(look->row_count + 1, sizeof(*keys));
	size_t i, k;
	int result = keys == NULL ? -1 : 0;

	for (i = 0; i < look->row_count && result == 0; i++)
		result = make_key(look, options->sort, look->rows[i], &keys[i]);
	if (result == 0)
		qsort(keys, look->row_count, sizeof(*keys), compare_keys);
	for (k = 0; k < i; k++) {
		if (result == 0)
			look->rows[options->descending ? look->row_count - 1 - k : k] = keys[k].row;
		free(keys[k].text);
	}
	free(keys);
	return result;
}

int rows_choose(struct look *look, const struct options *options, struct operands *operands)
{
	size_t i;

	look->rows = calloc(look->inventory.count + 1, sizeof(*look->rows));
	if (look->rows == NULL)
		return -1;
	for (i = 0; i < look->inventory.count; i++)
		if (is_chosen(look, options, operands, i))
			look->rows[look->row_count++] = i;
	return options->sort != NULL ? sort_rows(look, options) : 0;
}
