/* SPDX-License-Identifier: ISC */
/* -c: a client. */
#ifndef CONNECT_H
#define CONNECT_H

#include "job.h"

/*
 * Connects, and becomes the command; without one, copies between the connection and standard input and output.
 * Returns a status to exit with, after a message if it is not CLI_DONE.
 */
int connect_run(const struct options *options);

#endif
