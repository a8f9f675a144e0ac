/* SPDX-License-Identifier: ISC */
/* JSON strings, RFC 8259, and base64, RFC 4648, for bytes that are no text. */
#ifndef JSON_H
#define JSON_H

#include <stddef.h>

/* Whether the bytes are UTF-8, RFC 3629: no overlong forms, no surrogates. */
int json_is_utf8(const char *bytes, size_t size);

/* Characters that json_put_string() writes at the most, and json_put_base64(). */
#define JSON_STRING_ROOM(size) (6 * (size) + 2)
#define JSON_BASE64_ROOM(size) (((size) + 2) / 3 * 4)

/* Writes UTF-8 as a string with its quotes; returns its end, no NUL behind it. */
char *json_put_string(char *out, const char *bytes, size_t size);

/* Writes base64 with padding, without quotes; returns its end, no NUL behind it. */
char *json_put_base64(char *out, const char *bytes, size_t size);

#endif
