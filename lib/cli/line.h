/* SPDX-License-Identifier: ISC */
/*
 * The words of a command line: options, operands, command.  One rule holds for all tools, ipcutils(7): options may stand
 * before, between and after the operands, up to "--"; where a command follows, every word from its first one on belongs
 * to it.
 */
#ifndef LINE_H
#define LINE_H

#include <getopt.h>

/* Values of cli_option() for long options that have no letter. */
enum cli_long_option {
	CLI_PROGRESS = 256,
	CLI_FIRST_OWN, /* a tool's own start here */
};

/* The place where a command begins: after that number of operands, or: */
enum cli_command {
	CLI_NO_COMMAND = -1,    /* nowhere: the words after "--" are operands as well */
	CLI_AFTER_DASHES = -2,  /* after "--" */
};

/* The words that are not options; all zero before the first call of cli_option(), and whole once that has returned -1. */
struct cli_line {
	char **operands; /* in argv, not followed by NULL */
	int count;
	char **command; /* in argv, followed by NULL, perhaps empty; NULL if no command was begun */
	int dashes;     /* whether "--" ended the options or began the command */
};

/*
 * Returns the next option, with its value in `optarg`, or -1 at the end.  `letters` and `names` are those of
 * getopt_long(3), `letters` without the signs that may begin it; `command` is a number of operands or one of enum
 * cli_command, and may change from call to call.  Moves the words of `argv`.
 *
 * An unknown or ambiguous option, a missing value and a value that is too much are reported, cli_usage_exit().
 */
int cli_option(struct cli_line *line, int argc, char **argv, const char *letters, const struct option *names, int command);

/* Calls cli_runs_command() if "--" is among the words, so that the tool's own usage errors have its status. */
void cli_runs_command_after_dashes(char *const *argv);

#endif
