/* SPDX-License-Identifier: ISC */
/*
 * Sending a segment without copying it: its pages themselves go into a pipe, by splice(2) and vmsplice(2).  A store into
 * the segment before the reader has taken them changes what the reader gets.
 */
#ifndef ZEROCOPY_H
#define ZEROCOPY_H

#include <stdint.h>

#include "ipc/segment.h"

struct zerocopy {
	int to;        /* the output, which its opener closes */
	int pipe[2];   /* private: pages wait here, so that `to` is filled in large steps */
	uint64_t tail; /* bytes at the end that must be copied, so that no page of the segment stays in `to` */
};

/* Prepares sending to `fd` until the process ends: 0, or -1 with errno (EMFILE). */
int zerocopy_open(struct zerocopy *zerocopy, int fd);

/*
 * Sends one piece of at most `size` bytes from `offset`.  Returns how many were sent, 0 at the end of the segment, or -1
 * with errno.  EINVAL means that `fd` takes no pages (it is a terminal, or a file opened to append); nothing was sent
 * then, and the caller copies.  `*writing` says whether the output failed, and not the segment.
 */
int64_t zerocopy_send(struct zerocopy *zerocopy, const struct segment *segment, uint64_t offset, uint64_t size,
                      int *writing);

#endif
