/* SPDX-License-Identifier: ISC */
/*
 * Leases: the kernel's own answer to whether any process has a file open or mapped, in all namespaces at once.  It gives
 * a write lease, F_SETLEASE of fcntl(2), only while no other open file refers to the file.  POSIX segments, semaphores
 * and queues are such files.
 *
 * A lease takes CAP_LEASE, or a file that belongs to the file system user id of the caller.  With CAP_SETUID alone, as
 * in most containers, these functions take on that id for the one call.
 *
 * To ask, the file is opened for a moment.  A process that opens it in this moment waits, or gets EAGAIN if it opens it
 * with O_NONBLOCK.
 */
#ifndef INVENTORY_LEASE_H
#define INVENTORY_LEASE_H

#include "inventory/inventory.h"

/*
 * Takes a lease on the file of an entry of INVENTORY_POSIX and stores the descriptor that holds it in `*fd`, which the
 * caller closes if it is not -1.  Returns 1 if the lease is held; 0 if another process has the file open or mapped, for
 * longer than a few milliseconds; -1 with errno if that cannot be known: EACCES or EPERM where no lease is given or the
 * file may not be opened, ENOENT where it is gone or its name is another file's by now, or the errno of another call.
 */
int inventory_lease_take(const struct inventory_entry *entry, int *fd);

/* Returns whether any process has the file open or mapped at this moment: 1, 0, or -1 with errno as above. */
int inventory_lease_in_use(const struct inventory_entry *entry);

#endif
