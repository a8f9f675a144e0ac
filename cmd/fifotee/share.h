/* SPDX-License-Identifier: ISC */
/*
 * Shares one copy of what was read: writes it into a pipe of fifotee's own, and passes the pages of that pipe on to the
 * pipes of all outputs that block, by tee(2) and splice(2).  The bytes are copied once in place of once for each output,
 * and the program that wrote them cannot change them any more.
 */
#ifndef SHARE_H
#define SHARE_H

#include <stddef.h>
#include <stdint.h>

struct job;

struct share {
	int pipe[2]; /* valid if `room` is not 0 */
	size_t room; /* bytes that the pipe holds; 0: it is not open */
	int failed;  /* it cannot be opened or used */
};

/*
 * Gives the bytes of the stream from this position on to the outputs that block, are pipes and have got everything
 * before it.  An output whose pipe has too little room keeps its position, for output_flush().  Does nothing if that
 * would not pay: for few bytes, or fewer than two such outputs.
 */
void share_write(struct job *job, uint64_t from);

/* Closes the pipe. */
void share_close(struct share *share);

#endif
