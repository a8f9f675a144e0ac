/* SPDX-License-Identifier: ISC */
/* --watch: the table on a terminal, drawn again and again, with what has changed in reverse video. */
#ifndef WATCH_H
#define WATCH_H

#include "job.h"
#include "look.h"

/* Draws until the user ends it by q or by a signal, see screen_watch().  Returns the exit status. */
int watch_run(const struct options *options, struct operands *operands, struct look *look);

#endif
