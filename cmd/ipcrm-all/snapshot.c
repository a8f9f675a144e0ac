/* SPDX-License-Identifier: ISC */
#include "snapshot.h"

#include <stdlib.h>
#include <string.h>

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

static int compare_identities(const void *a, const void *b)
{
	const struct inventory_entry *one = *(const struct inventory_entry *const *)a,
	                             *other = *(const struct inventory_entry *const *)b;
	int order = ORDER(one->kind & INVENTORY_SYSV, other->kind & INVENTORY_SYSV);

	/* A file may be a segment first and a semaphore later: its kind is no part of its identity. */
	if (order == 0 && one->kind & INVENTORY_SYSV)
		return ORDER(one->id, other->id);
	if (order == 0)
		order = ORDER(one->dev, other->dev);
	return order != 0 ? order : ORDER(one->ino, other->ino);
}

static int compare_names(const void *a, const void *b)
{
	const struct inventory_entry *one = *(const struct inventory_entry *const *)a,
	                             *other = *(const struct inventory_entry *const *)b;
	int order = ORDER(one->kind, other->kind);

	if (order != 0)
		return order;
	return one->kind & INVENTORY_SYSV ? ORDER(one->key, other->key) : strcmp(one->name, other->name);
}

/* The key 0 is none. */
static int has_name(const struct inventory_entry *entry)
{
	return !(entry->kind & INVENTORY_SYSV) || entry->key != 0;
}

int newcomers_begin(struct newcomers *newcomers, const struct inventory *before)
{
	size_t i;

	memset(newcomers, 0, sizeof(*newcomers));
	newcomers->by_identity = calloc(before->count + 1, sizeof(*newcomers->by_identity));
	newcomers->by_name = calloc(before->count + 1, sizeof(*newcomers->by_name));
	if (newcomers->by_identity == NULL || newcomers->by_name == NULL) {
		newcomers_end(newcomers);
		return -1;
	}
	for (i = 0; i < before->count; i++) {
		newcomers->by_identity[newcomers->count++] = &before->entries[i];
		if (has_name(&before->entries[i]))
			newcomers->by_name[newcomers->named++] = &before->entries[i];
	}
	qsort(newcomers->by_identity, newcomers->count, sizeof(*newcomers->by_identity), compare_identities);
	qsort(newcomers->by_name, newcomers->named, sizeof(*newcomers->by_name), compare_names);
	return 0;
}

int newcomers_is(const struct newcomers *newcomers, const struct inventory_entry *entry)
{
	if (bsearch(&entry, newcomers->by_identity, newcomers->count, sizeof(*newcomers->by_identity), compare_identities) != NULL)
		return 0;
	return !has_name(entry) ||
	       bsearch(&entry, newcomers->by_name, newcomers->named, sizeof(*newcomers->by_name), compare_names) == NULL;
}

void newcomers_end(struct newcomers *newcomers)
{
	free(newcomers->by_identity);
	free(newcomers->by_name);
	memset(newcomers, 0, sizeof(*newcomers));
}
