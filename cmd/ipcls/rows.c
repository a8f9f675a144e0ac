/* SPDX-License-Identifier: ISC */
#include "rows.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>

#include "inventory/inventory.h"
#include "inventory/users.h"
#include "cli/cli.h"
#include "columns.h"

static int is_of_users(const struct options *options, const struct inventory_entry *entry)
{
	size_t i;

	for (i = 0; i < options->user_count; i++)
		if (entry->uid == options->users[i] || entry->cuid == options->users[i])
			return 1;
	return 0;
}

/* An object is no orphan if that cannot be known.  An error that kept it from being known is reported. */
static int is_orphan(const struct look *look, const struct options *options, size_t index)
{
	char reason[USERS_REASON];
	enum users_orphan verdict = users_is_orphan(&look->users, &look->inventory, index, reason);

	if (verdict == USERS_ORPHAN_UNKNOWN && errno != 0 && !options->watch)
		cli_warn(look->inventory.entries[index].name, "%s; whether any process uses it is not known", strerror(errno));
	return verdict == USERS_ORPHAN;
}

static int is_chosen(const struct look *look, const struct options *options, struct operands *operands, size_t index)
{
	const struct inventory_entry *entry = &look->inventory.entries[index];

	if (operands->count > 0 && !operands_find(operands, entry))
		return 0;
	return (options->user_count == 0 || is_of_users(options, entry)) && (!options->orphans || is_orphan(look, options, index));
}

/* A row, and its place by kind and name. */
struct place {
	enum inventory_kind kind;
	uint64_t first;   /* the key or id of a System V object; else the first eight bytes of the name */
	const char *name; /* NULL for a System V object */
	size_t row;
};

static struct place place_of(const struct inventory_entry *entry, size_t row)
{
	struct place place = {.kind = entry->kind, .name = entry->name, .row = row};
	size_t i;

	/* System V objects without a key come first: their names are ids. */
	if (entry->kind & INVENTORY_SYSV) {
		place.first = entry->key == IPC_PRIVATE ? (uint64_t)entry->id : UINT64_C(1) << 32 | (uint32_t)entry->key;
		return place;
	}
	for (i = 0; i < sizeof(place.first) && entry->name[i] != '\0'; i++)
		place.first |= (uint64_t)(unsigned char)entry->name[i] << (56 - 8 * i);
	return place;
}

static int compare_places(const void *a, const void *b)
{
	const struct place *one = a, *other = b;

	if (one->kind != other->kind)
		return one->kind < other->kind ? -1 : 1;
	if (one->first != other->first)
		return one->first < other->first ? -1 : 1;
	/* The last byte of a number that holds all of a short name is 0. */
	if (one->name != NULL && (one->first & 0xff) != 0)
		return strcmp(one->name + sizeof(one->first), other->name + sizeof(other->first));
	return 0;
}

/* Puts the rows in the order of kinds and names. */
static int order_rows(struct look *look)
{
	struct place *places = calloc(look->row_count + 1, sizeof(*places));
	size_t i;

	if (places == NULL)
		return -1;
	for (i = 0; i < look->row_count; i++)
		places[i] = place_of(&look->inventory.entries[look->rows[i]], look->rows[i]);
	qsort(places, look->row_count, sizeof(*places), compare_places);
	for (i = 0; i < look->row_count; i++)
		look->rows[i] = places[i].row;
	free(places);
	return 0;
}

/* A row, and the value of the column that it is sorted by. */
struct sort_key {
	size_t row, at; /* `at` is its place before */
	int known;
	int64_t number;
	char *text; /* or NULL */
};

/* Unknown values come first; rows with equal values keep their order. */
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
	return order != 0 ? order : (one->at > other->at) - (one->at < other->at);
}

/* Makes the key of the row at a place: 0, or -1 with ENOMEM. */
static int make_key(struct look *look, const struct table_column *column, size_t at, struct sort_key *key)
{
	struct cell cell = {.type = CELL_UNKNOWN};

	if (columns_get(&look->columns, look->rows[at], column, &cell) == -1)
		return -1;
	*key = (struct sort_key){.row = look->rows[at], .at = at, .known = cell.type != CELL_UNKNOWN};
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
		result = make_key(look, options->sort, i, &keys[i]);
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
	if (!options->unsorted && order_rows(look) == -1)
		return -1;
	return options->sort != NULL ? sort_rows(look, options) : 0;
}
