/* SPDX-License-Identifier: ISC */
/* Names as they are shown: nothing in them acts on a terminal, and printf(1) with %b gives the name back. */
#include "base/escape.h"
#include "fuzz.h"

/* Reverses escape_put(), which escapes every backslash; returns the end. */
static char *unescape(char *out, const char *shown)
{
	unsigned byte;
	int length;

	while (*shown != '\0') {
		if (*shown != '\\') {
			*out++ = *shown++;
			continue;
		}
		CHECK(sscanf(shown, "\\x%2x%n", &byte, &length) == 1 && length == 4);
		*out++ = (char)byte;
		shown += 4;
	}
	*out = '\0';
	return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	char *name = take_word(&in, in.size), *shown = malloc(ESCAPE_ROOM(strlen(name))), *back, *end, *p;

	CHECK(shown != NULL);
	end = escape_put(shown, name);
	CHECK(*end == '\0' && end == shown + strlen(shown));
	for (p = shown; p < end; p++)
		CHECK(*p >= ' ' && *p <= '~');
	back = malloc(strlen(shown) + 1);
	CHECK(back != NULL);
	unescape(back, shown);
	CHECK(strcmp(back, name) == 0);
	/* A sentence whose words were escaped is not escaped again. */
	end = escape_put_sentence(back, shown);
	CHECK(strcmp(back, shown) == 0 && end == back + strlen(back));
	free(back);
	free(shown);
	free(name);
	return 0;
}
