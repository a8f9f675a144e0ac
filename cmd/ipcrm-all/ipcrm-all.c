/* SPDX-License-Identifier: ISC */
/*
 * ipcrm-all - remove IPC objects: the user's own, and only those that no process uses.
 *
 * One listing decides everything: which objects are chosen, and which of them are in use.  Then they are removed one by
 * one, each after a last look, and no more than a few before their names are printed: when standard output fails, nothing
 * more is removed, and the last few names go to standard error.
 *
 *	ipcrm-all.c  options, main
 *	around.c     --around: a command, and the removal of what it left behind
 *	remove.c     the chosen objects, one after another
 *	removal.c    the removal of one object, after a last look at it
 *	ask.c        -i, questions on the terminal
 *	choose.c     selectors and operands
 *	use.c        which objects are in use, and which are orphans
 *	report.c     names, messages, exit status
 *	snapshot.c   which objects are new, for --around
 *	job.h        the structures that these files share
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/proc.h"
#include "cli/cli.h"
#include "cli/cli_inventory.h"
#include "around.h"
#include "job.h"
#include "remove.h"

#define OBJECTS (OBJECT_NAME | OBJECT_KEY | OBJECT_ID | OBJECT_FTOK)

enum {
	OPTION_ALL = CLI_FIRST_OWN,
	OPTION_AROUND,
	OPTION_FORCE,
	OPTION_NAME,
	OPTION_OLDER,
	OPTION_ORPHANS,
};

static const char usage[] =
	"ipcrm-all [-0finv] [-t types] [-u user] [--all] [--force] [--name=glob] [--older=duration]\n"
	"                 [--orphans] [object ...]\n"
	"       ipcrm-all --around [-nv] [-t types] [--force] [--name=glob] command [argument ...]";
static const char help[] =
	"Remove your own IPC objects that are chosen and not in use, or named.\n"
	"\n"
	"  -f, --ignore-missing  do not report named objects that are missing (this is not --force)\n"
	"  -i, --interactive     ask on the terminal before removing each object\n"
	"  -n, --dry-run         remove nothing, print what would be removed\n"
	"  -0, --null            end names with NULs and escape nothing\n"
	"  -v, --verbose         report what is removed and what stays, and why\n"
	"      --force           remove objects that are in use, too\n"
	"  -h, --help            print this help\n"
	"  -V, --version         print the version\n"
	"\n"
	"What to remove (several of these narrow each other; without any, name the objects):\n"
	"      --all             everything\n"
	"  -t, --types=TYPES     only these types, with commas between them: shm pshm msg pmsg sem psem\n"
	"  -u, --user=USER       objects of USER instead of your own\n"
	"      --name=GLOB       objects whose names match, such as '/test-*' or 'key:0x14*'\n"
	"      --older=DURATION  objects that nothing has touched for DURATION: 90s, 10m, 2h, 7d\n"
	"      --orphans         objects that no process is left to use, as ipcls --orphans lists them\n"
	"\n"
	"      --around          run a command, then remove the objects that it created and left\n";

static const struct option long_options[] = {
	{"all", no_argument, NULL, OPTION_ALL},
	{"around", no_argument, NULL, OPTION_AROUND},
	{"dry-run", no_argument, NULL, 'n'},
	{"force", no_argument, NULL, OPTION_FORCE},
	{"help", no_argument, NULL, 'h'},
	{"ignore-missing", no_argument, NULL, 'f'},
	{"interactive", no_argument, NULL, 'i'},
	{"name", required_argument, NULL, OPTION_NAME},
	{"null", no_argument, NULL, '0'},
	{"older", required_argument, NULL, OPTION_OLDER},
	{"orphans", no_argument, NULL, OPTION_ORPHANS},
	{"types", required_argument, NULL, 't'},
	{"user", required_argument, NULL, 'u'},
	{"verbose", no_argument, NULL, 'v'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

/* Refuses a pattern that no name can match, by the part of it before the first special character. */
static void check_glob(const char *glob)
{
	static const char *const starts[] = {"/", "key:0x", "id:"};
	size_t literal = strcspn(glob, "*?[\\"), i;

	for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		size_t length = strlen(starts[i]);

		if (strncmp(glob, starts[i], literal < length ? literal : length) == 0 && (literal >= length || glob[literal] != '\0'))
			return;
	}
	if (*glob == '\0')
		cli_usage_exit("--name: the pattern is empty");
	glob = cli_shown_word(glob, strlen(glob));
	cli_usage_exit("--name: %s: names begin with / or key:0x or id: (do you mean '/%s'?)", glob, glob);
}

static void parse_options(struct options *options, struct cli_line *line, int argc, char **argv)
{
	int option;

	while ((option = cli_option(line, argc, argv, "0fhint:u:vV", long_options, options->around ? 0 : CLI_NO_COMMAND)) != -1) {
		switch (option) {
		case '0': options->null = 1; break;
		case 'f': options->missing_ok = 1; break;
		case 'h': cli_help_exit();
		case 'i': options->ask = 1; break;
		case 'n': options->dry_run = 1; break;
		case 't': options->asked_kinds |= cli_kinds_or_exit(optarg, INVENTORY_LISTED); break;
		case 'u':
			options->user = cli_user_or_exit(optarg);
			options->has_user = 1;
			break;
		case 'v': options->verbose = 1; break;
		case 'V': cli_version_exit();
		case OPTION_ALL: options->all = 1; break;
		case OPTION_AROUND:
			options->around = 1;
			cli_runs_command();
			break;
		case OPTION_FORCE: options->force = 1; break;
		case OPTION_NAME:
			options->glob = optarg;
			check_glob(optarg);
			break;
		case OPTION_OLDER: options->older = cli_duration_or_exit("--older", optarg); break;
		case OPTION_ORPHANS: options->orphans = 1; break;
		}
	}
}

static int has_selector(const struct options *options)
{
	return options->all || options->asked_kinds != 0 || options->has_user || options->glob != NULL ||
	       options->older != -1 || options->orphans;
}

static void check_options(const struct options *options, const struct cli_line *line)
{
	if (options->ask && options->dry_run)
		cli_usage_exit("-i cannot be used with -n, which removes nothing");
	if (options->around && (options->all || options->ask || options->has_user || options->missing_ok || options->null ||
	                        options->orphans || options->older != -1))
		cli_usage_exit("--around cannot be used with -0, -f, -i, -u, --all, --older or --orphans");
	if (!options->around && line->count == 0 && !has_selector(options))
		cli_usage_exit("name the objects to remove, or choose them (--all: all of yours that are not in use)");
	if (options->all && line->count > 0)
		cli_usage_exit("--all cannot be used with objects that are named");
	if (options->around && line->count > 0)
		cli_usage_exit("%s: --around takes no objects, and stands before its command", line->operands[0]);
	if (options->around && (line->command == NULL || line->command[0] == NULL))
		cli_usage_exit("the command of --around is missing");
}

int main(int argc, char **argv)
{
	static struct options options = {.older = -1};
	static struct operands operands;
	static struct cli_line line;
	static struct state state = {.options = &options, .operands = &operands, .unreported_most = 1};
	int status;

	cli_start(argv, usage, help);
	parse_options(&options, &line, argc, argv);
	check_options(&options, &line);
	cli_operands_or_exit(&operands, line.count, line.operands, OBJECTS);
	operands_prepare(&operands);
	state.kinds = options.asked_kinds ? options.asked_kinds : line.count > 0 ? operands_kinds(&operands) : INVENTORY_LISTED;
	if (!options.has_user)
		options.user = geteuid();
	if (proc_is_ambiguous_user(options.user)) {
		cli_warn(NULL, "user %u stands for all that have no number in this user namespace; whose objects these are is not known",
		         (unsigned)options.user);
		return cli_own_status(CLI_FAILED);
	}
	if (!options.around && cli_was_closed(1))
		return cli_fail("standard output", EBADF);

	cli_disarm(SIGPIPE);
	interrupt_catch();
	status = options.around ? around_run(&state, line.command) : remove_chosen(&state);
	if (state.terminal != NULL)
		fclose(state.terminal);
	removal_close(&state.removal);
	users_free(&state.users);
	inventory_free(&state.inventory);
	free(state.choices);
	free(operands.list);
	if (options.around)
		return status;
	interrupt_die_if_pending();
	return cli_finish(status);
}
