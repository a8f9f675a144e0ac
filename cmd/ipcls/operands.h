/* SPDX-License-Identifier: ISC */
/* Operands: the objects that the command line names, and whether a listing has them. */
#ifndef OPERANDS_H
#define OPERANDS_H

#include "inventory/inventory.h"
#include "job.h"

/* Finds out what can be known of the operands before anything is listed: keys, and the files behind paths. */
void operands_prepare(struct operands *operands);

/* Returns the kinds (enum inventory_kind) that the operands can be. */
unsigned operands_kinds(const struct operands *operands);

/* Returns whether an earlier operand is the same word as this one. */
int operands_is_repeated(const struct operands *operands, size_t operand);

/* Returns whether any operand names the entry, and marks each that does as found. */
int operands_find(struct operands *operands, const struct inventory_entry *entry);

/*
 * Reports each operand that was not found, except those that may be among the objects of `kinds` that could not be
 * listed, which was reported already.  Returns the exit status.
 */
int operands_report_missing(const struct operands *operands, const struct inventory *inventory, unsigned kinds);

#endif
