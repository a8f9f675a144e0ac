/* SPDX-License-Identifier: ISC */
/* Operands: the objects that a command line names, looked up in an inventory. */
#ifndef OPERANDS_H
#define OPERANDS_H

#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "inventory/inventory.h"
#include "ipc/object.h"

struct operand {
	struct object object; /* as it was parsed */
	key_t key;            /* of key: and ftok: */
	struct stat st;       /* of file: and memfd: */
	int err;              /* why the operand cannot be looked for, or 0 */
	int queue_err;        /* why no queue of that name was found, or 0 */
	int found;            /* by operands_find() */
};

struct operands {
	struct operand *list; /* from malloc(3), the caller's */
	size_t count;
};

/* Finds out what can be known of the operands before anything is listed: keys, and the files behind paths. */
void operands_prepare(struct operands *operands);

/* Returns the kinds (enum inventory_kind) that one operand, or any of them, can be. */
unsigned operands_kinds_of(const struct operand *operand);
unsigned operands_kinds(const struct operands *operands);

/* Returns whether an earlier operand is the same word as this one. */
int operands_is_repeated(const struct operands *operands, size_t at);

/*
 * Adds the POSIX queues that operands name and that the inventory lacks.  A queue is found by its name without a list of
 * queues, which not every user may have.  An operand that names none gets the reason as `queue_err`.  Returns 0, or -1
 * with ENOMEM.
 */
int operands_add_queues(struct operands *operands, struct inventory *inventory, unsigned details);

/* Returns whether the operand names the entry. */
int operands_name(const struct operand *operand, const struct inventory_entry *entry);

/* Returns whether any operand names the entry, and marks each that does as found. */
int operands_find(struct operands *operands, const struct inventory_entry *entry);

/*
 * Returns those of `kinds` that the operand can be and of which some objects could not be listed: its object may be among
 * those.  POSIX queues do not count, since operands_add_queues() has looked for them.
 */
unsigned operands_hidden(const struct operand *operand, const struct inventory *inventory, unsigned kinds);

/*
 * Returns the errno to report for an operand that names no entry: why it could not be looked for; ENODEV or ELOOP for a
 * file in /dev/shm that is no object; EACCES for a queue that exists and may not be opened; else ENOENT.
 */
int operands_error(const struct operand *operand, const struct inventory *inventory);

#endif
