/* SPDX-License-Identifier: ISC */
/* Reports: what was measured, as a table, as JSON, or as a script for gnuplot(1).  Errors stay in the stream. */
#ifndef REPORT_H
#define REPORT_H

#include <stddef.h>
#include <stdio.h>

#include "machine.h"
#include "rounds.h"

/* Prints the table of all mechanisms. */
void report_list(FILE *out);

/* Print the rows, which are in the order of mechanisms and then of sizes. */
void report_table(FILE *out, const struct rounds_row *rows, size_t count, const struct machine *machine);
void report_json(FILE *out, const struct rounds_row *rows, size_t count, const struct machine *machine);
void report_gnuplot(FILE *out, const struct rounds_row *rows, size_t count);

#endif
