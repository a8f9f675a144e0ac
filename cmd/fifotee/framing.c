/* SPDX-License-Identifier: ISC */
#include "framing.h"

#include <string.h>

/* Sixteen bytes, compared at once: one memchr(3) per record would take longer than passing the record on. */
typedef unsigned char lanes __attribute__((vector_size(16)));

/* Additions after which a lane is full. */
#define TURNS 255

static uint64_t count_byte(const char *bytes, size_t size, char byte)
{
	const lanes wanted = (lanes){0} + (unsigned char)byte;
	uint64_t count = 0;
	size_t i;

	while (size >= sizeof(lanes)) {
		size_t turns = size / sizeof(lanes) < TURNS ? size / sizeof(lanes) : TURNS;
		lanes sum = {0}, piece;

		size -= turns * sizeof(lanes);
		for (; turns > 0; turns--, bytes += sizeof(lanes)) {
			memcpy(&piece, bytes, sizeof(piece));
			/* A lane of the comparison is -1 if the bytes are equal. */
			sum -= (lanes)(piece == wanted);
		}
		for (i = 0; i < sizeof(lanes); i++)
			count += sum[i];
	}
	for (i = 0; i < size; i++)
		count += bytes[i] == byte;
	return count;
}

uint64_t framing_count(const struct record_format *format, uint64_t phase, const char *bytes, size_t size)
{
	if (format->kind == RECORD_BLOCK)
		return (phase + size) / format->block;
	return count_byte(bytes, size, format->delimiter);
}

size_t framing_first(const struct record_format *format, uint64_t phase, const char *bytes, size_t size)
{
	const char *found;

	if (format->kind == RECORD_BLOCK)
		return size >= format->block - phase ? (size_t)(format->block - phase) : 0;
	found = size > 0 ? memchr(bytes, format->delimiter, size) : NULL;
	return found != NULL ? (size_t)(found - bytes) + 1 : 0;
}

size_t framing_whole(const struct record_format *format, const char *bytes, size_t size)
{
	const char *found;

	if (format->kind == RECORD_BLOCK)
		return size - (size_t)(size % format->block);
	found = size > 0 ? memrchr(bytes, format->delimiter, size) : NULL;
	return found != NULL ? (size_t)(found - bytes) + 1 : 0;
}

void framing_pass(struct framing *framing, const char *bytes, size_t size)
{
	framing->records += framing_count(&framing->format, framing->phase, bytes, size);
	if (framing->format.kind == RECORD_BLOCK) {
		framing->phase = (framing->phase + size) % framing->format.block;
	} else {
		size_t whole = framing_whole(&framing->format, bytes, size);

		framing->phase = whole > 0 ? size - whole : framing->phase + size;
	}
	framing->bytes += size;
}

void framing_end(struct framing *framing)
{
	framing->records += framing->phase > 0;
	framing->phase = 0;
}
