/* SPDX-License-Identifier: ISC */
/* -l: a server, which runs a command for each connection. */
#ifndef SERVE_H
#define SERVE_H

#include "job.h"

/*
 * Serves the socket until --total, -w or a signal ends that, and all commands have ended.  Returns the status of the
 * first command that failed, else a status of its own after a message, CLI_DONE, or CLI_TIMEOUT for -w.
 */
int serve_run(const struct options *options);

#endif
