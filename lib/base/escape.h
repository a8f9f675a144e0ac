/* SPDX-License-Identifier: ISC */
/* Escapes: how bytes that must not reach a terminal are shown. */
#ifndef ESCAPE_H
#define ESCAPE_H

/*
 * Writes `text` to `out`: blanks and printable ASCII as they are, any other byte and each backslash as \xNN.
 * `out` has room for 4 times the length of `text`.  Returns the end, where no NUL is put.
 */
char *escape_put(char *out, const char *text);

#endif
