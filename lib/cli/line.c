/* SPDX-License-Identifier: ISC */
#include "cli/line.h"

#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>

#include "base/escape.h"
#include "cli/message.h"

/* An option as it is shown: an unknown one may have any bytes and any length. */
#define SHOWN_MOST 60

/* The name of a long option in `word`, without its value, escaped. */
static const char *shown_name(const char *word)
{
	static char shown[ESCAPE_ROOM(SHOWN_MOST)];
	char name[SHOWN_MOST + 1];
	size_t length = strcspn(word, "=");

	snprintf(name, sizeof(name), "%.*s", (int)(length < SHOWN_MOST ? length : SHOWN_MOST), word);
	escape_put(shown, name);
	return shown;
}

/* Writes the long options that `word` abbreviates to `out`, with commas; returns their number. */
static int list_candidates(char *out, size_t room, const char *word, const struct option *names)
{
	size_t length = strcspn(word + 2, "=");
	int count = 0;

	*out = '\0';
	for (; names->name != NULL; names++) {
		if (strncmp(names->name, word + 2, length) != 0)
			continue;
		snprintf(out + strlen(out), room - strlen(out), "%s--%s", count++ > 0 ? ", " : "", names->name);
	}
	return count;
}

noreturn static void refuse_long(int problem, const char *word, const struct option *names)
{
	char candidates[512];

	if (problem == ':')
		cli_usage_exit("%s: this option needs a value", shown_name(word));
	/* getopt_long(3) leaves 0 where it knows no such option, else the value of the one that it knows. */
	if (optopt != 0)
		cli_usage_exit("%s: this option takes no value", shown_name(word));
	if (list_candidates(candidates, sizeof(candidates), word, names) > 1)
		cli_usage_exit("%s: ambiguous option (%s)", shown_name(word), candidates);
	cli_usage_exit("%s: unknown option", shown_name(word));
}

/* Reports what getopt_long(3) did not take.  `word` is the word before optind. */
noreturn static void refuse(int problem, const char *word, const char *letters, const struct option *names)
{
	char name[2] = {(char)optopt, '\0'}, shown[ESCAPE_ROOM(1)];
	int known = optopt > 0 && optopt < 256 && optopt != ':' && strchr(letters, optopt) != NULL;

	/*
	 * A long option is a word of its own.  In the middle of "-ab", though, `word` is the one before it; the letter is
	 * then one that is unknown, and no long option has the value of an unknown letter.
	 */
	if (strncmp(word, "--", 2) == 0 && (problem == ':' || optopt == 0 || optopt > 255 || known))
		refuse_long(problem, word, names);
	escape_put(shown, name);
	cli_usage_exit(problem == ':' ? "-%s: this option needs a value" : "-%s: unknown option", shown);
}

/* Moves the operand at argv[at] to those that were met before it. */
static void take_operand(struct cli_line *line, char **argv, int at)
{
	char *word = argv[at];
	int place = 1 + line->count++;

	memmove(&argv[place + 1], &argv[place], (size_t)(at - place) * sizeof(*argv));
	argv[place] = word;
}

/* Takes what follows the options: operands, then the command. */
static void take_rest(struct cli_line *line, int argc, char **argv, int command)
{
	while (optind < argc && (command < 0 || line->count < command)) {
		if (command == CLI_AFTER_DASHES && (line->dashes || strcmp(argv[optind], "--") == 0))
			break;
		take_operand(line, argv, optind++);
	}
	/* "--" may stand before the command, too, where it did not have to end the options. */
	if (command != CLI_NO_COMMAND && optind < argc && strcmp(argv[optind], "--") == 0) {
		line->dashes = 1;
		optind++;
	}
	if (command != CLI_NO_COMMAND && (optind < argc || line->dashes))
		line->command = &argv[optind];
}

int cli_option(struct cli_line *line, int argc, char **argv, const char *letters, const struct option *names, int command)
{
	char all[64];
	int option, before;

	/*
	 * Operands end the options for getopt_long(3), which is called again after each; it prints nothing itself.  snprintf(3)
	 * would make a short run map pages of the C library for this alone.
	 */
	stpcpy(stpcpy(all, "+:"), letters);
	opterr = 0;
	line->operands = argv + 1;
	for (;;) {
		before = optind;
		option = getopt_long(argc, argv, all, names, NULL);
		if (option == '?' || option == ':')
			refuse(option, argv[optind - 1], letters, names);
		if (option != -1)
			return option;
		line->dashes = optind > before;
		if (line->dashes || optind == argc || (command >= 0 && line->count >= command) ||
		    getenv("POSIXLY_CORRECT") != NULL)
			break;
		take_operand(line, argv, optind++);
	}
	take_rest(line, argc, argv, command);
	return -1;
}

void cli_runs_command_after_dashes(char *const *argv)
{
	while (*argv != NULL && strcmp(*argv, "--") != 0)
		argv++;
	if (*argv != NULL)
		cli_runs_command();
}
