/* SPDX-License-Identifier: ISC */
#include "base/array.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#define FIRST_ROOM 16

void *array_grow(void *array, size_t *room, size_t needed, size_t size)
{
	size_t grown = *room > FIRST_ROOM ? *room : FIRST_ROOM;
	void *moved;

	if (array != NULL && needed <= *room)
		return array;
	if (needed > SIZE_MAX / 2 / size) {
		errno = ENOMEM;
		return NULL;
	}
	while (grown < needed)
		grown *= 2;
	moved = reallocarray(array, grown, size);
	if (moved != NULL)
		*room = grown;
	return moved;
}
