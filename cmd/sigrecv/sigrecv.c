/* SPDX-License-Identifier: ISC */
/*
 * sigrecv - receives signals, and prints who sent each and with which value, or runs a command for each.
 *
 * A signal handler may do very little, signal-safety(7), and cannot wait.  So sigrecv has none for what it receives: it
 * blocks the signals, which then wait in the kernel, and takes them as data when it can handle them.  The signals that end
 * the tool are taken in the same way, so that it can remove its pid file.
 *
 *	receive.c	the loop: takes signals and hands them on
 *	commands.c	a command for each signal
 *	show.c		a signal as a line, as JSON, and as variables for a command
 *	ready.c		--pid-file and --ready-fd
 *	source.c	signalfd(2), or sigwaitinfo(2) where that is refused
 *	job.h		options and the running state
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/command.h"
#include "base/interrupt.h"
#include "base/signame.h"
#include "cli/cli.h"
#include "job.h"
#include "ready.h"
#include "receive.h"

#define MOST_JOBS 4096

enum { OPTION_JSON = CLI_FIRST_OWN, OPTION_PID_FILE, OPTION_READY_FD };

static const char usage[] = "sigrecv [-0fnPv] [-c count] [-j jobs] [-w timeout] [--json] [--pid-file=file] [--ready-fd=n]\n"
			    "               signal ... [-- command [argument ...]]";
static const char help[] =
	"Receive one signal, and print its name, value and sender (pid and uid), or run a command.\n"
	"\n"
	"  -0, --null              write a NUL after each signal instead of a newline\n"
	"  -c, --count=N           receive N signals\n"
	"  -f, --follow            receive for ever\n"
	"  -j, --jobs=N            run up to N commands at once\n"
	"  -n, --nonblock          do not wait for a signal: -w 0\n"
	"  -P, --with-priority     write its number and a TAB before each signal; the lowest arrives first\n"
	"  -v, --verbose           report how many signals were received\n"
	"  -w, --timeout=DURATION  wait at most DURATION for each signal\n"
	"      --json              write one JSON object for each signal\n"
	"      --pid-file=FILE     write the pid to FILE once signals can be sent, and remove FILE at the end\n"
	"      --ready-fd=N        write a newline to descriptor N once signals can be sent, and close it\n"
	"  -h, --help              print this help\n"
	"  -V, --version           print the version\n"
	"\n"
	"Signals: USR1  SIGUSR1  RTMIN+N  RTMAX-N  10; KILL and STOP cannot be received.\n";

static const struct option long_options[] = {
	{"count", required_argument, NULL, 'c'},
	{"follow", no_argument, NULL, 'f'},
	{"help", no_argument, NULL, 'h'},
	{"jobs", required_argument, NULL, 'j'},
	{"json", no_argument, NULL, OPTION_JSON},
	{"nonblock", no_argument, NULL, 'n'},
	{"null", no_argument, NULL, '0'},
	{"pid-file", required_argument, NULL, OPTION_PID_FILE},
	{"ready-fd", required_argument, NULL, OPTION_READY_FD},
	{"timeout", required_argument, NULL, 'w'},
	{"verbose", no_argument, NULL, 'v'},
	{"version", no_argument, NULL, 'V'},
	{"with-priority", no_argument, NULL, 'P'},
	{NULL, 0, NULL, 0},
};

/*
 * Collects the signals that the tool takes for itself: those that would end it, unless they are received, and the ends of
 * its commands.
 */
static void choose_own(const struct options *options, sigset_t *own)
{
	static const int ending[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU, SIGVTALRM, SIGPROF, SIGIO, SIGPWR};
	size_t i;
	int number;

	sigemptyset(own);
	for (i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		if (!sigismember(&options->received, ending[i]) && interrupt_is_default(ending[i]))
			sigaddset(own, ending[i]);
	for (number = SIGRTMIN; number <= SIGRTMAX; number++)
		if (!sigismember(&options->received, number) && interrupt_is_default(number))
			sigaddset(own, number);
	if (options->command != NULL)
		sigaddset(own, SIGCHLD);
}

/*
 * Blocks the signals that are received and the tool's own.  The handlers of interrupt.h serve for a signal that comes before
 * that, or while output is written.
 */
static int block_signals(struct job *job)
{
	sigset_t own, all;

	choose_own(job->options, &own);
	interrupt_catch_all();
	if (job->options->command != NULL)
		interrupt_catch_children();
	sigorset(&all, &own, &job->options->received);
	sigprocmask(SIG_BLOCK, &all, &job->mask_before);
	job->ended_by = interrupt_pending();
	return source_open(&job->source, &job->options->received, &own);
}

static int run(struct job *job)
{
	const struct options *options = job->options;
	int status, withdrawn;

	if (options->command == NULL && cli_was_closed(1))
		return cli_fail("standard output", EBADF);
	if (options->ready_fd != -1 && fcntl(options->ready_fd, F_SETFD, FD_CLOEXEC) == -1) {
		cli_warn("--ready-fd", "%d: %s", options->ready_fd, cli_text(errno));
		return cli_own_status(CLI_FAILED);
	}
	if (block_signals(job) == -1)
		return cli_fail("signalfd(2)", errno);
	status = ready_announce(options);
	if (status == CLI_DONE) {
		status = receive_all(job);
		if (options->verbose)
			receive_report(job);
	}
	withdrawn = ready_withdraw(options);
	source_close(&job->source);
	return status == CLI_DONE ? withdrawn : status;
}

static void parse_options(struct options *options, struct cli_line *line, int argc, char **argv)
{
	int option;

	while ((option = cli_option(line, argc, argv, "0c:fhj:nPvVw:", long_options, CLI_AFTER_DASHES)) != -1) {
		switch (option) {
		case '0': options->null = 1; break;
		case 'c':
			options->count = cli_number_or_exit("-c", optarg, 1, UINT64_MAX);
			options->has_count = 1;
			break;
		case 'f': options->follow = 1; break;
		case 'h': cli_help_exit();
		case 'j': options->jobs = (int)cli_number_or_exit("-j", optarg, 1, MOST_JOBS); break;
		case 'n': options->timeout = 0; break;
		case 'P': options->with_number = 1; break;
		case 'v': options->verbose = 1; break;
		case 'V': cli_version_exit();
		case 'w': options->timeout = cli_duration_or_exit("-w", optarg); break;
		case OPTION_JSON: options->json = 1; break;
		case OPTION_PID_FILE: options->pid_file = optarg; break;
		case OPTION_READY_FD: options->ready_fd = (int)cli_number_or_exit("--ready-fd", optarg, 3, INT_MAX); break;
		}
	}
}

static void check_options(const struct options *options)
{
	if (options->follow && options->has_count)
		cli_usage_exit("give one of -c and -f");
	if (options->command != NULL && (options->null || options->with_number || options->json))
		cli_usage_exit("-0, -P and --json are for standard output: a command gets the signal in its environment");
	if (options->command == NULL && options->jobs > 0)
		cli_usage_exit("-j needs a command, after --");
	if (options->json && (options->null || options->with_number))
		cli_usage_exit("--json writes lines that contain the number: -0 and -P cannot be used with it");
	if (options->pid_file != NULL && *options->pid_file == '\0')
		cli_usage_exit("--pid-file: the name is empty");
	if (options->command != NULL && sigismember(&options->received, SIGCHLD))
		cli_usage_exit("CHLD: sigrecv needs this signal to wait for its commands, and cannot receive it as well");
}

/* Adds the signal that an operand names to those that are received. */
static void parse_signal(struct options *options, const char *word)
{
	int number;

	if (signame_parse(word, &number) == -1) {
		if (errno == ERANGE)
			cli_usage_exit("%s: no such signal: the last one is %d, RTMIN+%d", cli_shown(word), SIGRTMAX, SIGRTMAX - SIGRTMIN);
		if (options->command == NULL && command_look(word) == 0)
			cli_usage_exit("%s: not a signal (to run a command, write -- before it)", cli_shown(word));
		cli_usage_exit("%s: not a signal (as TERM, RTMIN+1 or 15)", cli_shown(word));
	}
	if (number == 0)
		cli_usage_exit("0: not a signal that can be received: it only checks whether a process exists");
	if (number == SIGKILL || number == SIGSTOP)
		cli_usage_exit("%s: no process can receive KILL or STOP: the kernel acts at once, signal(7)", cli_shown(word));
	if (sigaddset(&options->received, number) == -1)
		cli_usage_exit("%s: the C library keeps this signal for itself", cli_shown(word));
}

static int init_job(struct job *job, const struct options *options)
{
	job->options = options;
	job->source.fd = job->source.own_fd = -1;
	job->places = options->jobs > 0 ? options->jobs : 1;
	job->pids = calloc((size_t)job->places, sizeof(*job->pids));
	job->numbers = calloc((size_t)job->places, sizeof(*job->numbers));
	return job->pids == NULL || job->numbers == NULL ? cli_fail(NULL, errno) : CLI_DONE;
}

int main(int argc, char **argv)
{
	static struct options options = {.timeout = -1, .count = 1, .ready_fd = -1};
	static struct job job;
	static struct cli_line line;
	int i, status;

	cli_start(argv, usage, help);
	cli_runs_command_after_dashes(argv);
	parse_options(&options, &line, argc, argv);
	options.command = line.command;
	if (options.command != NULL && options.command[0] == NULL)
		cli_usage_exit("the command after -- is missing");
	if (line.count == 0)
		cli_usage_exit("the signal is missing");
	sigemptyset(&options.received);
	for (i = 0; i < line.count; i++)
		parse_signal(&options, line.operands[i]);
	options.signals = line.count;
	options.first_word = line.operands[0];
	check_options(&options);
	if (options.follow)
		options.count = UINT64_MAX;

	cli_disarm(SIGPIPE);
	status = init_job(&job, &options);
	if (status == CLI_DONE)
		status = run(&job);
	free(job.pids);
	free(job.numbers);
	if (job.ended_by != 0)
		interrupt_die_of(job.ended_by);
	return options.command != NULL ? status : cli_finish(status);
}
