/* SPDX-License-Identifier: ISC */
/*
 * Records, both ways: a stream is cut as a second reading cuts it, in whatever pieces it comes, and what was framed by
 * record_head() and record_tail() comes back as it was.
 */
#include <errno.h>

#include "feed.h"
#include "base/record.h"

/* What the next record of a stream must be. */
struct wanted {
	int result, err;
	const char *bytes;
	size_t size;
};

static struct wanted first_of(const struct record_format *format, const char *p, size_t left, size_t most, uint64_t number)
{
	struct wanted w = {.result = left > 0, .bytes = p, .size = left};
	const char *end;

	if (format->kind == RECORD_WHOLE)
		w.result = number == 0;
	else if (format->kind == RECORD_BLOCK && left > format->block)
		w.size = (size_t)format->block;
	else if (format->kind == RECORD_DELIMITED && left > 0 && (end = memchr(p, format->delimiter, left)) != NULL)
		w.size = (size_t)(end - p);
	else if (format->kind == RECORD_LENGTH && left > 0) {
		unsigned char head[4];

		if (left < 4)
			return (struct wanted){.result = -1, .err = EPROTO};
		memcpy(head, p, 4);
		w.bytes = p + 4;
		w.size = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
	}
	if (w.result == 1 && w.size > most) {
		w.result = -1;
		w.err = EMSGSIZE;
	} else if (format->kind == RECORD_LENGTH && w.result == 1 && w.size > left - 4) {
		w.result = -1;
		w.err = EPROTO;
	}
	return w;
}

static void framing(const struct record_format *format, const char *stream, size_t size, size_t most, uint32_t seed)
{
	struct record_reader reader;
	size_t at = 0, got, total = 0;
	const char *bytes;
	int result;

	feed.bytes = stream;
	feed.size = size;
	feed.seed = seed;
	feed.ended = 0;
	record_open(&reader, format, 3, most);
	do {
		struct wanted w = first_of(format, stream + at, size - at, most, reader.number);
		uint64_t number = reader.number;

		got = 0;
		result = record_next(&reader, &bytes, &got);
		CHECK(result == w.result && reader.number == number + (result != 0));
		if (result == -1) {
			CHECK(errno == w.err && (w.err != EMSGSIZE || got == w.size));
		} else if (result == 1) {
			CHECK(got == w.size && (got == 0 || memcmp(bytes, w.bytes, got) == 0));
			at = (size_t)(w.bytes - stream) + got;
			total += got;
			if (format->kind == RECORD_DELIMITED && at < size)
				at++;
		}
	} while (result == 1);
	CHECK(result == -1 || at == size);
	CHECK(total <= size);
	record_close(&reader);
}

/* Frames `size` bytes as records of these lengths, and has them cut again. */
static void frame(const struct record_format *format, char *bytes, size_t size, struct input *lengths, uint32_t seed)
{
	struct record_reader reader;
	char *stream = malloc(size * 6 + 64);
	size_t sizes[4096], count = 0, at = 0, used = 0, got, i;
	const char *record;

	CHECK(stream != NULL);
	while (at < size && count < 4096) {
		size_t length = format->kind == RECORD_WHOLE ? size : take_byte(lengths);

		if (format->kind == RECORD_BLOCK)
			length = (size_t)format->block;
		else if (lengths->size == 0 || length > size - at)
			length = size - at;
		else if (length > 250)
			length *= 300;
		if (length > size - at)
			length = size - at;
		/* A record may not hold its delimiter. */
		for (i = at; format->kind == RECORD_DELIMITED && i < at + length; i++)
			if (bytes[i] == format->delimiter)
				bytes[i] = (char)(bytes[i] ^ 1);
		used += record_head(format, length, stream + used);
		memcpy(stream + used, bytes + at, length);
		used += length;
		used += record_tail(format, stream + used);
		at += length;
		sizes[count++] = length;
		if (used + 4096 > size * 6)
			break;
	}
	feed.bytes = stream;
	feed.size = used;
	feed.seed = seed;
	feed.ended = 0;
	record_open(&reader, format, 3, SIZE_MAX / 2);
	for (i = 0, at = 0; i < count; at += sizes[i++]) {
		CHECK(record_next(&reader, &record, &got) == 1);
		CHECK(got == sizes[i] && memcmp(record, bytes + at, got) == 0 && reader.number == i + 1);
	}
	if (count > 0)
		CHECK(record_next(&reader, &record, &got) == 0);
	record_close(&reader);
	free(stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size}, lengths;
	unsigned how = take_byte(&in);
	struct record_format format = {.kind = how & 3, .delimiter = (char)take_byte(&in)};
	size_t most, expanded;
	uint32_t seed;
	char *bytes;

	format.block = 1 + take_short(&in);
	most = how & 4 ? take_short(&in) : 1U << 30;
	seed = take_short(&in) * 65537;
	/* Who asks for longer blocks is refused before. */
	if (format.kind == RECORD_BLOCK && most < format.block)
		most = (size_t)format.block;
	lengths = in;
	bytes = take_expanded(&in, 200000, &expanded);
	framing(&format, bytes, expanded, most, seed);
	frame(&format, bytes, expanded, &lengths, seed);
	free(bytes);
	return 0;
}
