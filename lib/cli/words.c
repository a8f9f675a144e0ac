/* SPDX-License-Identifier: ISC */
#include "cli/words.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>

#include "base/escape.h"
#include "base/number.h"
#include "cli/message.h"
#include "ipc/broker.h"

/* Returns a copy of `word` without the password that seems to be in it; NULL without memory. */
static char *copy_shown(const char *word)
{
	const char *after;
	long before = broker_secret(word, &after);
	char *copy;

	if (before == -1)
		return strdup(word);
	return asprintf(&copy, "%.*s...%s", (int)before, word, after) == -1 ? NULL : copy;
}

const char *cli_shown(const char *word)
{
	static char *text;
	char *copy;

	if (word[0] == '\0')
		return "\"\"";
	free(text);
	copy = copy_shown(word);
	text = copy != NULL ? malloc(ESCAPE_ROOM(strlen(copy))) : NULL;
	if (text != NULL)
		escape_put(text, copy);
	free(copy);
	return text != NULL ? text : "?";
}

/* Returns what `word`, which has no slash and no colon, was probably meant to begin with. */
static const char *missing_prefix(const char *word, unsigned kinds)
{
	uint64_t number;

	if (kinds & OBJECT_KEY && strncmp(word, "0x", 2) == 0 && number_parse(word, 1, UINT32_MAX, &number) == 0)
		return "key:";
	if (kinds & OBJECT_ID && strncmp(word, "0x", 2) != 0 && number_parse(word, 0, INT_MAX, &number) == 0)
		return "id:";
	return "/";
}

/* Whether `name` can follow the slash of a POSIX name. */
static int is_name(const char *name)
{
	return *name != '\0' && strchr(name, '/') == NULL && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* Returns the part of a path that is the name of an object in the directories of POSIX objects, or after a second slash. */
static const char *name_in(const char *path, unsigned kinds)
{
	if (strncmp(path, "/dev/shm/", 9) == 0) {
		/* Semaphores, which only tools for files do not take, are in files of other names. */
		path += strncmp(path + 9, "sem.", 4) == 0 && !(kinds & OBJECT_FILE) ? 13 : 9;
	} else if (strncmp(path, "/dev/mqueue/", 12) == 0) {
		path += 12;
	} else if (strncmp(path, "//", 2) == 0) {
		path += strspn(path, "/");
	} else {
		return NULL;
	}
	return is_name(path) ? path : NULL;
}

/*
 * Returns the end of `word` that, after `*prefix`, was probably meant, or NULL.  What stands before that end is printable,
 * so that it is as long in the word as it is shown.
 */
static const char *meant(const char *word, unsigned kinds, const char **prefix)
{
	const char *name = name_in(word, kinds);

	*prefix = "/";
	if (name != NULL || word[0] == '\0' || strchr(word, ':') != NULL)
		return name;
	if (strchr(word, '/') == NULL && is_name(word)) {
		*prefix = missing_prefix(word, kinds);
		return word;
	}
	*prefix = "file:";
	return kinds & OBJECT_FILE && strchr(word, '/') != NULL && is_name(strrchr(word, '/') + 1) ? word : NULL;
}

void cli_object_or_exit(struct object *object, const char *word, unsigned kinds)
{
	const char *wrong = object_parse(object, word), *prefix, *rest, *shown;

	if (wrong != NULL) {
		rest = object->kind == 0 || object->kind == OBJECT_NAME ? meant(word, kinds, &prefix) : NULL;
		shown = cli_shown(word);
		if (rest != NULL && strlen(shown) >= strlen(word))
			cli_usage_exit("%s: not the name of an object (do you mean %s%s?)", shown, prefix, shown + (rest - word));
		cli_usage_exit("%s: %s", shown, wrong);
	}
	if ((object->kind & kinds) != 0)
		return;
	if (object->kind == OBJECT_AMQP)
		cli_usage_exit("%s: a queue on a broker: use mqsend and mqrecv, or rabbitmqctl to list or delete it", cli_shown(word));
	if (object->kind == OBJECT_PRIVATE)
		cli_usage_exit("%s: this name creates a new object, and nothing is created here", cli_shown(word));
	cli_usage_exit("%s: not a kind of object that can be used here", cli_shown(word));
}

noreturn static void refuse(const char *option, const char *word, const char *kind, const char *form)
{
	if (errno == ENOMEM)
		exit(cli_fail(option, errno));
	if (errno == ERANGE)
		cli_usage_exit("%s: %s: %s out of range", option, cli_shown(word), kind);
	cli_usage_exit("%s: %s: not a %s (%s)", option, cli_shown(word), kind, form);
}

uint64_t cli_number_or_exit(const char *option, const char *word, uint64_t least, uint64_t most)
{
	uint64_t number;

	if (number_parse(word, least, most, &number) == 0)
		return number;
	/* The largest number of a type is not a limit that a user meets. */
	if (most >= INT_MAX)
		cli_usage_exit("%s: %s: not a whole number of %llu or more", option, cli_shown(word), (unsigned long long)least);
	cli_usage_exit("%s: %s: not a whole number from %llu to %llu", option, cli_shown(word), (unsigned long long)least,
	               (unsigned long long)most);
}

uint64_t cli_size_or_exit(const char *option, const char *word)
{
	uint64_t size;

	/* The kernel counts bytes in an off_t. */
	if (number_parse_size(word, INT64_MAX, &size) == -1)
		refuse(option, word, "size", "as 4096, 0x1000, 64k, 2M, 1G");
	return size;
}

int64_t cli_offset_or_exit(const char *option, const char *word, int *from_end)
{
	int64_t offset;

	if (number_parse_offset(word, &offset, from_end) == -1)
		refuse(option, word, "offset", "as 4096, 0x1000, 64k, and from the end -4096");
	return offset;
}

int64_t cli_duration_or_exit(const char *option, const char *word)
{
	int64_t duration;

	if (number_parse_duration(word, &duration) == -1)
		refuse(option, word, "duration", "as 2, 0.5, 200ms, 1.5m, 2h, 1d");
	return duration;
}

mode_t cli_mode_or_exit(const char *option, const char *word)
{
	mode_t mode;

	if (number_parse_mode(word, &mode) == -1)
		refuse(option, word, "mode", "as 0640 or u=rw,g=r");
	return mode;
}
