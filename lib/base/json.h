/* SPDX-License-Identifier: ISC */
/*
 * JSON strings, RFC 8259, and base64, RFC 4648, for bytes that are not text.
 *
 * Strings are safe on a terminal: all control characters, C0, DEL and C1, and the characters that change the direction of
 * text (Bidi_Control of Unicode) are escaped as \uXXXX.  Other characters are written as UTF-8.
 */
#ifndef JSON_H
#define JSON_H

#include <stddef.h>

/* Returns whether the bytes are UTF-8, RFC 3629: no overlong forms, no surrogates. */
int json_is_utf8(const char *bytes, size_t size);

/* The bytes that json_put_string() and json_put_base64() write at most for `size` bytes. */
#define JSON_STRING_ROOM(size) (6 * (size) + 2)
#define JSON_BASE64_ROOM(size) (((size) + 2) / 3 * 4)

/* Writes UTF-8 as a string with its quotes, without a NUL; returns the end. */
char *json_put_string(char *out, const char *bytes, size_t size);

/* Writes base64 with padding, without quotes and without a NUL; returns the end. */
char *json_put_base64(char *out, const char *bytes, size_t size);

#endif
