/* SPDX-License-Identifier: ISC */
/*
 * What the fuzz targets share: an input that is taken apart from its front, promises, and bytes in blocks of
 * exactly their size, so that AddressSanitizer sees one byte too many.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the run as a crash where a promise is broken. */
#define CHECK(promise) \
	do { \
		if (!(promise)) { \
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #promise); \
			abort(); \
		} \
	} while (0)

struct input {
	const uint8_t *bytes;
	size_t size;
};

/* The next byte; 0 where there is none left. */
static inline uint8_t take_byte(struct input *in)
{
	if (in->size == 0)
		return 0;
	in->size--;
	return *in->bytes++;
}

static inline unsigned take_short(struct input *in)
{
	unsigned high = take_byte(in);

	return high << 8 | take_byte(in);
}

/* The next `size` bytes, or what is left, up to the first NUL, as a word of its own. */
static inline char *take_word(struct input *in, size_t size)
{
	char *word;

	if (size > in->size)
		size = in->size;
	word = strndup((const char *)in->bytes, size);
	CHECK(word != NULL);
	in->bytes += size;
	in->size -= size;
	return word;
}

static inline void *copy_of(const void *bytes, size_t size)
{
	void *made = calloc(1, size);

	CHECK(made != NULL);
	if (size > 0)
		memcpy(made, bytes, size);
	return made;
}

/*
 * All that is left, in which 0xfe, a count and a byte stand for 257 times so many of that byte, but no more than
 * `most` bytes (and a NUL): small inputs that are larger than the buffers of the lib.
 */
static inline char *take_expanded(struct input *in, size_t most, size_t *size)
{
	char *bytes = malloc(most + 1), *exact;
	size_t used = 0;

	CHECK(bytes != NULL);
	while (in->size > 0 && used < most) {
		uint8_t byte = take_byte(in);
		size_t count = 1;

		if (byte == 0xfe) {
			count = (size_t)257 * take_byte(in);
			byte = take_byte(in);
		}
		if (count > most - used)
			count = most - used;
		memset(bytes + used, byte, count);
		used += count;
	}
	*size = used;
	bytes[used] = '\0';
	exact = copy_of(bytes, used + 1);
	free(bytes);
	return exact;
}

#endif
