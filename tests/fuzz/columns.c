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
static void check_columns(const struct job *job, const char *list)
{
	struct job again = {.no_users = job->no_users};
	size_t i, size = (job->column_count + 1) * 32;
	char *names = calloc(1, size);

	CHECK(names != NULL && job->column_count <= COLUMNS_MOST);
	CHECK(strcasestr(list, "all") != NULL || job->column_count == words_in(list));
	for (i = 0; i < job->column_count; i++) {
		CHECK(columns_find(job->columns[i]->name, strlen(job->columns[i]->name)) == job->columns[i]);
		CHECK(!job->no_users || !(columns_needs(job->columns[i]) & COLUMNS_USERS));
		strlcat(names, i > 0 ? "," : "", size);
		strlcat(names, job->columns[i]->name, size);
	}
	add_columns(&again, names, 0);
	CHECK(again.column_count == job->column_count);
	CHECK(memcmp(again.columns, job->columns, job->column_count * sizeof(job->columns[0])) == 0);
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
	struct job *job = calloc(1, sizeof(*job));

	CHECK(job != NULL);
	job->no_users = how & 1;
	if (!REFUSED()) {
		add_columns(job, list, 0);
		check_columns(job, list);
	}
	if (!REFUSED()) {
		parse_sort(job, list);
		CHECK(strcasecmp(job->sort->name, list + (list[0] == '-')) == 0 && job->descending == (list[0] == '-'));
	}
	if (!REFUSED())
		check_kinds(cli_kinds_or_exit(list, how & 2 ? INVENTORY_ALL : INVENTORY_LISTED), list);
	free(job);
	free(list);
	return 0;
}
