/* SPDX-License-Identifier: ISC */
#include "inventory/users_holds.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "ipc/semset.h"
#include "ipc/sysv.h"

static int add_holder(struct users_pass *pass, pid_t pid, uint32_t entry)
{
	struct users_holder *holders = array_grow(pass->holders, &pass->holder_room, pass->holder_count + 1, sizeof(*holders));

	if (holders == NULL)
		return -1;
	pass->holders = holders;
	pass->holders[pass->holder_count++] = (struct users_holder){pid, entry};
	return 0;
}

/* A slot remembers the process that took it, and the kernel frees the slot when that process ends. */
int users_holds_know(struct users_pass *pass)
{
	unsigned short *values = NULL;
	int result = 0;
	uint32_t i;

	for (i = 0; i < pass->inventory->count && result == 0; i++) {
		struct inventory_entry *entry = &pass->inventory->entries[i];
		int slot, count, pid = 0;

		if (entry->kind != INVENTORY_SEM)
			continue;
		errno = 0;
		if (semset_kind_of(entry->id, (int)entry->count) != SEMSET_SLOTS) {
			if (errno != 0 && !sysv_is_gone(errno))
				entry->flags |= INVENTORY_HOLDERS_HIDDEN;
			continue;
		}
		if (values == NULL && (values = calloc(INVENTORY_SEMS_MOST, sizeof(*values))) == NULL)
			return -1;
		count = inventory_sem_values(entry, values);
		for (slot = SEMSET_FIRST_SLOT; slot < SEMSET_FIRST_SLOT + semset_room(count) && result == 0 && pid != -1; slot++)
			if (values[slot] == 1 && (pid = semctl(entry->id, slot, GETPID)) != -1)
				result = add_holder(pass, (pid_t)pid, i);
		if (count == -1 || pid == -1)
			entry->flags |= INVENTORY_HOLDERS_HIDDEN;
	}
	free(values);
	return result;
}

int users_holds_take(struct users_pass *pass)
{
	size_t i;

	for (i = 0; i < pass->holder_count; i++)
		if (pass->holders[i].pid == pass->pid && users_pass_use(pass, pass->holders[i].entry, USER_HOLDS) == NULL)
			return -1;
	return 0;
}
