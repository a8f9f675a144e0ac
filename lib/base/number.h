/* SPDX-License-Identifier: ISC */
/*
 * Numbers as they are typed on a command line: counts, sizes, offsets, durations, modes, characters.
 *
 * All of them take the whole word or refuse it: no blanks, no sign where none is meant, nothing
 * behind the last digit.  They return 0, or -1 with errno EINVAL where the word is no such number
 * and ERANGE where it is one but out of range; `*out` is then as it was.
 */
#ifndef NUMBER_H
#define NUMBER_H

#include <stdint.h>
#include <sys/types.h>

/* A whole number from `min` to `max`, in decimal or, after 0x, in hex.  010 is ten. */
int number_parse(const char *word, uint64_t min, uint64_t max, uint64_t *out);

/*
 * A size in bytes up to `max`: a whole number, in decimal with one of the letters k, M, G, T, P, E
 * (of either case, powers of 1024) behind it or none.
 */
int number_parse_size(const char *word, uint64_t max, uint64_t *out);

/* A size that may have a minus sign before it: an offset, counted from the end where it is negative. */
int number_parse_offset(const char *word, int64_t *out, int *from_end);

/*
 * A duration in nanoseconds: a decimal number with or without a fraction, and one of ns, us, ms, s,
 * m, h, d behind it (seconds without).  What is finer than a nanosecond is rounded up, so that a
 * wait is never shorter than what was asked for.  At most INT64_MAX, some 292 years.
 */
int number_parse_duration(const char *word, int64_t *out);

/*
 * A mode from 0 to 0777, octal or symbolic as chmod(1) takes it, the latter as a change of 0600.
 * A symbolic clause that names nobody ("+r") heeds the umask, as chmod(1) does.
 */
int number_parse_mode(const char *word, mode_t *out);

/* One byte: a character, or one of \n \t \r \0 \\ \xNN, spelt so. */
int number_parse_character(const char *word, char *out);

/* Returns the ending of a regular noun that follows this number: none after 1, else "s". */
const char *number_plural(uint64_t number);

#endif
