/* SPDX-License-Identifier: ISC */
/* Patterns of `ipcrm-all --name`: one that is refused as one that nothing matches is not matched by any name that there can be. */
#include <fnmatch.h>

#include "tool.h"

#include "../../cmd/ipcrm-all/ipcrm-all.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	size_t length = take_byte(&in) % 64;
	char *glob = take_word(&in, length), *name = take_word(&in, in.size), shown[32];
	int key = (int)(take_short(&in) * 77777);

	if (REFUSED()) {
		if (name[0] == '/' && name[1] != '\0')
			CHECK(fnmatch(glob, name, 0) != 0);
		snprintf(shown, sizeof(shown), "key:0x%08x", (unsigned)key);
		CHECK(fnmatch(glob, shown, 0) != 0);
		snprintf(shown, sizeof(shown), "id:%u", (unsigned)(key & 0x7fff));
		CHECK(fnmatch(glob, shown, 0) != 0);
	} else {
		check_glob(glob);
	}
	free(name);
	free(glob);
	return 0;
}
