/* SPDX-License-Identifier: ISC */
#include "cli/cli_inventory.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/number.h"
#include "cli/cli.h"
#include "inventory/inventory.h"

const char *cli_shown_word(const char *word, size_t size)
{
	static char shown[ESCAPE_ROOM(64)];
	char copy[64];

	if (size == 0)
		return "\"\"";
	snprintf(copy, sizeof(copy), "%.*s", (int)(size < sizeof(copy) ? size : sizeof(copy) - 1), word);
	escape_put(shown, copy);
	return shown;
}

const char *cli_proc_text(int err)
{
	return err == ENOENT ? "not mounted" : err == EXDEV ? "shows the processes of another pid namespace" : cli_text(err);
}

/* The words for these kinds, with blanks between them. */
static const char *words_of(unsigned kinds)
{
	static char text[128];
	char *end = text;
	unsigned kind;

	for (kind = 1; kind <= INVENTORY_ALL; kind <<= 1)
		if (kinds & kind)
			end += sprintf(end, "%s%s", end == text ? "" : " ", inventory_kind_word((enum inventory_kind)kind));
	return text;
}

unsigned cli_kinds_or_exit(const char *words, unsigned allowed)
{
	unsigned kinds = 0;
	const char *end;

	if (*words == '\0')
		cli_usage_exit("-t: which types?");
	for (; words != NULL; words = *end == ',' ? end + 1 : NULL) {
		enum inventory_kind kind;

		end = strchrnul(words, ',');
		kind = inventory_kind_of(words, (size_t)(end - words));
		if (kind == 0)
			cli_usage_exit("-t: no such type: %s (there are %s)", cli_shown_word(words, (size_t)(end - words)), words_of(allowed));
		if (!(kind & allowed))
			cli_usage_exit("-t: %s: not here (there are %s)", inventory_kind_word(kind), words_of(allowed));
		kinds |= kind;
	}
	return kinds;
}

uid_t cli_user_or_exit(const char *word)
{
	const struct passwd *user = getpwnam(word);
	uint64_t uid;

	if (user != NULL)
		return user->pw_uid;
	if (number_parse(word, 0, UINT32_MAX - 1, &uid) == -1)
		cli_usage_exit("-u: no such user: %s", cli_shown_word(word, strlen(word)));
	return (uid_t)uid;
}

void cli_operands_or_exit(struct operands *operands, int count, char **words, unsigned kinds)
{
	int i;

	operands->count = (size_t)count;
	operands->list = calloc((size_t)count + 1, sizeof(*operands->list));
	if (operands->list == NULL)
		exit(cli_fail(NULL, errno));
	for (i = 0; i < count; i++)
		cli_object_or_exit(&operands->list[i].object, words[i], kinds);
}

unsigned cli_report_problems(const struct inventory *inventory, unsigned skipped, const char *consequence)
{
	unsigned kinds = 0;
	size_t i;

	for (i = 0; i < inventory->problem_count; i++) {
		const struct inventory_problem *problem = &inventory->problems[i];
		const char *reason = problem->reason ? problem->reason : cli_text(problem->err);

		if (problem->minor || problem->kind & skipped)
			continue;
		if (problem->whole)
			cli_warn(problem->what, "%s; %s cannot be listed", reason, inventory_kind_text(problem->kind));
		else
			cli_warn(problem->what, "%s%s", reason, consequence);
		kinds |= problem->kind;
	}
	return kinds;
}

int cli_fail_missing(const struct operand *operand, const struct inventory *inventory)
{
	if (!(operand->object.kind & (OBJECT_FILE | OBJECT_MEMFD)) || operand->err != 0)
		return cli_fail(operand->object.word, operands_error(operand, inventory));
	cli_warn(operand->object.word, "not an IPC object, or not of a kind that is listed");
	return cli_own_status(CLI_MISSING);
}
