/* SPDX-License-Identifier: ISC */
/*
 * semctl - semaphores: created, taken and given, and held while a command runs.
 *
 * `run` takes a System V semaphore in the very process that then becomes the command: no other process could die in its
 * stead, its status and its signals are its own, and the kernel gives back what it held however it ends (SEM_UNDO).  The
 * kernel does not know who holds a POSIX semaphore, and takes the holder of a mutex that becomes a command for dead; with these
 * semctl stays beside the command and gives back what it holds.
 *
 *	semctl.c    the commands, their options and operands
 *	create.c    create, rm
 *	wait.c      wait, post, barrier
 *	values.c    get, set
 *	operate.c   op
 *	run.c       run: a token of a System V set, and what the command is told
 *	run_posix.c run with a POSIX semaphore
 *	run_mutex.c run with the mutex of a C program
 *	stay.c      semctl beside its command, and its descendants
 *	resize.c    resize: another number of tokens
 *	nested.c    a run inside the same run
 *	holders.c   the processes that hold a token
 *	rows.c      the table of get -v
 *	operands.c  values, and semaphores that are opened
 *	failure.c   messages for errors
 *	help.c      the texts of --help
 *	process.c   other processes: names, ancestors, their ends
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
#include "resize.h"
#include "run.h"
#include "values.h"
#include "wait.h"

static const char usage[] = "semctl run|create|wait|post|get|set|op|barrier|resize|rm [option ...] sem [...]";

enum { OPTION_DESCENDANTS = CLI_FIRST_OWN, OPTION_NESTED, OPTION_RECOVER };

static const struct option long_options[] = {
	{"conflict-exit-code", required_argument, NULL, 'E'},
	{"count", required_argument, NULL, 'c'},
	{"descendants", no_argument, NULL, OPTION_DESCENDANTS},
	{"exclusive", no_argument, NULL, 'x'},
	{"force", no_argument, NULL, 'f'},
	{"help", no_argument, NULL, 'h'},
	{"jobs", required_argument, NULL, 'j'},
	{"mode", required_argument, NULL, 'm'},
	{"nested", no_argument, NULL, OPTION_NESTED},
	{"nonblock", no_argument, NULL, 'n'},
	{"recover", no_argument, NULL, OPTION_RECOVER},
	{"timeout", required_argument, NULL, 'w'},
	{"verbose", no_argument, NULL, 'v'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

#define LETTERS "c:E:fhj:m:nvVw:x"

static const struct action actions[] = {
	{"create", "mvx", "semctl create [-vx] [-m mode] sem [value ...]", help_create, SEMAPHORE_KINDS | OBJECT_PRIVATE, 0,
	 VALUES_MOST, CLI_NO_COMMAND, create_run},
	{"wait", "Ecnvw", "semctl wait [-nv] [-c count] [-E status] [-w timeout] sem", help_wait, SEMAPHORE_KINDS, 0, 0, CLI_NO_COMMAND, wait_run},
	{"post", "cv", "semctl post [-v] [-c count] sem ...", help_post, 0, 0, INT_MAX, CLI_NO_COMMAND, wait_post},
	{"get", "v", "semctl get [-v] sem ...", help_get, 0, 0, INT_MAX, CLI_NO_COMMAND, values_get},
	{"set", "v", "semctl set [-v] sem value ...", help_set, SEMAPHORE_KINDS, 1, VALUES_MOST, CLI_NO_COMMAND, values_set},
	{"op", "Envw", "semctl op [-nv] [-E status] [-w timeout] sem operation ... [-- command [argument ...]]", help_op, SEMAPHORE_KINDS, 0,
	 INT_MAX, CLI_AFTER_DASHES, operate_run},
	{"barrier", "Ecmnvw", "semctl barrier [-nv] [-E status] [-m mode] [-w timeout] -c count sem", help_barrier, SEMAPHORE_KINDS, 0, 0,
	 CLI_NO_COMMAND, wait_barrier},
	{"run", "Ejmnvw", "semctl run [-nv] [-E status] [-j n] [-m mode] [-w timeout] [--descendants] [--nested]\n"
	 "                  [--recover] sem command [argument ...]", help_run, SEMAPHORE_KINDS | OBJECT_MUTEX, 0, INT_MAX, 1, run_run},
	{"resize", "v", "semctl resize [-v] sem n", help_resize, SEMAPHORE_KINDS, 1, 1, CLI_NO_COMMAND, resize_run},
	{"rm", "fv", "semctl rm [-fv] sem ...", help_rm, 0, 0, INT_MAX, CLI_NO_COMMAND, create_remove},
};

static void parse_options(struct job *job, struct cli_line *line, int argc, char **argv)
{
	int option;

	while ((option = cli_option(line, argc, argv, LETTERS, long_options, job->action->command)) != -1) {
		if (option > UCHAR_MAX) {
			if (job->action->run != run_run)
				cli_usage_exit("--%s is not an option of %s", option == OPTION_NESTED ? "nested" : option == OPTION_RECOVER ? "recover" : "descendants",
				               job->action->name);
		} else if (strchr("hV", option) == NULL && strchr(job->action->options, option) == NULL) {
			cli_usage_exit("-%c is not an option of %s", option, job->action->name);
		}
		switch (option) {
		case 'c': job->count = (int)cli_number_or_exit("-c", optarg, 1, INT_MAX); break;
		case 'E': job->conflict = (int)cli_number_or_exit("-E", optarg, 0, 255); break;
		case 'f': job->force = 1; break;
		case 'h': cli_help_exit();
		case 'j': job->jobs = (int)cli_number_or_exit("-j", optarg, 1, INT_MAX); break;
		case 'm': job->mode = cli_mode_or_exit("-m", optarg); break;
		case 'n': job->timeout = 0; break;
		case 'v': job->verbose = 1; break;
		case 'V': cli_version_exit();
		case 'w': job->timeout = cli_duration_or_exit("-w", optarg); break;
		case 'x': job->exclusive = 1; break;
		case OPTION_DESCENDANTS: job->descendants = 1; break;
		case OPTION_NESTED: job->nested = 1; break;
		case OPTION_RECOVER: job->recover = 1; break;
		}
	}
	job->command = line->command;
}

/* Refuses a mutex, for all commands but run. */
static void refuse_mutexes(const struct action *action, int count, char **words)
{
	int i;

	for (i = 0; i < count && action->run != run_run; i++)
		if (strncmp(words[i], "mutex:", 6) == 0)
			cli_usage_exit("%s: a mutex has no tokens, but an owner that must release it itself: only run can use it", cli_shown(words[i]));
}

static void check_operands(struct job *job, int count, char **words)
{
	const struct action *action = job->action;
	struct object object;
	int i;

	if (count == 0)
		cli_usage_exit("the semaphore is missing");
	refuse_mutexes(action, action->kinds == 0 ? count : 1, words);
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
		cli_usage_exit(action->run == resize_run ? "the number of tokens is missing" : "the value is missing");
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
	static struct job job = {.mode = 0600, .timeout = -1, .conflict = CLI_TIMEOUT};
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
