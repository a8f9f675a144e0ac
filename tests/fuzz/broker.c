/* SPDX-License-Identifier: ISC */
/*
 * Queues on a broker: a name that is taken means the same when it is spelt out again, no password is shown, and a file of
 * logins gives what its lines say or nothing.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"
#include "ipc/broker_login.h"

/* Adds a part in percent-encoding. */
static char *put_part(char *out, const char *part)
{
	for (; *part != '\0'; part++)
		out += sprintf(out, "%%%02x", (unsigned char)*part);
	return out;
}

static void check_again(const struct broker_name *name)
{
	static char full[5 * 3 * BROKER_ROOM];
	struct broker_name again;
	char *out = full;

	out += sprintf(out, "amqp%s://", name->tls ? "s" : "");
	if (name->user[0] != '\0') {
		out = put_part(out, name->user);
		*out++ = '@';
	}
	out = put_part(out, name->host);
	out += sprintf(out, ":%d/", name->port);
	out = put_part(out, name->vhost);
	*out++ = '/';
	*put_part(out, name->queue) = '\0';
	CHECK(broker_parse(&again, full) == NULL);
	CHECK(again.tls == name->tls && again.port == name->port);
	CHECK(strcmp(again.host, name->host) == 0 && strcmp(again.user, name->user) == 0);
	CHECK(strcmp(again.vhost, name->vhost) == 0 && strcmp(again.queue, name->queue) == 0);
}

static void check_name(const char *word)
{
	struct broker_name name;
	const char *wrong, *after;
	long before = broker_secret(word, &after);

	if (!broker_is_name(word)) {
		CHECK(before == -1);
		return;
	}
	wrong = broker_parse(&name, word);
	if (wrong == NULL) {
		CHECK(before == -1);
		CHECK(name.port >= 1 && name.port <= 65535 && name.host[0] != '\0' && name.vhost[0] != '\0' && name.queue[0] != '\0');
		check_again(&name);
		return;
	}
	CHECK(*wrong != '\0');
	/* What is shown ends at the first colon that may precede a password, and goes on at the last @. */
	if (before != -1) {
		CHECK(before > 0 && word[before - 1] == ':' && *after == '@' && after >= word + before);
		CHECK(strchr(after + 1, '@') == NULL);
	}
}

static char directory[] = "/tmp/fuzz-broker-XXXXXX", sub[64], path[80];

static void remove_files(void)
{
	unlink(path);
	rmdir(sub);
	rmdir(directory);
}

/* Returns the path of the file with logins; $XDG_CONFIG_HOME is a directory of its own. */
static const char *file_of_logins(void)
{
	if (path[0] == '\0') {
		CHECK(mkdtemp(directory) != NULL);
		CHECK(setenv("XDG_CONFIG_HOME", directory, 1) == 0);
		snprintf(sub, sizeof(sub), "%s/ipcutils", directory);
		CHECK(mkdir(sub, 0700) == 0);
		snprintf(path, sizeof(path), "%s/amqp", sub);
		CHECK(atexit(remove_files) == 0);
	}
	return path;
}

static void check_login(const char *text, size_t size)
{
	static const char *const names[] = {"amqp://h/q", "amqp://u@h:1/v/q", "amqps://[::1]/q", "amqp://localhost/%25/q"};
	int fd = open(file_of_logins(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct broker_login login;
	struct broker_name name;
	char wrong[512];
	size_t i;

	CHECK(fd != -1 && write(fd, text, size) == (ssize_t)size && close(fd) == 0);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		CHECK(broker_parse(&name, names[i]) == NULL);
		wrong[0] = '\0';
		if (broker_login(&login, &name, wrong, sizeof(wrong)) == -1) {
			CHECK(wrong[0] != '\0');
			continue;
		}
		CHECK(login.user[0] != '\0' && login.password[0] != '\0');
		CHECK(name.user[0] == '\0' || strcmp(name.user, login.user) == 0);
		CHECK(strcmp(login.password, "guest") == 0 || memmem(text, size, login.password, strlen(login.password)) != NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	int is_file = take_byte(&in) & 1;
	char *text = take_expanded(&in, 4096, &size);

	if (is_file)
		check_login(text, size);
	else
		check_name(text);
	free(text);
	return 0;
}
