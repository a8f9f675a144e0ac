/* SPDX-License-Identifier: ISC */
/* Input: everything that a descriptor still gives, in memory, counted in a progress line. */
#ifndef INPUT_H
#define INPUT_H

#include <stddef.h>
#include <stdint.h>

#include "cli/progress.h"

struct input {
	char *bytes; /* mmap(2)ed; the caller of input_read() or input_reserve() frees it by input_free() */
	size_t size, room;
};

/*
 * Reads `fd` to its end, but no more than `limit` + 1 bytes: a `size` of that says that the input is longer than `limit`.
 * Counts the bytes in `progress`.  Returns 0, or -1 with errno (ENOMEM); call input_free() in both cases.
 */
int input_read(int fd, struct input *input, uint64_t limit, struct progress *progress);

/* Makes room for `more` bytes after `size`: 0, or -1 with ENOMEM. */
int input_reserve(struct input *input, size_t more);

void input_free(struct input *input);

#endif
