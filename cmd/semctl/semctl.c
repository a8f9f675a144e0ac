/* SPDX-License-Identifier: ISC */
/*
 * semctl - semaphores: created, taken and given, and held while a command runs.
 *
 * `run` takes a System V semaphore in the very process that then becomes the command: no other process could die in its
 * stead, its status and its signals are its own, and the kernel gives back what it held however it ends (SEM_UNDO).  The
 * kernel does not know who holds a POSIX semaphore; there semctl stays beside the command and gives the token back.
 *
 *	semctl.c    the commands, their options and operands
 *	create.c    create, rm
 *	wait.c      wait, post, barrier
 *	values.c    get, set
 *	operate.c   op
 *	run.c       run
 *	rows.c      the table of get -v
 *	operands.c  values, and semaphores that are opened
 *	failure.c   messages for errors
 *	help.c      the texts of --help
 *	process.c   the names of other processes
 *	slots.c     the sets of run: tokens with numbers
 *	barrier.c   the sets of barrier
 *	job.h       the command line
 */
#include <string.h>

#include "cli/cli.h"
#include "create.h"
#include "help.h"
#include "ipc/semaphore.h"
#include "job.h"
#include "operate.h"
#include "run.h"
#include "values.h"
#include "wait.h"

static const char usage[] = "semctl run|create|wait|post|get|set|op|barrier|rm [option ...] sem [...]";

static const struct option long_options[] = {
	{"count", required_argument, NULL, 'c'},
	{"exclusive", no_argument, NULL, 'x'},
	{"help", no_argument, NULL, 'h'},
	{"jobs", required_argument, NULL, 'j'},
	{"mode", required_argument, NULL, 'm'},
	{"nonblock", no_argument, NULL, 'n'},
	{"timeout", required_argument, NULL, 'w'},
	{"verbose", no_argument, NULL, 'v'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

#define LETTERS "c:hj:m:nvVw:x"

static const struct action actions[] = {
	{"create", "mvx", "semctl create [-vx] [-m mode] sem [value ...]", help_create, SEMAPHORE_KINDS | OBJECT_PRIVATE, 0,
	 VALUES_MOST, CLI_NO_COMMAND, create_run},
	{"wait", "cnvw", "semctl wait [-nv] [-c count] [-w timeout] sem", help_wait, SEMAPHORE_KINDS, 0, 0, CLI_NO_COMMAND, wait_run},
	{"post", "cv", "semctl post [-v] [-c count] sem ...", help_post, 0, 0, INT_MAX, CLI_NO_COMMAND, wait_post},
	{"get", "v", "semctl get [-v] sem ...", help_get, 0, 0, INT_MAX, CLI_NO_COMMAND, values_get},
	{"set", "v", "semctl set [-v] sem value ...", help_set, SEMAPHORE_KINDS, 1, VALUES_MOST, CLI_NO_COMMAND, values_set},
	{"op", "nvw", "semctl op [-nv] [-w timeout] sem operation ... [-- command [argument ...]]", help_op, SEMAPHORE_KINDS, 0,
	 INT_MAX, CLI_AFTER_DASHES, operate_run},
	{"barrier", "cmnvw", "semctl barrier [-nv] [-m mode] [-w timeout] -c count sem", help_barrier, SEMAPHORE_KINDS, 0, 0,
	 CLI_NO_COMMAND, wait_barrier},
	{"run", "jmnvw", "semctl run [-nv] [-j n] [-m mode] [-w timeout] sem command [argument ...]", help_run, SEMAPHORE_KINDS, 0,
	 INT_MAX, 1, run_run},
	{"rm", "v", "semctl rm [-v] sem ...", help_rm, 0, 0, INT_MAX, CLI_NO_COMMAND, create_remove},
};

static void parse_options(struct job *job, struct cli_line *line, int argc, char **argv)
{
	int option;

	while ((option = cli_option(line, argc, argv, LETTERS, long_options, job->action->command)) != -1) {
		if (strchr("hV", option) == NULL && strchr(job->action->options, option) == NULL)
			cli_usage_exit("-%c is not an option of %s", option, job->action->name);
		switch (option) {
		case 'c': job->count = (int)cli_number_or_exit("-c", optarg, 1, INT_MAX); break;
		case 'h': cli_help_exit();
		case 'j': job->jobs = (int)cli_number_or_exit("-j", optarg, 1, INT_MAX); break;
		case 'm': job->mode = cli_mode_or_exit("-m", optarg); break;
		case 'n': job->timeout = 0; break;
		case 'v': job->verbose = 1; break;
		case 'V': cli_version_exit();
		case 'w': job->timeout = cli_duration_or_exit("-w", optarg); break;
		case 'x': job->exclusive = 1; break;
		}
	}
	job->command = line->command;
}

static void check_operands(struct job *job, int count, char **words)
{
	const struct action *action = job->action;
	struct object object;
	int i;

	if (count == 0)
		cli_usage_exit("the semaphore is missing");
	if (action->kinds == 0) {
		/* The whole command line is checked before the first effect. */
		for (i = 0; i < count; i++)
			cli_object_or_exit(&object, words[i], SEMAPHORE_KINDS);
		job->words = words;
		job->operands = count;
		return;
	}
	if (action->run == run_run && words[0][0] != '\0' && strpbrk(words[0], "/:") == NULL)
		cli_usage_exit("%s: not a name (for a lock of this directory: ftok:.)", cli_shown(words[0]));
	cli_object_or_exit(&job->object, words[0], action->kinds);
	job->words = words + 1;
	job->operands = count - 1;
	if (job->operands > action->most)
		cli_usage_exit("%s: one operand too many", cli_shown(words[1 + action->most]));
	if (job->operands < action->least)
		cli_usage_exit("the value is missing");
	if (job->object.kind != OBJECT_NAME && job->count > SEMAPHORE_MOST_SYSV)
		cli_usage_exit("-c: the limit of a System V semaphore is %d", SEMAPHORE_MOST_SYSV);
}

/* Finds the command of semctl in argv[1]; --help and --version may stand alone. */
static const struct action *action_or_exit(int argc, char **argv)
{
	struct cli_line line = {.count = 0};
	size_t i;

	if (argc < 2)
		cli_usage_exit("the command is missing");
	if (argv[1][0] == '-') {
		switch (cli_option(&line, argc, argv, LETTERS, long_options, 0)) {
		case 'h': cli_help_exit();
		case 'V': cli_version_exit();
		default: cli_usage_exit("%s: options follow the command (run, create, ...)", cli_shown(argv[1]));
		}
	}
	for (i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(argv[1], actions[i].name) == 0)
			return &actions[i];
	cli_usage_exit("%s: no such command", cli_shown(argv[1]));
}

int main(int argc, char **argv)
{
	static struct job job = {.mode = 0600, .timeout = -1};
	static struct cli_line line;

	cli_start(argv, usage, help_semctl);
	job.action = action_or_exit(argc, argv);
	cli_explain(job.action->usage, job.action->help);
	if (job.action->run == run_run)
		cli_runs_command();
	parse_options(&job, &line, argc - 1, argv + 1);
	check_operands(&job, line.count, line.operands);
	return job.action->run(&job);
}
