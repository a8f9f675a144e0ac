/* SPDX-License-Identifier: ISC */
/* Words of sockpair's options: descriptors to pass, users, types.  Spelt again, they parse to the same. */
#include "tool.h"

#include "../../cmd/sockpair/options.c"

static void check_passed(const struct options *options)
{
	struct options again = {0};
	char list[SOCKET_PASS_MOST * 12 + 1] = "";
	size_t i, used = 0;

	CHECK(options->passed_count >= 1 && options->passed_count <= SOCKET_PASS_MOST);
	for (i = 0; i < options->passed_count; i++) {
		CHECK(options->passed[i] >= 0);
		used += (size_t)sprintf(list + used, "%s%d", i > 0 ? "," : "", options->passed[i]);
	}
	parse_passed(&again, list);
	CHECK(again.passed_count == options->passed_count);
	CHECK(memcmp(again.passed, options->passed, options->passed_count * sizeof(options->passed[0])) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	unsigned way = take_byte(&in);
	char *word = take_word(&in, in.size);
	static struct options options;

	options = (struct options){0};
	if (!REFUSED()) {
		if (way & 1) {
			parse_passed(&options, word);
			check_passed(&options);
		} else if (way & 2) {
			parse_uid(&options, word);
			CHECK(options.allow_any == (strcmp(word, "any") == 0) && options.allowed_count == (size_t)!options.allow_any);
			CHECK(options.allow_any || options.allowed[0] != (uid_t)-1);
		} else {
			parse_type(&options, word);
			CHECK(strcmp(options.type_word, word) == 0);
		}
	}
	free(options.allowed);
	free(word);
	return 0;
}
