/* SPDX-License-Identifier: ISC */
/* /proc/PID/task/TID/children: each number in its order, up to the first that is none. */
#include "fuzz.h"
#include "base/proc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = copy_of(data, size), text[32];
	const char *at = line, *end = line + size, *before = at;
	pid_t pid, again;
	int result;

	while ((result = proc_take_pid(&at, end, &pid)) == 1) {
		const char *p = text;

		CHECK(pid > 0 && at > before && at <= end);
		before = at;
		CHECK(proc_take_pid(&p, text + sprintf(text, "%d ", pid), &again) == 1 && again == pid);
	}
	CHECK(at == before);
	for (; result == 0 && at < end && *at != '\n'; at++)
		CHECK(*at == ' ');
	free(line);
	return 0;
}
