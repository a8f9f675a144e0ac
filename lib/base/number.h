/* SPDX-License-Identifier: ISC */
/*
 * Numbers as they are typed on a command line: counts, sizes, offsets, durations, modes, characters.
 *
 * Each function takes the whole word or refuses it: no blanks, no sign except where one is described, nothing after the
 * number.  It returns 0, or -1 with errno: EINVAL if the word is no such number, ERANGE if it is one but out of range.
 * After -1 `*out` is as it was.
 */
#ifndef NUMBER_H
#define NUMBER_H

#include <stdint.h>
#include <sys/types.h>

/* A whole number from `min` to `max`, in decimal or, after 0x, in hex.  010 is ten. */
int number_parse(const char *word, uint64_t min, uint64_t max, uint64_t *out);

/*
 * A size in bytes up to `max`: a whole number, after which a decimal one may have one of the letters k, M, G, T, P, E of
 * either case, for powers of 1024.
 */
int number_parse_size(const char *word, uint64_t max, uint64_t *out);

/* An offset: a size that may have a minus sign before it; `*from_end` says whether it has, and counts from the end. */
int number_parse_offset(const char *word, int64_t *out, int *from_end);

/*
 * A duration in nanoseconds: a decimal number, perhaps with a fraction, and one of the units ns, us, ms, s, m, h, d
 * (default: seconds).  Fractions of a nanosecond are rounded up, so that a wait is never shorter than asked for.  At most
 * INT64_MAX, some 292 years.
 */
int number_parse_duration(const char *word, int64_t *out);

/*
 * A mode from 0 to 0777, octal or symbolic as chmod(1) takes it; a symbolic one changes 0600.  A symbolic clause that
 * names no class of users ("+r") heeds the umask, as with chmod(1).  Also fails with ENOMEM.
 */
int number_parse_mode(const char *word, mode_t *out);

/* One byte: a character, or one of the words \n \t \r \0 \\ \xNN. */
int number_parse_character(const char *word, char *out);

/* Returns the ending of a regular noun that follows this number: none after 1, else "s". */
const char *number_plural(uint64_t number);

#endif
