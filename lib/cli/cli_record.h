/* SPDX-License-Identifier: ISC */
/* The options that say how a stream is cut into records.  Part of the cli: it may exit. */
#ifndef CLI_RECORD_H
#define CLI_RECORD_H

#include "base/record.h"

/* Takes one of the options 0, 1, b, d, L: whether it was one of them. */
int cli_record_option(struct record_format *format, int option, const char *word);

#endif
