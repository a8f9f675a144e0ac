/* SPDX-License-Identifier: ISC */
/* /proc/PID/syscall: what was read, written as the kernel writes it, is read as the same. */
#include <inttypes.h>

#include "fuzz.h"
#include "base/proc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = copy_of(data, size), text[512];
	struct proc_syscall call, again;
	int result = proc_parse_syscall(line, size, &call), used, i;

	CHECK(result >= -1 && result <= 1);
	CHECK(result == 1 ? call.number >= 0 : call.number == -1);
	if (result == 1) {
		used = sprintf(text, "%ld", call.number);
		for (i = 0; i < 6; i++)
			used += sprintf(text + used, " 0x%" PRIx64, call.arguments[i]);
		used += sprintf(text + used, " 0x%" PRIx64 " 0x0\n", call.stack);
		CHECK(proc_parse_syscall(text, (size_t)used, &again) == 1);
		CHECK(memcmp(call.arguments, again.arguments, sizeof(call.arguments)) == 0);
		CHECK(call.number == again.number && call.stack == again.stack);
	}
	free(line);
	return 0;
}
