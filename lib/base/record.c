/* SPDX-License-Identifier: ISC */
#include "base/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PIECE ((size_t)64 * 1024)

static int fail(int err)
{
	errno = err;
	return -1;
}

void record_open(struct record_reader *reader, const struct record_format *format, int fd, size_t most)
{
	*reader = (struct record_reader){.format = *format, .fd = fd, .most = most};
}

void record_await(struct record_reader *reader, int (*await)(void *context), void *context)
{
	reader->await = await;
	reader->context = context;
}

/* Returns the first byte that was read and not taken; NULL before anything was read. */
static const char *begin(const struct record_reader *reader)
{
	return reader->buffer != NULL ? reader->buffer + reader->start : NULL;
}

/* Reads more bytes: 1, 0 at the end of the stream, -1 with errno. */
static int fill(struct record_reader *reader)
{
	ssize_t got;

	if (reader->ended)
		return 0;
	if (reader->start > 0 && reader->buffer != NULL && (reader->start == reader->end || reader->room - reader->end < PIECE / 2)) {
		memmove(reader->buffer, reader->buffer + reader->start, reader->end - reader->start);
		reader->end -= reader->start;
		reader->start = 0;
	}
	if (reader->room == reader->end) {
		size_t room = reader->room ? reader->room * 2 : PIECE;
		char *buffer = realloc(reader->buffer, room);

		if (buffer == NULL)
			return -1;
		reader->buffer = buffer;
		reader->room = room;
	}
	if (reader->await != NULL && reader->await(reader->context) == -1)
		return -1;
	got = io_read(reader->fd, reader->buffer + reader->end, reader->room - reader->end);
	if (got == -1)
		return -1;
	reader->ended = got == 0;
	reader->end += (size_t)got;
	return got > 0;
}

/* Reads until the buffer holds `size` bytes: 1, 0 if the stream has fewer, -1 with errno. */
static int need(struct record_reader *reader, size_t size)
{
	int result = 1;

	while (reader->end - reader->start < size && result == 1)
		result = fill(reader);
	return result;
}

static int take(struct record_reader *reader, size_t size, size_t after, const char **bytes, size_t *out)
{
	*bytes = reader->buffer + reader->start;
	*out = size;
	reader->start += size + after;
	return 1;
}

/* Finds the length of a record that is too long, without keeping it. */
static int too_long(struct record_reader *reader, size_t *size)
{
	size_t length = 0;

	for (;;) {
		const char *from = reader->buffer + reader->start;
		size_t there = reader->end - reader->start;
		const char *found = reader->format.kind == RECORD_DELIMITED && there > 0 ? memchr(from, reader->format.delimiter, there) : NULL;

		length += found ? (size_t)(found - from) : there;
		reader->start = reader->end = 0;
		if (found != NULL || length > RECORD_LOOK || fill(reader) <= 0)
			break;
	}
	*size = length;
	return fail(EMSGSIZE);
}

static int next_delimited(struct record_reader *reader, const char **bytes, size_t *size)
{
	size_t looked = 0;

	for (;;) {
		const char *from = begin(reader);
		size_t there = reader->end - reader->start;
		const char *found = there > looked ? memchr(from + looked, reader->format.delimiter, there - looked) : NULL;
		int result;

		if (found != NULL && (size_t)(found - from) <= reader->most)
			return take(reader, (size_t)(found - from), 1, bytes, size);
		if (found != NULL || there > reader->most)
			return too_long(reader, size);
		looked = there;
		result = fill(reader);
		if (result == -1)
			return -1;
		if (result == 0)
			return there == 0 ? 0 : take(reader, there, 0, bytes, size);
	}
}

/* Takes up to `most` bytes; if `whole`, a longer stream is too long. */
static int next_sized(struct record_reader *reader, size_t most, int whole, const char **bytes, size_t *size)
{
	size_t there;

	if (need(reader, most + (size_t)whole) == -1)
		return -1;
	there = reader->end - reader->start;
	if (whole && there > most)
		return too_long(reader, size);
	/* RECORD_WHOLE makes one empty record of an empty stream. */
	if (there == 0 && (!whole || reader->number > 0))
		return 0;
	return take(reader, there < most ? there : most, 0, bytes, size);
}

static int next_length(struct record_reader *reader, const char **bytes, size_t *size)
{
	const unsigned char *head;
	size_t length;
	int result = need(reader, 4);

	if (result == -1)
		return -1;
	if (result == 0)
		return reader->end == reader->start ? 0 : fail(EPROTO);
	head = (const unsigned char *)reader->buffer + reader->start;
	length = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
	*size = length;
	if (length > reader->most)
		return fail(EMSGSIZE);
	result = need(reader, 4 + length);
	if (result != 1)
		return result == -1 ? -1 : fail(EPROTO);
	reader->start += 4;
	return take(reader, length, 0, bytes, size);
}

int record_next(struct record_reader *reader, const char **bytes, size_t *size)
{
	int result = 0;

	switch (reader->format.kind) {
	case RECORD_DELIMITED: result = next_delimited(reader, bytes, size); break;
	case RECORD_WHOLE: result = next_sized(reader, reader->most, 1, bytes, size); break;
	case RECORD_BLOCK: result = next_sized(reader, (size_t)reader->format.block, 0, bytes, size); break;
	case RECORD_LENGTH: result = next_length(reader, bytes, size); break;
	}
	/* A record that is refused has a number, too. */
	if (result != 0)
		reader->number++;
	return result;
}

void record_close(struct record_reader *reader)
{
	free(reader->buffer);
	reader->buffer = NULL;
}

size_t record_head(const struct record_format *format, size_t size, char *out)
{
	if (format->kind != RECORD_LENGTH)
		return 0;
	out[0] = (char)(size >> 24);
	out[1] = (char)(size >> 16);
	out[2] = (char)(size >> 8);
	out[3] = (char)size;
	return 4;
}

size_t record_tail(const struct record_format *format, char *out)
{
	if (format->kind != RECORD_DELIMITED)
		return 0;
	out[0] = format->delimiter;
	return 1;
}
