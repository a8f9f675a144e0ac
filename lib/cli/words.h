/* SPDX-License-Identifier: ISC */
/*
 * Words of the command line, operands and values of options: parsed, or refused with a message that names the option and
 * the word, and CLI_USAGE.
 */
#ifndef WORDS_H
#define WORDS_H

#include <stdint.h>
#include <sys/types.h>

#include "ipc/object.h"

/* Returns `word` as a message shows it: escaped, "" if it is empty, without a password; valid until the next call. */
const char *cli_shown(const char *word);

/* Parses the name of an object; `kinds`, an or of object_kind, are those that the tool takes. */
void cli_object_or_exit(struct object *object, const char *word, unsigned kinds);

/* A whole number from `least` to `most`, in decimal or 0x hex. */
uint64_t cli_number_or_exit(const char *option, const char *word, uint64_t least, uint64_t most);

/* A size in bytes, from 0 to INT64_MAX, off_t. */
uint64_t cli_size_or_exit(const char *option, const char *word);

/* An offset in bytes; `*from_end` is set where the word counts back from the end, and the offset is then negative or 0. */
int64_t cli_offset_or_exit(const char *option, const char *word, int *from_end);

/* A duration in nanoseconds. */
int64_t cli_duration_or_exit(const char *option, const char *word);

/* The permission bits of a new object, chmod(1); symbolic modes change 0600. */
mode_t cli_mode_or_exit(const char *option, const char *word);

#endif
