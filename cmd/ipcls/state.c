/* SPDX-License-Identifier: ISC */
#include "state.h"

#include <stdio.h>
#include <string.h>

#include "ipc/semset.h"

#define VALUES_SHOWN 8

static const char *plural(int64_t count)
{
	return count == 1 ? "" : "s";
}

/* Sets of semctl(1) have their own words. */
static void put_set(char *out, const struct inventory_entry *entry, const struct cell *values)
{
	const int *numbers = values->numbers;
	size_t i, length;

	if (values->count > SEMSET_FIRST_SLOT && numbers[values->count - 1] == SEMSET_SLOTS) {
		snprintf(out, STATE_ROOM, "%d of %d token%s free", numbers[SEMSET_TOKENS], numbers[SEMSET_LIMIT],
		         numbers[SEMSET_LIMIT] == 1 ? "" : "s");
		return;
	}
	if (values->count == 4 && numbers[3] == SEMSET_BARRIER) {
		snprintf(out, STATE_ROOM, "barrier: %d of %d lacking", numbers[0], numbers[2]);
		return;
	}
	length = (size_t)snprintf(out, STATE_ROOM, "%lld semaphore%s", (long long)entry->count, plural(entry->count));
	for (i = 0; i < values->count && i < VALUES_SHOWN; i++)
		length += (size_t)snprintf(out + length, STATE_ROOM - length, "%s%d", i == 0 ? ": " : " ", numbers[i]);
	if (i < values->count)
		snprintf(out + length, STATE_ROOM - length, " ...");
}

/* The word for the reason why memory has no name. */
static const char *word_of_nameless(const struct inventory_entry *entry)
{
	return entry->flags & INVENTORY_UNMOUNTED ? "unmounted" : "unlinked";
}

static void put_semaphore(char *out, const struct inventory_entry *entry)
{
	size_t length = 0;

	if (entry->value >= 0)
		length = (size_t)snprintf(out, STATE_ROOM, "value %d", entry->value);
	if (entry->waiters > 0)
		length += (size_t)snprintf(out + length, STATE_ROOM - length, ", %d waiting", entry->waiters);
	if (entry->flags & INVENTORY_32BIT)
		length += (size_t)snprintf(out + length, STATE_ROOM - length, "%s32-bit", length > 0 ? ", " : "");
	if (entry->flags & INVENTORY_UNLINKED)
		snprintf(out + length, STATE_ROOM - length, "%s%s", length > 0 ? ", " : "", word_of_nameless(entry));
}

static size_t count_users(const struct users *users, size_t index, unsigned how)
{
	size_t count, i, found = 0;
	const struct user *user = users_of(users, index, &count);

	for (i = 0; i < count; i++)
		found += (user[i].how & how) != 0;
	return found;
}

static void put_fifo(char *out, const struct inventory *inventory, const struct users *users, size_t index)
{
	size_t readers = count_users(users, index, USER_READS), writers = count_users(users, index, USER_WRITES);

	snprintf(out, STATE_ROOM, "%zu reader%s, %zu writer%s%s", readers, plural((int64_t)readers), writers,
	         plural((int64_t)writers), users_unknown(users, inventory, index) == USERS_HIDDEN ? ", perhaps more" : "");
}

void state_put(char *out, const struct inventory *inventory, const struct users *users, size_t index, const struct cell *values)
{
	const struct inventory_entry *entry = &inventory->entries[index];

	out[0] = '\0';
	switch (entry->kind) {
	case INVENTORY_SHM:
		snprintf(out, STATE_ROOM, "%s%lld attached", entry->flags & INVENTORY_REMOVED ? "removed, " : "", (long long)entry->count);
		break;
	case INVENTORY_PSHM:
		if (entry->flags & INVENTORY_UNLINKED)
			snprintf(out, STATE_ROOM, "%s", word_of_nameless(entry));
		else if (entry->flags & INVENTORY_SEM_LIKE)
			snprintf(out, STATE_ROOM, "no semaphore by its size");
		break;
	case INVENTORY_MSG:
		snprintf(out, STATE_ROOM, "%lld message%s, %lld byte%s", (long long)entry->count, plural(entry->count),
		         (long long)entry->used, plural((int64_t)entry->used));
		break;
	case INVENTORY_PMSG:
		if (entry->count >= 0)
			snprintf(out, STATE_ROOM, "%lld of %lld messages", (long long)entry->count, (long long)entry->limit);
		break;
	case INVENTORY_SEM:
		put_set(out, entry, values);
		break;
	case INVENTORY_PSEM:
		put_semaphore(out, entry);
		break;
	case INVENTORY_FIFO:
		put_fifo(out, inventory, users, index);
		break;
	case INVENTORY_UNIX:
		if (entry->peer != 0)
			snprintf(out, STATE_ROOM, "paired with socket:[%llu]", (unsigned long long)entry->peer);
		else
			snprintf(out, STATE_ROOM, "%s", entry->flags & INVENTORY_LISTENING ? "listening" : "bound");
		break;
	default:
		break;
	}
}
