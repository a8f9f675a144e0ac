/* SPDX-License-Identifier: ISC */
#include "base/json.h"

#include <string.h>

/* The length of the UTF-8 sequence at `p`, of which `left` bytes are there, or 0. */
static size_t sequence(const unsigned char *p, size_t left)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t length, i;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	length = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	/* The second byte rules out overlong forms, surrogates, and what lies behind U+10FFFF. */
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

char *json_put_string(char *out, const char *bytes, size_t size)
{
	static const char hex[] = "0123456789abcdef", plain[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	size_t i;

	*out++ = '"';
	for (i = 0; i < size; i++) {
		unsigned char c = (unsigned char)bytes[i];
		const char *found;

		/* Nearly all there is. */
		if (c > '\\' || (c >= ' ' && c < '\\' && c != '"')) {
			if (c != 0x7f) {
				*out++ = (char)c;
				continue;
			}
		}
		found = c ? strchr(plain, c) : NULL;
		if (found != NULL) {
			*out++ = '\\';
			*out++ = letters[found - plain];
		} else {
			out = stpcpy(out, "\\u00");
			*out++ = hex[c >> 4];
			*out++ = hex[c & 15];
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
