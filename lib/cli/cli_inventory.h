/* SPDX-License-Identifier: ISC */
/* Options that choose objects, the same for those tools that look at all of them: parsed, or refused with a usage error. */
#ifndef CLI_INVENTORY_H
#define CLI_INVENTORY_H

#include <stddef.h>
#include <sys/types.h>

#include "inventory/inventory.h"
#include "inventory/operands.h"

/* The kinds (enum inventory_kind) that -t names with commas between them; only those of `allowed`. */
unsigned cli_kinds_or_exit(const char *words, unsigned allowed);

/* The user that -u names, by name or by number. */
uid_t cli_user_or_exit(const char *word);

/* Why there are no users, for what proc_open() says. */
const char *cli_proc_text(int err);

/* A word of a list, `size` bytes, as a message may show it, cut at 63; until the next call. */
const char *cli_shown_word(const char *word, size_t size);

/* Parses `count` operands of `kinds`, an or of object_kind, before any of them is used; exits if one is wrong. */
void cli_operands_or_exit(struct operands *operands, int count, char **words, unsigned kinds);

/*
 * Reports what could not be listed, but for `skipped` kinds and for files in /dev/shm that are no objects.  A message
 * about one object ends with `consequence`, which may be empty.  Returns the kinds of which something could not be listed.
 */
unsigned cli_report_problems(const struct inventory *inventory, unsigned skipped, const char *consequence);

/* Reports an operand that names no entry, with the reason of operands_error().  Returns the status for that. */
int cli_fail_missing(const struct operand *operand, const struct inventory *inventory);

#endif
