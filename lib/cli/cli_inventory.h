/* SPDX-License-Identifier: ISC */
/* Options that choose objects, the same for those tools that look at all of them: parsed, or refused with a usage error. */
#ifndef CLI_INVENTORY_H
#define CLI_INVENTORY_H

#include <stddef.h>
#include <sys/types.h>

/* The kinds (enum inventory_kind) that -t names with commas between them; only those of `allowed`. */
unsigned cli_kinds_or_exit(const char *words, unsigned allowed);

/* The user that -u names, by name or by number. */
uid_t cli_user_or_exit(const char *word);

/* Why there are no users, for what proc_open() says. */
const char *cli_proc_text(int err);

/* A word of a list, `size` bytes, as a message may show it, cut at 63; until the next call. */
const char *cli_shown_word(const char *word, size_t size);

#endif
