/* SPDX-License-Identifier: ISC */
/*
 * Escapes: the one notation for bytes that must not reach a terminal, ipcutils(7).  Each tool shows a name, an operand
 * or a command that a user or a process chose in this notation, in messages, lists and questions alike.
 */
#ifndef ESCAPE_H
#define ESCAPE_H

/* The bytes that escape_put() writes at most for a text of `length` bytes. */
#define ESCAPE_ROOM(length) (4 * (length) + 1)

/*
 * Writes `text` to `out`, which has ESCAPE_ROOM(strlen(text)) bytes, and a NUL.  Printable ASCII stays as it is, except
 * the backslash; every other byte becomes \xNN, in lower case.  printf(1) with %b gives the text back.  Returns the
 * address of the NUL.
 */
char *escape_put(char *out, const char *text);

/* Does the same for a sentence whose words may have been escaped before: backslashes stay as they are. */
char *escape_put_sentence(char *out, const char *sentence);

#endif
