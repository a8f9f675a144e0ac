/* SPDX-License-Identifier: ISC */
/* The command line of sockpair: options are parsed, and their combinations checked, before anything is done. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "job.h"

/*
 * Parses and checks the whole command line, or exits with CLI_USAGE after a message.  The words of `argv` are kept and
 * the word between two commands is replaced by NULL; `options->allowed` is from malloc(3).
 */
void options_parse_or_exit(struct options *options, int argc, char **argv);

#endif
