/* SPDX-License-Identifier: ISC */
/* What sockpair takes apart: descriptors to pass, users, types; spelt again they are the same. */
#include "tool.h"

#include "../../cmd/sockpair/sockpair.c"

static void check_passed(const struct job *job)
{
	struct job again = {0};
	char list[SOCKET_PASS_MOST * 12 + 1] = "";
	size_t i, used = 0;

	CHECK(job->passed_count >= 1 && job->passed_count <= SOCKET_PASS_MOST);
	for (i = 0; i < job->passed_count; i++) {
		CHECK(job->passed[i] >= 0);
		used += (size_t)sprintf(list + used, "%s%d", i > 0 ? "," : "", job->passed[i]);
	}
	parse_passed(&again, list);
	CHECK(again.passed_count == job->passed_count);
	CHECK(memcmp(again.passed, job->passed, job->passed_count * sizeof(job->passed[0])) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	unsigned way = take_byte(&in);
	char *word = take_word(&in, in.size);
	static struct job job;

	job = (struct job){0};
	if (!REFUSED()) {
		if (way & 1) {
			parse_passed(&job, word);
			check_passed(&job);
		} else if (way & 2) {
			parse_uid(&job, word);
			CHECK(job.allow_any == (strcmp(word, "any") == 0) && job.allowed_count == (size_t)!job.allow_any);
			CHECK(job.allow_any || job.allowed[0] != (uid_t)-1);
		} else {
			parse_type(&job, word);
			CHECK(strcmp(job.type_word, word) == 0);
		}
	}
	free(job.allowed);
	free(word);
	return 0;
}
