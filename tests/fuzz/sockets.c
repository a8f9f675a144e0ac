/* SPDX-License-Identifier: ISC */
/* Answers of sock_diag(7): whatever comes, each socket that is taken has a name that is as long as a name can be. */
#include "fuzz.h"

#include "../../lib/inventory/inventory_sockets.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct inventory inventory = {0};
	char *answer = copy_of(data, size);
	struct sockets sockets = {.inventory = &inventory, .pairs = 1};
	int result = take_answer(&sockets, answer, size);
	size_t i;

	CHECK(add_pairs(&sockets) == 0);
	CHECK(result >= -1 && result <= 1 && (result != -1 || errno > 0));
	for (i = 0; i < inventory.count; i++) {
		const struct inventory_entry *entry = &inventory.entries[i];

		CHECK(entry->kind == INVENTORY_UNIX && entry->name != NULL && strlen(entry->name) < 256);
		CHECK(entry->dev == 0 && (entry->flags & ~(unsigned)INVENTORY_LISTENING) == 0);
	}
	free(sockets.ends);
	inventory_free(&inventory);
	free(answer);
	return 0;
}
