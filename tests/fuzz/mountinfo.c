/* SPDX-License-Identifier: ISC */
/* A line of /proc/PID/mountinfo: the device that was read, written as the kernel writes it, is read as the same. */
#include <sys/sysmacros.h>

#include "fuzz.h"
#include "base/proc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = copy_of(data, size), text[64];
	dev_t device, again;
	int used;

	if (proc_parse_mount(line, size, &device) == 0) {
		used = sprintf(text, "36 35 %u:%u / /mnt rw", major(device), minor(device));
		CHECK(proc_parse_mount(text, (size_t)used, &again) == 0 && again == device);
	}
	free(line);
	return 0;
}
