/* SPDX-License-Identifier: ISC */
/* Lines of /proc/sysvipc as objects: what is taken has an id and a mode that can be, and all its numbers are the line's. */
#include <inttypes.h>

#include "fuzz.h"

#include "../../lib/inventory/inventory_sysv.c"

static void check(const struct inventory_entry *entry, enum inventory_kind kind, const int64_t *n)
{
	int at = kind == INVENTORY_SEM ? 4 : 7;

	CHECK(entry->kind == kind && entry->id == n[1] && entry->id >= 0 && entry->key == n[0] && entry->mode == (n[2] & 0777));
	CHECK(entry->uid == (uid_t)n[at] && entry->gid == (gid_t)n[at + 1]);
	CHECK(entry->cuid == (uid_t)n[at + 2] && entry->cgid == (gid_t)n[at + 3]);
	CHECK((kind == INVENTORY_SHM ? entry->size : kind == INVENTORY_MSG ? entry->used : entry->count) == n[3]);
	CHECK(entry->times[INVENTORY_CHANGED] == n[kind == INVENTORY_SEM ? 9 : 13]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum inventory_kind kinds[] = {INVENTORY_SHM, INVENTORY_MSG, INVENTORY_SEM};
	struct input in = {data, size};
	enum inventory_kind kind = kinds[take_byte(&in) % 3];
	struct inventory_entry entry;
	int64_t numbers[NUMBERS_SHM_MEMORY];
	char *line = copy_of(in.bytes, in.size);

	inventory_blank(&entry, kind);
	if (parse_line(&entry, kind, line, in.size) == 0) {
		CHECK(proc_parse_sysvipc(line, in.size, numbers, NUMBERS_SHM_MEMORY) >= 10);
		check(&entry, kind, numbers);
	}
	free(line);
	return 0;
}
