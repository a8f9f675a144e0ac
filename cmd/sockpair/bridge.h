/* SPDX-License-Identifier: ISC */
/* Copying standard input to a stream socket, and the socket to standard output, at the same time. */
#ifndef BRIDGE_H
#define BRIDGE_H

#include <stdint.h>

/* One direction, as it ended. */
struct bridge_way {
	uint64_t bytes;  /* passed on */
	int read_error;  /* an errno, or 0: the source was read to its end, or its other side wants no more */
	int write_error;
};

struct bridge {
	int fd;        /* the socket, in blocking mode */
	int keep_open; /* whether the socket stays open for writing at the end of standard input */
	struct bridge_way out; /* standard input to the socket */
	struct bridge_way in;  /* the socket to standard output */
};

/*
 * Copies both ways until both directions have ended; neither waits for the other.  At the end of standard input, shuts
 * the socket down for writing unless `keep_open` is set.  At the end of what the socket sends, closes standard output, so that its reader sees
 * the end while standard input is still copied.  When the other end has closed completely, does not wait for more
 * standard input.  When the reader of standard output has gone, dies of SIGPIPE, even if nothing is to be written; if
 * SIGPIPE is ignored, ends with the write error EPIPE.  Returns 0, or -1 with errno if it could not begin (EAGAIN).
 */
int bridge_copy(struct bridge *bridge);

#endif
