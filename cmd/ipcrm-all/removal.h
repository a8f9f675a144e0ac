/* SPDX-License-Identifier: ISC */
/*
 * Removing objects that an inventory lists, each after a last look at it: whether it is still the one that
 * was listed, and whether somebody uses it.
 *
 * Who uses an object the kernel itself tells of most kinds, without /proc and for all namespaces at once: it
 * counts the attachments of a System V segment and those who wait for each semaphore of a set; and of what is
 * a file, POSIX segments, semaphores and queues, it gives a write lease, fcntl(2), only to who is the only one
 * that has it open or mapped.  Of System V queues it tells nothing.
 */
#ifndef REMOVAL_H
#define REMOVAL_H

#include "inventory/inventory.h"

/* All zero is what removal_remove() begins with. */
struct removal {
	int files; /* /dev/shm, once it is open (then not 0) */
};

/*
 * Whether somebody uses the object at this moment, as the kernel tells: 1, 0, or -1 where it does not tell us.
 * To ask about a file, it is opened for a moment, in which others who open it wait, or fail with EAGAIN if they
 * do not want to (O_NONBLOCK).
 */
int removal_in_use(struct removal *removal, const struct inventory_entry *entry);

/*
 * Removes the object of that entry (of INVENTORY_LISTED), if it is still the same one, as
 * inventory_look_again() understands it, and, without `force`, if the kernel does not say that somebody uses it.
 * 0, or -1 with errno: ENOENT: it is gone; ESTALE: another object bears its name or id; EBUSY: it is in use; or
 * what a call says.
 *
 * A lease is held while a file is removed, so that nobody uses it then.  Who opens it in the very moment of
 * its removal waits, and then has a file without a name.
 */
int removal_remove(struct removal *removal, const struct inventory_entry *entry, int force);

void removal_close(struct removal *removal);

#endif
