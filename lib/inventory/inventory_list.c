/* SPDX-License-Identifier: ISC */
/* The functions of inventory.h that need all parts of the inventory. */
#include "inventory/inventory_parts.h"

#include <errno.h>

int inventory_list(struct inventory *inventory, unsigned wanted, unsigned details)
{
	/* POSIX segments and semaphores share a directory, which is read once for each kind, to keep the order of kinds. */
	if ((wanted & INVENTORY_SHM && inventory_sysv_list(inventory, INVENTORY_SHM, details) == -1) ||
	    (wanted & INVENTORY_PSHM && inventory_files_list(inventory, INVENTORY_PSHM, details) == -1) ||
	    (wanted & INVENTORY_MSG && inventory_sysv_list(inventory, INVENTORY_MSG, details) == -1) ||
	    (wanted & INVENTORY_PMSG && inventory_queues_list(inventory, details) == -1) ||
	    (wanted & INVENTORY_SEM && inventory_sysv_list(inventory, INVENTORY_SEM, details) == -1) ||
	    (wanted & INVENTORY_PSEM && inventory_files_list(inventory, INVENTORY_PSEM, details) == -1) ||
	    (wanted & INVENTORY_UNIX && inventory_sockets_list(inventory, details) == -1))
		return -1;
	return 0;
}

/* Whether the object has kept its size, which segments and sets do.  (The owner of a queue may change its limit.) */
static int is_as_large(const struct inventory_entry *entry, const struct inventory_entry *now)
{
	return (entry->kind != INVENTORY_SHM || now->size == entry->size) &&
	       (entry->kind != INVENTORY_SEM || now->count == entry->count);
}

int inventory_look_again(const struct inventory_entry *entry, struct inventory_entry *now)
{
	if (inventory_sysv_stat(now, entry->kind, entry->id) == -1)
		return -1;
	if (now->key == entry->key && now->cuid == entry->cuid && now->cgid == entry->cgid &&
	    now->creator_pid == entry->creator_pid && is_as_large(entry, now) &&
	    now->times[INVENTORY_CHANGED] == entry->times[INVENTORY_CHANGED])
		return 0;
	errno = ESTALE;
	return -1;
}
