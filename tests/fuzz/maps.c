/* SPDX-License-Identifier: ISC */
/* A line of /proc/PID/maps: what was read, written as the kernel writes it, is read as the same. */
#include <inttypes.h>
#include <sys/sysmacros.h>

#include "fuzz.h"
#include "base/proc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = copy_of(data, size), *text;
	struct proc_map map, again;
	int used;

	if (proc_parse_map(line, size, &map) == 0) {
		CHECK(map.path >= line && map.path + map.path_size == line + size);
		text = malloc(size + 256);
		CHECK(text != NULL);
		used = sprintf(text, "%08" PRIx64 "-%08" PRIx64 " r%c-%c %08" PRIx64 " %02x:%02x %" PRIu64 " %.*s", map.start,
		               map.end, map.writable ? 'w' : '-', map.shared ? 's' : 'p', map.offset, major(map.device),
		               minor(map.device), map.inode, map.path_size > 0 ? 20 : 0, "                    ");
		if (map.path_size > 0)
			memcpy(text + used, map.path, map.path_size);
		CHECK(proc_parse_map(text, (size_t)used + map.path_size, &again) == 0);
		CHECK(map.start == again.start && map.end == again.end && map.offset == again.offset);
		CHECK(map.inode == again.inode && map.device == again.device);
		CHECK(map.writable == again.writable && map.shared == again.shared && map.path_size == again.path_size);
		CHECK(map.path_size == 0 || memcmp(map.path, again.path, map.path_size) == 0);
		free(text);
	}
	free(line);
	return 0;
}
