/* SPDX-License-Identifier: ISC */
/* --around: a command, and the removal of the objects that it left behind. */
#ifndef AROUND_H
#define AROUND_H

#include "job.h"

/*
 * Runs the command of `words` and then removes the objects that are new.  Returns the command's exit status, or the
 * tool's own if that is another one and the command succeeded.
 */
int around_run(struct state *state, char **words);

#endif
