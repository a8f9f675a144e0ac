/* SPDX-License-Identifier: ISC */
/* Names of signals: a name that is accepted is in its range, and means the same when it is written again. */
#include <errno.h>
#include <signal.h>

#include "base/signame.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	char *word = take_word(&in, in.size), name[SIGNAME_ROOM];
	int number = -1, again = -1;

	if (signame_parse(word, &number) == -1) {
		CHECK(errno == EINVAL || errno == ERANGE);
		CHECK(number == -1);
	} else {
		CHECK(number >= 0 && number <= SIGRTMAX);
		CHECK(signame_put(name, number) == name && strlen(name) < sizeof(name));
		CHECK(signame_parse(name, &again) == 0 && again == number);
	}
	free(word);
	return 0;
}
