/* SPDX-License-Identifier: ISC */
#include "base/escape.h"

#include <stdio.h>

char *escape_put(char *out, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= ' ' && c < 0x7f && c != '\\')
			*out++ = (char)c;
		else
			out += sprintf(out, "\\x%02x", c);
	}
	return out;
}
