/* SPDX-License-Identifier: ISC */
/* Snapshots: which objects are new, because neither they nor their names were in an earlier inventory. */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include "inventory/inventory.h"

struct snapshot {
	const struct inventory_entry **by_identity, **by_name; /* entries of the earlier inventory */
	size_t count, named;
};

/* Remembers the objects of `before`, which must stay valid until snapshot_end().  0, or -1 with ENOMEM. */
int snapshot_begin(struct snapshot *snapshot, const struct inventory *before);

/*
 * Returns whether `entry` is new.  An object that was changed, renamed or linked meanwhile is not new; nor is another one
 * with a name or key that existed before, because a program that relies on that name may have been given the new object.
 */
int snapshot_is(const struct snapshot *snapshot, const struct inventory_entry *entry);

void snapshot_end(struct snapshot *snapshot);

#endif
