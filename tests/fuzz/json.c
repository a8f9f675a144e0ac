/* SPDX-License-Identifier: ISC */
/* JSON strings and base64: valid for any bytes, no longer than the header says, and read back as what they were. */
#include "base/json.h"

#include "valid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = copy_of(data, size), *text, *back = calloc(1, size + 3);
	size_t at = 0, length = 1, got;
	uint32_t character;

	for (; at < size && length > 0; at += length)
		length = valid_character(bytes + at, bytes + size, &character);
	CHECK(json_is_utf8(bytes, size) == (length > 0));
	if (length > 0) {
		text = malloc(JSON_STRING_ROOM(size));
		got = (size_t)(json_put_string(text, bytes, size) - text);
		CHECK(got <= JSON_STRING_ROOM(size) && valid_json(text, got));
		CHECK(valid_string(text, text + got, back, &length) == text + got);
		CHECK(length == size && memcmp(back, bytes, size) == 0);
		/* No character of the string acts on a terminal or turns the direction of text. */
		for (at = 0; at < got; at += valid_character(text + at, text + got, &character)) {
			CHECK(valid_character(text + at, text + got, &character) > 0);
			CHECK(character >= ' ' && (character < 0x7f || character > 0x9f) && character != 0x61c);
			CHECK(character != 0x200e && character != 0x200f);
			CHECK((character < 0x202a || character > 0x202e) && (character < 0x2066 || character > 0x2069));
		}
		free(text);
	}
	text = malloc(JSON_BASE64_ROOM(size));
	got = (size_t)(json_put_base64(text, bytes, size) - text);
	CHECK(got == JSON_BASE64_ROOM(size));
	CHECK(valid_base64(text, got, back) == (ssize_t)size && (size == 0 || memcmp(back, bytes, size) == 0));
	free(text);
	free(back);
	free(bytes);
	return 0;
}
