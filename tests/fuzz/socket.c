/* SPDX-License-Identifier: ISC */
/* Names of sockets: each name that fits is accepted, and its address has the form of unix(7). */
#include "../../cmd/sockpair/socket.h"

#include <errno.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	char *word = take_word(&in, in.size);
	struct socket_name *name = malloc(sizeof(*name));
	size_t length = strlen(word), i;
	int result = socket_parse(name, word);

	CHECK(name->word == word);
	if (length == 0 || strcmp(word, "@") == 0) {
		CHECK(result == -1 && errno == EINVAL);
	} else if (length > SOCKET_NAME_MOST) {
		CHECK(result == -1 && errno == ENAMETOOLONG);
	} else {
		CHECK(result == 0 && name->address.sun_family == AF_UNIX);
		CHECK(name->length == offsetof(struct sockaddr_un, sun_path) + length && name->length <= sizeof(name->address));
		CHECK(name->abstract == (*word == '@') && name->address.sun_path[0] == (name->abstract ? '\0' : *word));
		CHECK(memcmp(name->address.sun_path + 1, word + 1, length - 1) == 0);
		for (i = length; i < sizeof(name->address.sun_path); i++)
			CHECK(name->address.sun_path[i] == '\0');
	}
	free(name);
	free(word);
	return 0;
}
