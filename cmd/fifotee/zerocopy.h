/* SPDX-License-Identifier: ISC */
/* --zero-copy: shares the pages of the pipe at standard input with the other pipes, by tee(2) and splice(2). */
#ifndef ZEROCOPY_H
#define ZEROCOPY_H

#include "job.h"

/* Bytes that are passed on at a time. */
#define ZEROCOPY_PIECE ((size_t)1 << 20)

/* Passes one piece of standard input on to all outputs, all of which have the policy block. */
void zerocopy_pass(struct job *job);

#endif
