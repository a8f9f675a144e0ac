/* SPDX-License-Identifier: ISC */
/* Input: all of standard input or another descriptor in memory, counted in a progress line. */
#ifndef INPUT_H
#define INPUT_H

#include <stddef.h>
#include <stdint.h>

#include "cli/progress.h"

/* All that is left of an input, in memory. */
struct input {
	char *bytes; /* mmap(2)ed; belongs to whoever called input_read() */
	size_t size, room;
};

/*
 * Reads `fd` to its end, but no more than `limit` + 1 bytes: a `size` of that tells that there was
 * more than `limit`.  What comes is counted in `progress`.  0, or -1 with errno (ENOMEM); call
 * input_free() then, too.
 */
int input_read(int fd, struct input *input, uint64_t limit, struct progress *progress);

/* Makes sure that `more` bytes can be put behind `size`: 0, or -1 with ENOMEM. */
int input_reserve(struct input *input, size_t more);

void input_free(struct input *input);

#endif
