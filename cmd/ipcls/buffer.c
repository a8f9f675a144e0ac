/* SPDX-License-Identifier: ISC */
#include "buffer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/io.h"

char *buffer_grow(struct buffer *buffer, size_t more)
{
	char *bytes;

	if (buffer->err != 0)
		return NULL;
	bytes = array_grow(buffer->bytes, &buffer->room, buffer->size + more + 1, 1);
	if (bytes == NULL) {
		buffer->err = ENOMEM;
		return NULL;
	}
	buffer->bytes = bytes;
	return bytes + buffer->size;
}

void buffer_put(struct buffer *buffer, const char *bytes, size_t size)
{
	char *out = buffer_reserve(buffer, size);

	if (out != NULL)
		buffer_commit(buffer, mempcpy(out, bytes, size));
}

void buffer_flush(struct buffer *buffer, size_t least)
{
	if (buffer->err != 0 || buffer->size < least || buffer->size == 0)
		return;
	if (io_write_all(1, buffer->bytes, buffer->size) == -1)
		buffer->err = errno;
	buffer->size = 0;
}

void buffer_free(struct buffer *buffer)
{
	free(buffer->bytes);
	*buffer = (struct buffer){.size = 0};
}

static ssize_t add(void *cookie, const char *bytes, size_t size)
{
	struct buffer *buffer = cookie;

	buffer_put(buffer, bytes, size);
	/* fopencookie(3) takes 0 as an error, and adds -1 to its counts. */
	return buffer->err == 0 ? (ssize_t)size : 0;
}

FILE *buffer_open(struct buffer *buffer)
{
	return fopencookie(buffer, "w", (cookie_io_functions_t){.write = add});
}

int buffer_close(FILE *stream, struct buffer *buffer)
{
	int failed = fflush(stream) == EOF || ferror(stream);
	char *end;

	if (fclose(stream) == EOF || failed || (end = buffer_reserve(buffer, 0)) == NULL) {
		buffer_free(buffer);
		errno = ENOMEM;
		return -1;
	}
	*end = '\0';
	return 0;
}
