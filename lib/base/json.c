/* SPDX-License-Identifier: ISC */
#include "base/json.h"

#include <string.h>

/* Returns the length of the UTF-8 sequence at `p`, which has `left` bytes, or 0 if it is none. */
static size_t sequence(const unsigned char *p, size_t left)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t length, i;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	length = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	/* The second byte rules out overlong forms, surrogates, and what lies above U+10FFFF. */
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (left < length || p[1] < low || p[1] > high)
		return 0;
	for (i = 2; i < length; i++)
		if (p[i] < 0x80 || p[i] > 0xbf)
			return 0;
	return length;
}

int json_is_utf8(const char *bytes, size_t size)
{
	size_t at = 0, length;

	while (at < size) {
		length = sequence((const unsigned char *)bytes + at, size - at);
		if (length == 0)
			return 0;
		at += length;
	}
	return 1;
}

static char *put_unicode(char *out, unsigned character)
{
	static const char hex[] = "0123456789abcdef";

	out = stpcpy(out, "\\u");
	*out++ = hex[character >> 12];
	*out++ = hex[character >> 8 & 15];
	*out++ = hex[character >> 4 & 15];
	*out++ = hex[character & 15];
	return out;
}

/* Returns the character of several bytes at `p` if a terminal may act on it, else 0: C1, U+061C, U+200E, U+200F, ... */
static unsigned harmful(const unsigned char *p)
{
	unsigned character;

	if (p[0] == 0xc2 && p[1] < 0xa0)
		return p[1];
	if (p[0] == 0xd8 && p[1] == 0x9c)
		return 0x61c;
	if (p[0] != 0xe2 || (p[1] != 0x80 && p[1] != 0x81))
		return 0;
	character = 0x2000 | (p[1] & 1U) << 6 | (p[2] & 0x3fU);
	return character == 0x200e || character == 0x200f || (character >= 0x202a && character <= 0x202e) ||
	       (character >= 0x2066 && character <= 0x2069) ? character : 0;
}

/* Writes one byte that must not stand in a string as it is. */
static char *put_escaped(char *out, unsigned char byte)
{
	static const char plain[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	const char *found = byte != '\0' ? strchr(plain, byte) : NULL;

	if (found == NULL)
		return put_unicode(out, byte);
	*out++ = '\\';
	*out++ = letters[found - plain];
	return out;
}

char *json_put_string(char *out, const char *bytes, size_t size)
{
	const unsigned char *p = (const unsigned char *)bytes, *end = p + size;
	unsigned character;

	*out++ = '"';
	while (p < end) {
		if (*p >= 0x80 && *p <= 0xe2 && (character = harmful(p)) != 0) {
			out = put_unicode(out, character);
			p += *p == 0xe2 ? 3 : 2;
		} else if (*p < ' ' || *p == '"' || *p == '\\' || *p == 0x7f) {
			out = put_escaped(out, *p++);
		} else {
			*out++ = (char)*p++;
		}
	}
	*out++ = '"';
	return out;
}

char *json_put_base64(char *out, const char *bytes, size_t size)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = (const unsigned char *)bytes;

	for (; size > 0; p += 3) {
		unsigned group = (unsigned)p[0] << 16;

		if (size > 1)
			group |= (unsigned)p[1] << 8;
		if (size > 2)
			group |= p[2];
		*out++ = digits[group >> 18];
		*out++ = digits[group >> 12 & 63];
		*out++ = size > 1 ? digits[group >> 6 & 63] : '=';
		*out++ = size > 2 ? digits[group & 63] : '=';
		size -= size < 3 ? size : 3;
	}
	return out;
}
