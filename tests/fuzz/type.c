/* SPDX-License-Identifier: ISC */
/* The types of `mqrecv -t`: a type that is accepted is in its range, and means the same when it is written again. */
#include "tool.h"

#include "../../cmd/mqrecv/mqrecv.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const signs[] = {[QUEUE_EXACT] = "", [QUEUE_UP_TO] = "<=", [QUEUE_EXCEPT] = "!="};
	struct input in = {data, size};
	char *word = take_word(&in, in.size), again[64];
	struct options first = {0}, second = {0};

	if (!REFUSED()) {
		parse_type(&first, word);
		CHECK(first.has_type && first.wish.type >= 1);
		CHECK(strncmp(word, signs[first.wish.choice], strlen(signs[first.wish.choice])) == 0);
		snprintf(again, sizeof(again), "%s%ld", signs[first.wish.choice], first.wish.type);
		parse_type(&second, again);
		CHECK(second.wish.type == first.wish.type && second.wish.choice == first.wish.choice);
	}
	free(word);
	return 0;
}
