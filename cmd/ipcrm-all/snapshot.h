/* SPDX-License-Identifier: ISC */
/* Which objects are new: neither they nor their names were in an earlier inventory. */
#ifndef NEWCOMERS_H
#define NEWCOMERS_H

#include "inventory/inventory.h"

struct newcomers {
	const struct inventory_entry **by_identity, **by_name; /* entries of the earlier inventory */
	size_t count, named;
};

/*
 * Remembers the objects of `before`, which must live as long.  0, or -1 with ENOMEM.
 */
int newcomers_begin(struct newcomers *newcomers, const struct inventory *before);

/*
 * Whether `entry` is new.  An object that was changed, renamed or linked meanwhile is not; nor is another one
 * under a name or key that was there before, since who relies on that name may have been given a new object.
 */
int newcomers_is(const struct newcomers *newcomers, const struct inventory_entry *entry);

void newcomers_end(struct newcomers *newcomers);

#endif
