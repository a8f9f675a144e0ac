/* SPDX-License-Identifier: ISC */
/* Where records end: what passes in pieces is counted as one byte after the other would be. */
#include "../../cmd/fifotee/framing.h"

#include "fuzz.h"

static int ends(const struct record_format *format, uint64_t *phase, char byte)
{
	++*phase;
	if (format->kind == RECORD_BLOCK ? *phase < format->block : byte != format->delimiter)
		return 0;
	*phase = 0;
	return 1;
}

static void check_piece(const struct record_format *format, uint64_t before, const char *bytes, size_t size)
{
	uint64_t phase = before, count = 0;
	size_t first = 0, whole = 0, i;

	for (i = 0; i < size; i++)
		if (ends(format, &phase, bytes[i])) {
			count++;
			if (first == 0)
				first = i + 1;
		}
	CHECK(framing_count(format, before, bytes, size) == count);
	CHECK(framing_first(format, before, bytes, size) == first);
	phase = 0;
	for (i = 0; i < size; i++)
		if (ends(format, &phase, bytes[i]))
			whole = i + 1;
	CHECK(framing_whole(format, bytes, size) == whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	unsigned how = take_byte(&in), seed = take_byte(&in);
	struct record_format format = {.kind = how & 1 ? RECORD_BLOCK : RECORD_DELIMITED, .delimiter = (char)take_byte(&in)};
	struct framing framing;
	uint64_t phase = 0, records = 0;
	size_t expanded, at = 0, i;
	char *bytes;

	format.block = 1 + (how & 2 ? take_short(&in) : take_byte(&in));
	framing = (struct framing){.format = format};
	bytes = take_expanded(&in, 16384, &expanded);
	while (at < expanded) {
		size_t piece = 1 + (how & 4 ? seed * 131 : seed);
		char *part;

		seed = (seed * 77 + 13) & 0xff;
		if (piece > expanded - at)
			piece = expanded - at;
		part = copy_of(bytes + at, piece);
		check_piece(&format, framing.phase, part, piece);
		framing_pass(&framing, part, piece);
		for (i = 0; i < piece; i++)
			records += (uint64_t)ends(&format, &phase, part[i]);
		free(part);
		at += piece;
		CHECK(framing.records == records && framing.phase == phase && framing.bytes == at);
	}
	framing_end(&framing);
	CHECK(framing.records == records + (phase > 0) && framing.phase == 0);
	free(bytes);
	return 0;
}
