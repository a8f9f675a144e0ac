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

	/* The kind of a file is no part of its identity: a segment can become a semaphore. */
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

/* The key 0, IPC_PRIVATE, names nothing. */
static int has_name(const struct inventory_entry *entry)
{
	return !(entry->kind & INVENTORY_SYSV) || entry->key != 0;
}

int snapshot_begin(struct snapshot *snapshot, const struct inventory *before)
{
	size_t i;

	memset(snapshot, 0, sizeof(*snapshot));
	snapshot->by_identity = calloc(before->count + 1, sizeof(*snapshot->by_identity));
	snapshot->by_name = calloc(before->count + 1, sizeof(*snapshot->by_name));
	if (snapshot->by_identity == NULL || snapshot->by_name == NULL) {
		snapshot_end(snapshot);
		return -1;
	}
	for (i = 0; i < before->count; i++) {
		snapshot->by_identity[snapshot->count++] = &before->entries[i];
		if (has_name(&before->entries[i]))
			snapshot->by_name[snapshot->named++] = &before->entries[i];
	}
	qsort(snapshot->by_identity, snapshot->count, sizeof(*snapshot->by_identity), compare_identities);
	qsort(snapshot->by_name, snapshot->named, sizeof(*snapshot->by_name), compare_names);
	return 0;
}

int snapshot_is(const struct snapshot *snapshot, const struct inventory_entry *entry)
{
	if (bsearch(&entry, snapshot->by_identity, snapshot->count, sizeof(*snapshot->by_identity), compare_identities) != NULL)
		return 0;
	return !has_name(entry) ||
	       bsearch(&entry, snapshot->by_name, snapshot->named, sizeof(*snapshot->by_name), compare_names) == NULL;
}

void snapshot_end(struct snapshot *snapshot)
{
	free(snapshot->by_identity);
	free(snapshot->by_name);
	memset(snapshot, 0, sizeof(*snapshot));
}
