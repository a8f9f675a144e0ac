/* SPDX-License-Identifier: ISC */
#include "memstream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Always with room for a NUL. */
static ssize_t add(void *cookie, const char *bytes, size_t size)
{
	struct memstream *text = cookie;

	if (text->room - text->size <= size) {
		size_t room = 2 * text->room + size + 1;
		char *grown = realloc(text->bytes, room);

		/* 0 is an error of such a stream, -1 would be added to its counts. */
		if (grown == NULL)
			return 0;
		text->bytes = grown;
		text->room = room;
	}
	memcpy(text->bytes + text->size, bytes, size);
	text->size += size;
	text->bytes[text->size] = '\0';
	return (ssize_t)size;
}

FILE *memstream_open(struct memstream *text)
{
	return fopencookie(text, "w", (cookie_io_functions_t){.write = add});
}

int memstream_close(FILE *stream, struct memstream *text)
{
	int failed = fflush(stream) == EOF || ferror(stream);

	if (fclose(stream) == EOF || failed) {
		free(text->bytes);
		*text = (struct memstream){.size = 0};
		errno = ENOMEM;
		return -1;
	}
	return 0;
}
