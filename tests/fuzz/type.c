/* SPDX-License-Identifier: ISC */
/* The choice of `mqrecv -t`, and counts: what is taken is in its range, and means the same when spelt again. */
#include "tool.h"

#include "../../cmd/mqrecv/mqrecv.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const signs[] = {[QUEUE_EXACT] = "", [QUEUE_UP_TO] = "<=", [QUEUE_EXCEPT] = "!="};
	struct input in = {data, size};
	volatile unsigned most = take_short(&in);
	char *word = take_word(&in, in.size), again[64];
	struct job job = {0}, second = {0};
	uint64_t count;

	if (!REFUSED()) {
		parse_type(&job, word);
		CHECK(job.has_type && job.selector.type >= 1);
		CHECK(strncmp(word, signs[job.selector.choice], strlen(signs[job.selector.choice])) == 0);
		snprintf(again, sizeof(again), "%s%ld", signs[job.selector.choice], job.selector.type);
		parse_type(&second, again);
		CHECK(second.selector.type == job.selector.type && second.selector.choice == job.selector.choice);
	}
	if (!REFUSED()) {
		count = count_or_exit("-c", word, most + 1);
		CHECK(count >= 1 && count <= most + 1);
	}
	free(word);
	return 0;
}
