/* SPDX-License-Identifier: ISC */
/* Rows, and the graph, on standard output. */
#ifndef PRINT_H
#define PRINT_H

#include "job.h"
#include "look.h"
#include "table.h"

/* Sets up the table of the objects of a look. */
void print_set_table(struct table *table, const struct options *options, struct look *look);

/* Prints the rows of a look, and with FORM_JSON the deadlocks.  Returns the exit status. */
int print_rows(const struct options *options, struct look *look);

/* Prints processes and objects as a graph in the language of dot(1).  Returns the exit status. */
int print_graph(const struct options *options, const struct look *look);

/* Returns the columns of the terminal, or 0 if standard output is none. */
unsigned print_width(void);

#endif
