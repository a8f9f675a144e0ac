/* SPDX-License-Identifier: ISC */
/*
 * sigsend - sends signals to processes, with a value if one is given, and waits for their end.
 *
 * A process id is only a number, which the kernel gives to another process once the first has ended.  So sigsend takes
 * hold of the process first, by pidfd_open(2): checks, signals and waits that go through the pidfd reach that process or
 * none.
 *
 *	target.c	a process: its pidfd, the check of its command, sending, a full queue
 *	wait.c		waiting for the ends of processes, and the second signal for those that do not end
 *	job.h		options and targets
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/interrupt.h"
#include "base/number.h"
#include "base/signame.h"
#include "cli/cli.h"
#include "job.h"
#include "target.h"
#include "wait.h"

enum { OPTION_COMMAND = CLI_FIRST_OWN, OPTION_THEN, OPTION_WAIT };

static const char usage[] = "sigsend [-gnv] [-q value] [-w timeout] [--command=name] [--wait[=duration]] [--then=signal]\n"
			    "               signal pid ...";
static const char help[] =
	"Send a signal to processes, with a value if one is given.\n"
	"\n"
	"  -g, --group             the operands are process groups, not processes\n"
	"  -n, --nonblock          do not wait for room in a full queue: -w 0\n"
	"  -q, --queue=VALUE       send VALUE with the signal, a whole number that fits a C int\n"
	"  -v, --verbose           report how many signals were sent\n"
	"  -w, --timeout=DURATION  wait at most DURATION for room, for each signal\n"
	"      --command=NAME      send the signal only to processes that run NAME\n"
	"      --then=SIGNAL       send SIGNAL to processes that do not end within --wait, and wait again\n"
	"      --wait[=DURATION]   wait until the processes have ended, DURATION at most (default: for ever)\n"
	"  -h, --help              print this help\n"
	"  -V, --version           print the version\n"
	"\n"
	"Signals: TERM  SIGTERM  RTMIN+N  RTMAX-N  15; 0 only checks that the process may be signalled.\n";

static const struct option long_options[] = {
	{"command", required_argument, NULL, OPTION_COMMAND},
	{"group", no_argument, NULL, 'g'},
	{"help", no_argument, NULL, 'h'},
	{"nonblock", no_argument, NULL, 'n'},
	{"queue", required_argument, NULL, 'q'},
	{"then", required_argument, NULL, OPTION_THEN},
	{"timeout", required_argument, NULL, 'w'},
	{"verbose", no_argument, NULL, 'v'},
	{"version", no_argument, NULL, 'V'},
	{"wait", optional_argument, NULL, OPTION_WAIT},
	{NULL, 0, NULL, 0},
};

/* The running state. */
struct job {
	const struct options *options;
	struct target *targets;
	int count;
	int sent, refused; /* targets that got the signal, and those that did not */
};

/* Merges the status of one target into that of all targets so far. */
static void add_status(struct job *job, int *status, int other)
{
	if (job->sent + job->refused == 0)
		*status = other;
	else
		*status = cli_merge_status(*status, other);
	if (other == CLI_DONE)
		job->sent++;
	else
		job->refused++;
}

/* Opens, signals and closes one target after the other, so that any number of operands needs one descriptor. */
static int send_each(struct job *job)
{
	int i, one, status = CLI_DONE;

	for (i = 0; i < job->count && interrupt_pending() == 0; i++) {
		struct target *target = &job->targets[i];

		one = target_open(target, job->options);
		if (one == CLI_DONE)
			one = target_send(target, job->options, job->options->signal);
		target_close(target);
		add_status(job, &status, one);
	}
	return status;
}

/* Allows as many descriptors as may be had, one for each process that is waited for. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* Opens all targets, signals those that could be opened, and waits for their ends. */
static int send_and_wait(struct job *job)
{
	int i, one, status = CLI_DONE, ends;

	raise_descriptor_limit();
	for (i = 0; i < job->count; i++) {
		one = target_open(&job->targets[i], job->options);
		if (one == CLI_DONE)
			job->targets[i].awaited = 1;
		else
			add_status(job, &status, one);
	}
	for (i = 0; i < job->count && interrupt_pending() == 0; i++) {
		if (!job->targets[i].awaited)
			continue;
		one = target_send(&job->targets[i], job->options, job->options->signal);
		job->targets[i].awaited = one == CLI_DONE;
		add_status(job, &status, one);
	}
	ends = wait_for_targets(job->targets, job->count, job->options);
	return status == CLI_DONE ? ends : ends == CLI_DONE ? status : cli_merge_status(status, ends);
}

static int run(struct job *job)
{
	int status = job->options->wait ? send_and_wait(job) : send_each(job);
	char name[SIGNAME_ROOM];

	if (job->options->verbose)
		cli_warn(NULL, "%s was sent to %d %s%s", signame_put(name, job->options->signal), job->sent,
		         job->options->group ? "process group" : "process", job->sent == 1 ? "" : job->options->group ? "s" : "es");
	return status;
}

static int signal_or_exit(const char *option, const char *word)
{
	int number;

	if (signame_parse(word, &number) == 0)
		return number;
	if (errno == ERANGE)
		cli_usage_exit("%s%s: no such signal: the last one is %d, RTMIN+%d", option, cli_shown(word), SIGRTMAX, SIGRTMAX - SIGRTMIN);
	cli_usage_exit("%s%s: not a signal (as TERM, RTMIN+1 or 15)", option, cli_shown(word));
}

/* Parses the value of -q: what a C int holds, with a sign or, in hex, as its bits. */
static int value_or_exit(const char *word)
{
	int negative = *word == '-';
	uint64_t number;

	if (number_parse(word + negative, 0, negative ? (uint64_t)INT_MAX + 1 : strncmp(word, "0x", 2) == 0 ? UINT_MAX : INT_MAX,
	                 &number) == -1)
		cli_usage_exit("-q: %s: not a whole number from %d to %d", cli_shown(word), INT_MIN, INT_MAX);
	return (int)(negative ? -(int64_t)number : (int64_t)(int32_t)number);
}

static void parse_options(struct options *options, struct cli_line *line, int argc, char **argv)
{
	int option;

	/* The digits are no options, but people who know kill(1) type -9, and mean a signal or a process group. */
	while ((option = cli_option(line, argc, argv, "0123456789ghnq:vVw:", long_options, CLI_NO_COMMAND)) != -1) {
		switch (option) {
		case 'g': options->group = 1; break;
		case 'h': cli_help_exit();
		case 'n': options->timeout = 0; break;
		case 'q':
			options->value = value_or_exit(optarg);
			options->has_value = 1;
			break;
		case 'v': options->verbose = 1; break;
		case 'V': cli_version_exit();
		case 'w': options->timeout = cli_duration_or_exit("-w", optarg); break;
		case OPTION_COMMAND: options->command = optarg; break;
		case OPTION_THEN: options->then = signal_or_exit("--then: ", optarg); break;
		case OPTION_WAIT:
			options->wait = 1;
			options->patience = optarg != NULL ? cli_duration_or_exit("--wait", optarg) : -1;
			break;
		default:
			cli_usage_exit("-%c...: a signal has no dash before it, and a process group needs -g (sigsend -g TERM 4711)", option);
		}
	}
}

static void check_options(const struct options *options)
{
	if (options->group && options->wait)
		cli_usage_exit("-g: the processes of a group cannot be waited for: --wait needs processes");
	if (options->then >= 0 && (!options->wait || options->patience < 0))
		cli_usage_exit("--then needs a duration after which the signal is sent: --wait=5 --then=KILL");
	if (options->then == 0)
		cli_usage_exit("--then=0: signal 0 does not end a process");
	if (options->has_value && options->signal == 0)
		cli_usage_exit("-q: signal 0 is not delivered, so it carries no value");
	if (options->command != NULL && (*options->command == '\0' || strchr(options->command, '/') != NULL))
		cli_usage_exit("--command=%s: not the name of a command (without directory, as ps -o comm prints it)",
		               cli_shown(options->command));
}

/* Parses a process id.  0, 1 and negative numbers have meanings for kill(2) that nobody shall get by accident. */
static pid_t pid_or_exit(const char *word, int group)
{
	uint64_t number;

	if (*word == '-' && number_parse(word + 1, 1, INT_MAX, &number) == 0)
		cli_usage_exit("%s: a process group needs -g: sigsend -g signal %s", word, word + 1);
	if (number_parse(word, 0, INT_MAX, &number) == -1)
		cli_usage_exit("%s: not a process id", cli_shown(word));
	if (number == 0)
		cli_usage_exit("0: not a process id (to signal your own process group, name it with -g)");
	if (group && number == 1)
		cli_usage_exit("-g 1: kill(2) would signal every process that it can; name the processes");
	return (pid_t)number;
}

static void parse_operands(struct job *job, struct options *options, const struct cli_line *line)
{
	int i;

	if (line->count == 0)
		cli_usage_exit("the signal is missing");
	options->signal = signal_or_exit("", line->operands[0]);
	if (line->count == 1)
		cli_usage_exit("the process is missing");
	job->count = line->count - 1;
	job->targets = calloc((size_t)job->count, sizeof(*job->targets));
	if (job->targets == NULL)
		exit(cli_fail(NULL, errno));
	for (i = 0; i < job->count; i++)
		job->targets[i] = (struct target){line->operands[i + 1], pid_or_exit(line->operands[i + 1], options->group), -1, 0};
}

int main(int argc, char **argv)
{
	static struct options options = {.then = -1, .timeout = -1};
	static struct job job = {.options = &options};
	static struct cli_line line;
	int i, status;

	cli_start(argv, usage, help);
	parse_options(&options, &line, argc, argv);
	parse_operands(&job, &options, &line);
	check_options(&options);

	interrupt_catch();
	status = run(&job);
	if (interrupt_pending() != 0 && job.count > 1)
		cli_warn(NULL, "interrupted; the signal was sent to %d of %d", job.sent, job.count);
	for (i = 0; i < job.count; i++)
		target_close(&job.targets[i]);
	free(job.targets);
	interrupt_die_if_pending();
	return status;
}
