/* SPDX-License-Identifier: ISC */
/* The column STATE: what matters most of an object, in a few words. */
#ifndef STATE_H
#define STATE_H

#include <stddef.h>

#include "inventory/inventory.h"
#include "inventory/users.h"
#include "cell.h"

#define STATE_ROOM 256

/*
 * Writes the state of the entry with this index to `out`, which has STATE_ROOM bytes: an empty string if there is nothing to
 * say.  `values` is the cell of the values of a System V set, which other kinds ignore.
 */
void state_put(char *out, const struct inventory *inventory, const struct users *users, size_t index, const struct cell *values);

#endif
