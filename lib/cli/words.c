/* SPDX-License-Identifier: ISC */
#include "cli/words.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>

#include "base/escape.h"
#include "base/number.h"
#include "cli/message.h"

/* Escapes a word for a message; the text is valid until the next call. */
static const char *shown(const char *word)
{
	static char *text;

	if (word[0] == '\0')
		return "\"\"";
	free(text);
	text = malloc(ESCAPE_ROOM(strlen(word)));
	if (text == NULL)
		return "?";
	escape_put(text, word);
	return text;
}

void cli_object_or_exit(struct object *object, const char *word, unsigned kinds)
{
	const char *wrong = object_parse(object, word);

	if (wrong != NULL && object->kind == 0 && word[0] != '\0' && strchr(word, '/') == NULL &&
	    strchr(word, ':') == NULL)
		cli_usage_exit("%1$s: %2$s (do you mean /%1$s?)", shown(word), wrong);
	if (wrong != NULL)
		cli_usage_exit("%s: %s", shown(word), wrong);
	if ((object->kind & kinds) != 0)
		return;
	if (object->kind == OBJECT_PRIVATE)
		cli_usage_exit("%s: this makes a new object, and there is nothing to make here", shown(word));
	cli_usage_exit("%s: not a kind of object that can be used here", shown(word));
}

noreturn static void refuse(const char *option, const char *word, const char *kind, const char *form)
{
	if (errno == ENOMEM)
		exit(cli_fail(option, errno));
	if (errno == ERANGE)
		cli_usage_exit("%s: %s: %s out of range", option, shown(word), kind);
	cli_usage_exit("%s: %s: not a %s (%s)", option, shown(word), kind, form);
}

uint64_t cli_number_or_exit(const char *option, const char *word, uint64_t least, uint64_t most)
{
	uint64_t number;

	if (number_parse(word, least, most, &number) == 0)
		return number;
	/* The largest number of a type is not a limit that a user meets. */
	if (most >= INT_MAX)
		cli_usage_exit("%s: %s: not a whole number of %llu or more", option, shown(word), (unsigned long long)least);
	cli_usage_exit("%s: %s: not a whole number from %llu to %llu", option, shown(word), (unsigned long long)least,
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
