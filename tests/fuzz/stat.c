/* SPDX-License-Identifier: ISC */
/* /proc/PID/stat: a name may hold whatever there is, and what was read, written as the kernel writes it, is read as the same. */
#include <inttypes.h>

#include "fuzz.h"
#include "base/proc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	char *line = copy_of(data, size), *name, text[1024];
	struct proc_stat stat, again;
	uint64_t start;
	int used, i;

	if (proc_parse_stat(line, size, &stat) == 0) {
		used = sprintf(text, "1 (a) %c", stat.state);
		for (i = 4; i < 22; i++)
			used += sprintf(text + used, " %d", -i);
		used += sprintf(text + used, " %" PRIu64, stat.start);
		CHECK(proc_parse_stat(text, (size_t)used, &again) == 0);
		CHECK(again.state == stat.state && again.start == stat.start);
	}
	start = take_short(&in) * (uint64_t)0x1000100010001;
	name = take_word(&in, 15);
	used = snprintf(text, sizeof(text), "%u (%s) S 1", take_short(&in), name);
	for (i = 5; i < 22; i++)
		used += sprintf(text + used, " %u", take_short(&in));
	used += sprintf(text + used, " %" PRIu64 " 0 0\n", start);
	CHECK(proc_parse_stat(text, (size_t)used, &again) == 0 && again.state == 'S' && again.start == start);
	free(name);
	free(line);
	return 0;
}
