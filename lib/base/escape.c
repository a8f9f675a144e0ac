/* SPDX-License-Identifier: ISC */
#include "base/escape.h"

#include <stdio.h>

/* Allocates nothing, so that "out of memory" can be reported. */
static char *put(char *out, const char *text, char also)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= ' ' && c < 0x7f && c != (unsigned char)also)
			*out++ = (char)c;
		else
			out += sprintf(out, "\\x%02x", c);
	}
	*out = '\0';
	return out;
}

char *escape_put(char *out, const char *text)
{
	return put(out, text, '\\');
}

char *escape_put_sentence(char *out, const char *sentence)
{
	return put(out, sentence, '\0');
}
