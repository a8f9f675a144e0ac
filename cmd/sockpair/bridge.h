/* SPDX-License-Identifier: ISC */
/* Standard input to a stream socket, and the socket to standard output, at the same time. */
#ifndef BRIDGE_H
#define BRIDGE_H

#include <stdint.h>

/* One direction, as it ended. */
struct bridge_way {
	uint64_t bytes;  /* passed on */
	int read_error;  /* an errno, or 0: its source was read to the end, or nobody wants more */
	int write_error;
};

struct bridge {
	int fd; /* the socket, in blocking mode */
	struct bridge_way out; /* standard input to the socket */
	struct bridge_way in;  /* the socket to standard output */
};

/*
 * Copies both ways until both have ended.  At the end of standard input the socket is shut down for
 * writing; at the end of what the socket gives, standard output is closed, so that its reader sees the
 * end while standard input is still passed on.  Once the other end is gone altogether, standard input
 * is not waited for.  Neither direction ever waits for the other one.  0, or -1 with errno where it
 * could not begin (EAGAIN).
 */
int bridge_copy(struct bridge *bridge);

#endif
