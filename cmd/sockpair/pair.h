/* SPDX-License-Identifier: ISC */
/* Two commands on the two ends of a socket pair, or of two pipes. */
#ifndef PAIR_H
#define PAIR_H

#include "job.h"

/* Runs both commands and waits for both.  Returns the first one's status if that is not 0, else the second one's. */
int pair_run(const struct options *options);

#endif
