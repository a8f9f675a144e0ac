/* SPDX-License-Identifier: ISC */
/* run: a command that holds a token. */
#ifndef RUN_H
#define RUN_H

#include "job.h"

int run_run(const struct job *job);

/* Becomes the command; returns the status to exit with where that fails. */
int run_become(char **words);

#endif
