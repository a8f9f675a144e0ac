/* SPDX-License-Identifier: ISC */
/* A line of /proc/sysvipc: the numbers that were read, written again, are the same numbers. */
#include <inttypes.h>

#include "fuzz.h"
#include "base/proc.h"

#define MOST 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	int most = take_byte(&in) % (MOST + 1), count, i;
	int64_t *numbers = malloc(sizeof(*numbers) * (size_t)most), again[MOST];
	char *line = copy_of(in.bytes, in.size), text[MOST * 32];
	size_t used = 0;

	count = proc_parse_sysvipc(line, in.size, numbers, most);
	CHECK(count >= -1 && count <= most);
	for (i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, i == 2 ? " %s%" PRIo64 : "  %s%" PRIu64, numbers[i] < 0 ? "-" : "",
		                         (uint64_t)(numbers[i] < 0 ? -numbers[i] : numbers[i]));
	if (count >= 0) {
		CHECK(proc_parse_sysvipc(text, used, again, MOST) == count);
		CHECK(count == 0 || memcmp(numbers, again, sizeof(*numbers) * (size_t)count) == 0);
	}
	free(line);
	free(numbers);
	return 0;
}
