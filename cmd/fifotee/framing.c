/* SPDX-License-Identifier: ISC */
#include "framing.h"

#include <string.h>

/* Sixteen bytes that are compared at once: a call of memchr(3) for each record would cost more than passing it on. */
typedef unsigned char lanes __attribute__((vector_size(16)));

/* How often a lane can count before it overflows. */
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
			/* Where they are equal a lane is -1. */
			sum -= (lanes)(piece == wanted);
		}
		for (i = 0; i < sizeof(lanes); i++)
			count += sum[i];
	}
	for (i = 0; i < size; i++)
		count += bytes[i] == byte;
	return count;
}

uint64_t cut_count(const struct record_format *format, uint64_t phase, const char *bytes, size_t size)
{
	if (format->kind == RECORD_BLOCK)
		return (phase + size) / format->block;
	return count_byte(bytes, size, format->delimiter);
}

size_t cut_first(const struct record_format *format, uint64_t phase, const char *bytes, size_t size)
{
	const char *found;

	if (format->kind == RECORD_BLOCK)
		return size >= format->block - phase ? (size_t)(format->block - phase) : 0;
	found = size > 0 ? memchr(bytes, format->delimiter, size) : NULL;
	return found != NULL ? (size_t)(found - bytes) + 1 : 0;
}

size_t cut_whole(const struct record_format *format, const char *bytes, size_t size)
{
	const char *found;

	if (format->kind == RECORD_BLOCK)
		return size - (size_t)(size % format->block);
	found = size > 0 ? memrchr(bytes, format->delimiter, size) : NULL;
	return found != NULL ? (size_t)(found - bytes) + 1 : 0;
}

void cut_pass(struct cut *cut, const char *bytes, size_t size)
{
	cut->records += cut_count(&cut->format, cut->phase, bytes, size);
	if (cut->format.kind == RECORD_BLOCK) {
		cut->phase = (cut->phase + size) % cut->format.block;
	} else {
		size_t whole = cut_whole(&cut->format, bytes, size);

		cut->phase = whole > 0 ? size - whole : cut->phase + size;
	}
	cut->bytes += size;
}

void cut_end(struct cut *cut)
{
	cut->records += cut->phase > 0;
	cut->phase = 0;
}
