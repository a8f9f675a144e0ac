/* SPDX-License-Identifier: ISC */
/* Names as they are shown: nothing in them acts on a terminal, and unvis(3) gives the name back. */
/* As in lib/cli/cli.c. */
#define LIBBSD_OPENBSD_VIS
#include <bsd/vis.h>

#include "cli/cli.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	char *name = take_word(&in, in.size), *shown = malloc(4 * strlen(name) + 1), *back;
	int length = cli_show_name(shown, name), i;

	CHECK(length >= 0 && (size_t)length == strlen(shown));
	for (i = 0; i < length; i++)
		CHECK(shown[i] >= ' ' && shown[i] <= '~');
	back = malloc((size_t)length + 1);
	CHECK(strunvis(back, shown) == (int)strlen(name) && strcmp(back, name) == 0);
	free(back);
	free(shown);
	free(name);
	return 0;
}
