/* SPDX-License-Identifier: ISC */
/* A reader of JSON that takes nothing but what RFC 8259 has, in UTF-8 as RFC 3629 has it. */
#ifndef VALID_H
#define VALID_H

#include "fuzz.h"

/* What follows a valid value or string at `p`, or NULL. */
static const char *valid_value(const char *p, const char *end, int depth);

static const char *valid_blanks(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
		p++;
	return p;
}

/* The character at `p`, in UTF-8: its length, or 0. */
static inline size_t valid_character(const char *p, const char *end, uint32_t *character)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char c = (unsigned char)*p;
	size_t length = c < 0x80 ? 1 : c >> 5 == 6 ? 2 : c >> 4 == 14 ? 3 : c >> 3 == 30 ? 4 : 0, i;

	if (length == 0 || length > (size_t)(end - p))
		return 0;
	*character = length == 1 ? c : c & (0xffU >> (length + 1));
	for (i = 1; i < length; i++) {
		if (((unsigned char)p[i] & 0xc0) != 0x80)
			return 0;
		*character = *character << 6 | ((unsigned char)p[i] & 0x3f);
	}
	if (*character < least[length] || *character > 0x10ffff || (*character >= 0xd800 && *character <= 0xdfff))
		return 0;
	return length;
}

static int valid_hex(const char *p, const char *end, uint32_t *value)
{
	static const char digits[] = "0123456789abcdef";
	int i;

	*value = 0;
	for (i = 0; i < 4; i++, p++) {
		const char *found = p < end && *p != '\0' ? strchr(digits, *p | 0x20) : NULL;

		if (found == NULL || (*p < 'A' && *p > '9'))
			return 0;
		*value = *value << 4 | (uint32_t)(found - digits);
	}
	return 1;
}

/* Writes a character of up to 16 bits as UTF-8; returns its length. */
static inline size_t put_character(char *out, uint32_t character)
{
	size_t length = character < 0x80 ? 1 : character < 0x800 ? 2 : 3, i;

	for (i = length; i-- > 1; character >>= 6)
		out[i] = (char)(0x80 | (character & 0x3f));
	out[0] = (char)(length == 1 ? character : (length == 2 ? 0xc0 : 0xe0) | character);
	return length;
}

/* A string with its quotes, and where `out` is not NULL, what it means, `*size` bytes: surrogates are refused for that. */
static const char *valid_string(const char *p, const char *end, char *out, size_t *size)
{
	static const char escapes[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	size_t used = 0, length;
	uint32_t character, low;

	if (p == end || *p++ != '"')
		return NULL;
	while (p < end && *p != '"') {
		const char *from = p;

		if ((unsigned char)*p < 0x20)
			return NULL;
		if (*p != '\\') {
			length = valid_character(p, end, &character);
			if (length == 0)
				return NULL;
			p += length;
			if (out != NULL)
				memcpy(out + used, from, length);
			used += length;
			continue;
		}
		if (++p == end)
			return NULL;
		if (*p == 'u') {
			if (!valid_hex(p + 1, end, &character))
				return NULL;
			p += 5;
			if (character >= 0xdc00 && character <= 0xdfff)
				return NULL;
			if (character >= 0xd800 && character <= 0xdbff) {
				if (end - p < 6 || p[0] != '\\' || p[1] != 'u' || !valid_hex(p + 2, end, &low) || low < 0xdc00 || low > 0xdfff)
					return NULL;
				p += 6;
			}
			if (out == NULL)
				continue;
			/* The tools write no surrogates. */
			CHECK(character < 0xd800 || character > 0xdfff);
			used += put_character(out + used, character);
			continue;
		}
		from = *p != '\0' ? strchr(escapes, *p++) : NULL;
		if (from == NULL)
			return NULL;
		if (out != NULL)
			out[used] = meant[from - escapes];
		used++;
	}
	if (size != NULL)
		*size = used;
	return p < end ? p + 1 : NULL;
}

static const char *valid_digits(const char *p, const char *end)
{
	const char *start = p;

	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return p == start ? NULL : p;
}

static const char *valid_number(const char *p, const char *end)
{
	p += p < end && *p == '-';
	if (p < end && *p == '0')
		p++;
	else if ((p = valid_digits(p, end)) == NULL)
		return NULL;
	if (p < end && *p == '.' && (p = valid_digits(p + 1, end)) == NULL)
		return NULL;
	if (p < end && (*p == 'e' || *p == 'E')) {
		p++;
		p += p < end && (*p == '+' || *p == '-');
		p = valid_digits(p, end);
	}
	return p;
}

/* An object or an array, from behind its bracket on. */
static const char *valid_members(const char *p, const char *end, int depth, int named, char close)
{
	p = valid_blanks(p, end);
	if (p < end && *p == close)
		return p + 1;
	for (;;) {
		p = valid_blanks(p, end);
		if (named) {
			if ((p = valid_string(p, end, NULL, NULL)) == NULL)
				return NULL;
			p = valid_blanks(p, end);
			if (p == end || *p++ != ':')
				return NULL;
		}
		if ((p = valid_value(p, end, depth - 1)) == NULL || p == end)
			return NULL;
		if (*p == close)
			return p + 1;
		if (*p++ != ',')
			return NULL;
	}
}

static const char *valid_value(const char *p, const char *end, int depth)
{
	static const char *const words[] = {"null", "true", "false"};
	size_t i;

	p = valid_blanks(p, end);
	if (p == end || depth == 0)
		return NULL;
	if (*p == '{' || *p == '[')
		p = valid_members(p + 1, end, depth, *p == '{', *p == '{' ? '}' : ']');
	else if (*p == '"')
		p = valid_string(p, end, NULL, NULL);
	else if (*p == '-' || (*p >= '0' && *p <= '9'))
		p = valid_number(p, end);
	else {
		for (i = 0; i < 3; i++)
			if (strlen(words[i]) <= (size_t)(end - p) && memcmp(p, words[i], strlen(words[i])) == 0)
				break;
		p = i < 3 ? p + strlen(words[i]) : NULL;
	}
	return p != NULL ? valid_blanks(p, end) : NULL;
}

/* Whether it is one value, and nothing else. */
static inline int valid_json(const char *text, size_t size)
{
	return valid_value(text, text + size, 16) == text + size;
}

/* Base64 as RFC 4648 has it, of which the bits that are not used must be 0: the number of bytes, or -1. */
static inline ssize_t valid_base64(const char *text, size_t size, char *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t i, j, used = 0;

	if (size % 4 != 0)
		return -1;
	for (i = 0; i < size; i += 4) {
		size_t pads = text[i + 3] != '=' ? 0 : text[i + 2] != '=' ? 1 : 2;
		uint32_t group = 0;

		if (pads > 0 && i + 4 != size)
			return -1;
		for (j = 0; j < 4; j++) {
			const char *found = j < 4 - pads ? memchr(digits, text[i + j], 64) : digits;

			if (found == NULL)
				return -1;
			group = group << 6 | (uint32_t)(found - digits);
		}
		if ((group & ((1U << (8 * pads)) - 1)) != 0)
			return -1;
		for (j = 0; j < 3 - pads; j++)
			out[used++] = (char)(group >> (16 - 8 * j));
	}
	return (ssize_t)used;
}

#endif
