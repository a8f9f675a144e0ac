/* SPDX-License-Identifier: ISC */
/* Arrays that grow: one rule for how much memory the next element takes. */
#ifndef ARRAY_H
#define ARRAY_H

#include <stddef.h>

/*
 * Returns `array`, which is NULL or from malloc(3) and has `*room` elements of `size` bytes, with room for at least
 * `needed` elements: the same array, or a larger one that replaces it, with `*room` set anew.  The room doubles each
 * time, so that adding one element after the other takes linear time.  Returns NULL with ENOMEM; `array` and `*room`
 * are then as before.  `size` and `needed` are not 0.
 */
void *array_grow(void *array, size_t *room, size_t needed, size_t size);

#endif
