/* SPDX-License-Identifier: ISC */
/* The options that set the format of records, ipcutils(7).  Part of lib/cli: it may exit. */
#ifndef CLI_RECORD_H
#define CLI_RECORD_H

#include "base/record.h"

/* Takes one of the options 0, 1, b, d and L, with its value `word`; returns whether `option` is one of them. */
int cli_record_option(struct record_format *format, int option, const char *word);

#endif
