/* SPDX-License-Identifier: ISC */
/* Lines of /proc, in whatever pieces they come: all but those that are longer than the buffer, in their order. */
#include "feed.h"
#include "base/proc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	uint32_t seed = take_short(&in) * 65537;
	size_t expanded, at = 0, got, length;
	char *bytes = take_expanded(&in, 150000, &expanded), *buffer = malloc(PROC_BUFFER);
	struct proc_lines lines;
	const char *line, *end;

	CHECK(buffer != NULL);
	feed.bytes = bytes;
	feed.size = expanded;
	feed.seed = seed;
	feed.ended = 0;
	proc_lines_open(&lines, 3, buffer);
	while (at < expanded) {
		end = memchr(bytes + at, '\n', expanded - at);
		length = end != NULL ? (size_t)(end - bytes) - at : expanded - at;
		if (length < PROC_BUFFER && (length > 0 || end != NULL)) {
			CHECK(proc_lines_next(&lines, &line, &got) == 1);
			CHECK(got == length && memcmp(line, bytes + at, got) == 0);
		}
		at += length + 1;
	}
	CHECK(proc_lines_next(&lines, &line, &got) == 0);
	CHECK(proc_lines_next(&lines, &line, &got) == 0);
	free(buffer);
	free(bytes);
	return 0;
}
