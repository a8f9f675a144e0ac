/* SPDX-License-Identifier: ISC */
/*
 * The removal of one object that an inventory lists, after a last look: whether it is still the one that was listed, and
 * whether a process uses it.
 *
 * The kernel itself reports the users of most kinds, without /proc and for all namespaces at once.  It counts the
 * attachments of a System V segment and the processes that wait for each semaphore of a set; for the kinds that are
 * files, see inventory_lease.h.  About System V queues it reports nothing.
 */
#ifndef REMOVAL_H
#define REMOVAL_H

#include "inventory/inventory.h"

/* A series of removals; all zero at the beginning. */
struct removal {
	int files; /* /dev/shm, once it is open (then not 0) */
};

/* Returns whether any process uses the object at this moment, as the kernel reports: 1, 0, or -1 if it does not. */
int removal_in_use(const struct inventory_entry *entry);

/*
 * Removes the object of an entry (of INVENTORY_LISTED), if it is still the same one, as inventory_look_again() understands
 * it, and, without `force`, unless the kernel reports that it is in use.  Returns 0, or -1 with errno: ENOENT: it is gone;
 * ESTALE: another object has its name or id; EBUSY: it is in use; EAGAIN: it may be in use, since the kernel gives no lease
 * and processes of other PID namespaces cannot be seen; or that of a call.
 *
 * A lease is held while a file is removed, so that no process uses it then.  A process that opens it in the moment of its
 * removal waits, and then has a file without a name.
 */
int removal_remove(struct removal *removal, const struct inventory_entry *entry, int force);

void removal_close(struct removal *removal);

#endif
