/* SPDX-License-Identifier: ISC */
/* Parses policies of fifotee, alone and followed by a colon and a FIFO: both agree, and the rest is the name. */
#include "tool.h"

#include "base/number.h"

/* Replaces cli_size_or_exit(), which would end the process. */
static uint64_t size_or_refuse(const char *option, const char *word)
{
	uint64_t size;

	if (number_parse_size(word, INT64_MAX, &size) == -1)
		refuse("%s: %s", option, word);
	return size;
}
#define cli_size_or_exit size_or_refuse

#include "../../cmd/fifotee/fifotee.c"

static void check(const struct policy *policy, const char *word, size_t length)
{
	static const char *const words[] = {[POLICY_BLOCK] = "block", [POLICY_DROP] = "drop", [POLICY_FAIL] = "fail"};
	char again[64];
	struct policy second;

	if (policy->kind == POLICY_BUFFER) {
		CHECK(length > 7 && memcmp(word, "buffer=", 7) == 0 && policy->room <= INT64_MAX);
		snprintf(again, sizeof(again), "buffer=%llu", (unsigned long long)policy->room);
		second = policy_or_exit("-p", again, strlen(again));
		CHECK(second.kind == POLICY_BUFFER && second.room == policy->room);
	} else {
		CHECK(strlen(words[policy->kind]) == length && memcmp(words[policy->kind], word, length) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	char *word = take_word(&in, in.size), *colon = strchr(word, ':');
	struct options options = {0};
	const struct target *target;
	struct policy policy;

	if (!REFUSED()) {
		policy = policy_or_exit("-p", word, strlen(word));
		check(&policy, word, strlen(word));
	}
	if (REFUSED()) {
		CHECK(options.count == 0);
	} else {
		add_own_target(&options, word);
		target = options.targets;
		CHECK(options.count == 1 && colon != NULL && target->name == colon + 1 && target->name[0] != '\0');
		check(&target->policy, word, (size_t)(colon - word));
	}
	free(options.targets);
	free(word);
	return 0;
}
