/* SPDX-License-Identifier: ISC */
/*
 * Sending a segment without copying it: its very pages go into a pipe, splice(2) and vmsplice(2).
 * What is stored into the segment before a reader has taken them is what the reader then sees.
 */
#ifndef ZEROCOPY_H
#define ZEROCOPY_H

#include <stdint.h>

#include "ipc/segment.h"

struct zerocopy {
	int to;        /* where it goes; not ours to close */
	int pipe[2];   /* private: pages wait here, so that `to` is filled in large steps */
	uint64_t tail; /* bytes that must be copied at the end, so that no page of ours is left in `to` */
};

/* Prepares sending to `fd` until the process ends: 0, or -1 with errno (EMFILE). */
int zerocopy_open(struct zerocopy *zerocopy, int fd);

/*
 * Sends one piece of at most `size` bytes from `offset`: how many went, 0 where the segment has
 * ended, -1 with errno.  EINVAL: `fd` does not take pages (a terminal, a file opened to append);
 * nothing has gone then, and it is to be copied.  `*writing` tells which side of it failed.
 */
int64_t zerocopy_send(struct zerocopy *zerocopy, const struct segment *segment, uint64_t offset, uint64_t size,
                      int *writing);

#endif
