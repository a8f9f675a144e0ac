/* SPDX-License-Identifier: ISC */
/* What ipcls takes apart at commas: columns, one to sort by, and kinds; each is one that there is, in the order of the words. */
#include <bsd/string.h>

#include "tool.h"

#include "../../lib/cli/cli_inventory.c"

#include "../../cmd/ipcls/ipcls.c"

/* How many words there are in front of the comma that ends the list, if one does. */
static size_t words_in(const char *list)
{
	size_t count = list[0] != '\0';

	for (; *list != '\0'; list++)
		count += *list == ',' && list[1] != '\0';
	return count;
}

/* Spelt again with all names in full, they are the same columns. */
static void check_columns(const struct options *options, const char *list)
{
	struct options again = {.no_users = options->no_users};
	size_t i, size = (options->column_count + 1) * 32;
	char *names = calloc(1, size);

	CHECK(names != NULL && options->column_count <= COLUMNS_MOST);
	CHECK(strcasestr(list, "all") != NULL || options->column_count == words_in(list));
	for (i = 0; i < options->column_count; i++) {
		CHECK(columns_find(options->columns[i]->name, strlen(options->columns[i]->name)) == options->columns[i]);
		CHECK(!options->no_users || !(columns_needs(options->columns[i]) & COLUMNS_USERS));
		strlcat(names, i > 0 ? "," : "", size);
		strlcat(names, options->columns[i]->name, size);
	}
	add_columns(&again, names, 0);
	CHECK(again.column_count == options->column_count);
	CHECK(memcmp(again.columns, options->columns, options->column_count * sizeof(options->columns[0])) == 0);
	free(names);
}

static void check_kinds(unsigned kinds, const char *list)
{
	char again[128];
	unsigned left;

	CHECK(kinds != 0 && (kinds & ~(unsigned)INVENTORY_ALL) == 0);
	snprintf(again, sizeof(again), "%s", words_of(kinds));
	for (left = 0; again[left] != '\0'; left++)
		if (again[left] == ' ')
			again[left] = ',';
	CHECK(cli_kinds_or_exit(again, INVENTORY_ALL) == kinds);
	for (left = kinds; left != 0; left &= left - 1)
		CHECK(strstr(list, inventory_kind_word((enum inventory_kind)(left & -left))) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	unsigned how = take_byte(&in);
	char *list = take_word(&in, in.size);
	struct options *options = calloc(1, sizeof(*options));

	CHECK(options != NULL);
	options->no_users = how & 1;
	if (!REFUSED()) {
		add_columns(options, list, 0);
		check_columns(options, list);
	}
	if (!REFUSED()) {
		parse_sort(options, list);
		CHECK(strcasecmp(options->sort->name, list + (list[0] == '-')) == 0 && options->descending == (list[0] == '-'));
	}
	if (!REFUSED())
		check_kinds(cli_kinds_or_exit(list, how & 2 ? INVENTORY_ALL : INVENTORY_LISTED), list);
	free(options);
	free(list);
	return 0;
}
