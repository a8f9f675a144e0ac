/* SPDX-License-Identifier: ISC */
/* Addresses of TCP: each word is refused with a reason, or parsed; spelt again, it parses to the same. */
#include "../../cmd/sockpair/tcp.h"

#include "fuzz.h"

static void spell(char *out, size_t room, const struct tcp_name *name)
{
	const char *host = name->kind == TCP_ANY ? "*" : name->host;

	if (name->kind == TCP_LOOPBACK)
		snprintf(out, room, "%u", name->port);
	else
		snprintf(out, room, strchr(host, ':') != NULL ? "[%s]:%u" : "%s:%u", host, name->port);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	char *word = take_word(&in, in.size), again[TCP_HOST_MOST + 32];
	struct tcp_name *name = malloc(sizeof(*name)), other;
	const char *wrong = tcp_parse(name, word);

	if (wrong != NULL) {
		CHECK(*wrong != '\0');
	} else {
		CHECK(strlen(name->host) <= TCP_HOST_MOST);
		CHECK((name->kind == TCP_LOOPBACK) == (name->host[0] == '\0'));
		CHECK((name->kind == TCP_ANY) == (strcmp(name->host, "*") == 0));
		spell(again, sizeof(again), name);
		CHECK(tcp_parse(&other, again) == NULL);
		CHECK(other.kind == name->kind && other.port == name->port && strcmp(other.host, name->host) == 0);
	}
	free(name);
	free(word);
	return 0;
}
