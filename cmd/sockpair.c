/* SPDX-License-Identifier: ISC */
/*
 * sockpair - two commands, one socket pair; and Unix sockets from the shell.
 *
 * Between two commands there is no process that copies: each has an end of one socketpair(2), and we
 * only wait for both.  Since a socket says EOF only once nobody holds its other end any more, nobody
 * but the command may have one: all that we open is close-on-exec.
 *
 * Signals are not caught but blocked and waited for, together with the ends of the commands, so that
 * there is no moment at which one can get lost; the commands get the mask that we were given.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli.h"
#include "command.h"
#include "deadline.h"
#include "duplex.h"
#include "number.h"
#include "socket.h"

#define RETRY 100 /* milliseconds until what the system had no room for is tried again */

enum { OPTION_ALLOW_UID = CLI_FIRST_OWN, OPTION_CONNECT, OPTION_COUNT, OPTION_PASS_FD, OPTION_TAKE_FD, OPTION_TOTAL };

static const char usage[] =
	"sockpair [-pv] [-f fd] [-s word] [-t type] command [argument ...] -- command [argument ...]\n"
	"       sockpair -l path [-v] [-c count] [-f fd] [-m mode] [-t type] [-w timeout] [--allow-uid=uid]\n"
	"                [--pass-fd=fd[,fd...]] [--take-fd=count] [--total=count] -- command [argument ...]\n"
	"       sockpair -c path [-nv] [-f fd] [-t type] [-w timeout] [--allow-uid=uid]\n"
	"                [--pass-fd=fd[,fd...]] [--take-fd=count] [-- command [argument ...]]";
static const char help[] =
	"Run two commands, each with an end of one socket pair as its standard input and output.\n"
	"With -l serve a Unix socket, running a command for each connection; with -c connect to one.\n"
	"\n"
	"  -c, --connect=PATH      connect to PATH: standard input and output, or a command\n"
	"  -c, --count=N           with -l: run up to N commands at once\n"
	"  -f, --fd=FD             the socket is descriptor FD of the commands, and not 0 and 1\n"
	"  -l, --listen=PATH       serve PATH (@NAME: an abstract name)\n"
	"  -m, --mode=MODE         permission of the socket's file, octal or symbolic (default: 0600)\n"
	"  -n, --nonblock          do not wait: -w 0\n"
	"  -p, --pipes             two pipes instead of a socket pair\n"
	"  -s, --separator=WORD    WORD stands between the two commands instead of --\n"
	"  -t, --type=TYPE         stream, seqpacket or dgram (default: stream)\n"
	"  -v, --verbose           say how each command ended, and who connects\n"
	"  -w, --timeout=DURATION  wait at most so long for a server, or with -l for a connection\n"
	"      --allow-uid=UID     talk to this user only (repeatable); any: to everybody\n"
	"      --pass-fd=FD,...    send these descriptors to the other side\n"
	"      --take-fd=N         take N descriptors from the other side, for the command\n"
	"      --total=N           with -l: end after N connections\n"
	"  -h, --help              show this\n"
	"  -V, --version           show the version\n"
	"\n"
	"A command of -l and -c finds SOCKPAIR_PEER_PID, SOCKPAIR_PEER_UID and SOCKPAIR_PEER_GID in its\n"
	"environment, and with --take-fd the numbers of the descriptors in SOCKPAIR_FDS.\n";

static const struct option long_options[] = {
	{"allow-uid", required_argument, NULL, OPTION_ALLOW_UID},
	{"connect", required_argument, NULL, OPTION_CONNECT},
	{"count", required_argument, NULL, OPTION_COUNT},
	{"fd", required_argument, NULL, 'f'},
	{"help", no_argument, NULL, 'h'},
	{"listen", required_argument, NULL, 'l'},
	{"mode", required_argument, NULL, 'm'},
	{"nonblock", no_argument, NULL, 'n'},
	{"pass-fd", required_argument, NULL, OPTION_PASS_FD},
	{"pipes", no_argument, NULL, 'p'},
	{"separator", required_argument, NULL, 's'},
	{"take-fd", required_argument, NULL, OPTION_TAKE_FD},
	{"timeout", required_argument, NULL, 'w'},
	{"total", required_argument, NULL, OPTION_TOTAL},
	{"type", required_argument, NULL, 't'},
	{"verbose", no_argument, NULL, 'v'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

/* A command that runs. */
struct task {
	pid_t pid; /* 0: none, or it has ended */
	int fd;    /* a connection that has no command yet, or -1 */
	int status;
	struct ucred peer;
};

struct job {
	const char *listen, *connect, *count_word, *separator, *type_word;
	const char *c_word;        /* of -c, which is one or the other */
	char **first, **second;    /* the commands; of -l and -c the first alone */
	int type, pipes, verbose, has_mode, has_timeout, fd;
	mode_t mode;
	int64_t timeout;           /* negative: for ever */
	uint64_t most, total;      /* commands at once, connections in all */
	uid_t *allowed;
	size_t allowed_count;
	int allow_any;
	int passed[SOCKET_PASS_MOST];
	size_t passed_count;
	size_t taken_count;        /* of --take-fd */

	struct socket_name name;
	sigset_t found, waited;    /* the signal mask that we were given; what we wait for */
	int noted;                 /* the signal that asked for an end last */
	struct task *tasks;
	size_t task_count, task_room;
};

/* --- signals --- */

static const int passed_on[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGCONT, SIGTSTP};

/* From now on signals wait until we ask for them.  Those that are ignored or blocked stay as they are. */
static void hold_signals(struct job *job)
{
	struct sigaction action;
	size_t i;

	/* Where the ends of children are ignored there is nothing to wait for. */
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_BLOCK, NULL, &job->found);
	sigemptyset(&job->waited);
	sigaddset(&job->waited, SIGCHLD);
	for (i = 0; i < sizeof(passed_on) / sizeof(passed_on[0]); i++)
		if (sigaction(passed_on[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN &&
		    !sigismember(&job->found, passed_on[i]))
			sigaddset(&job->waited, passed_on[i]);
	sigprocmask(SIG_BLOCK, &job->waited, NULL);
}

static void pass_on(const struct job *job, int number)
{
	size_t i;

	for (i = 0; i < job->task_count; i++)
		if (job->tasks[i].pid != 0)
			kill(job->tasks[i].pid, number);
}

/* As the signal would have done it: not at all in a process group that nobody can continue. */
static void stop_ourselves(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	raise(SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static void handle_signal(struct job *job, const siginfo_t *info)
{
	int number = info->si_signo;

	if (number == SIGCHLD)
		return;
	/* What the kernel sends by itself, such as a terminal's Ctrl-C, goes to the whole process group. */
	if (info->si_code != SI_KERNEL)
		pass_on(job, number);
	if (number == SIGTSTP)
		stop_ourselves();
	else if (number == SIGHUP || number == SIGINT || number == SIGQUIT || number == SIGTERM)
		job->noted = number;
}

/* Dies of a signal that came and that ended a command, so that whoever waits for us knows that it was one. */
static void die_of(const struct job *job, int status)
{
	int number = status - COMMAND_SIGNALLED;
	sigset_t set;

	if (job->noted == 0 || number != job->noted)
		return;
	/* The command has left its core, if it was to; ours would say nothing. */
	prctl(PR_SET_DUMPABLE, 0);
	signal(number, SIG_DFL);
	raise(number);
	sigemptyset(&set);
	sigaddset(&set, number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* --- commands --- */

/* As strerror(3), but for what misleads. */
static int fail_start(const char *program, int err)
{
	if (err == ENOENT && strchr(program, '/') == NULL)
		cli_warn(program, "command not found");
	else
		cli_warn(program, "%s", strerror(err));
	return command_status_of(err);
}

static int look_for(char *const *argv)
{
	return command_look(argv[0]) == 0 ? CLI_DONE : fail_start(argv[0], errno);
}

static const char *how(int status)
{
	static char text[96];

	if (status > COMMAND_SIGNALLED && status - COMMAND_SIGNALLED < NSIG)
		snprintf(text, sizeof(text), "ended with status %d (as by signal %d, %s)", status, status - COMMAND_SIGNALLED,
		         strsignal(status - COMMAND_SIGNALLED));
	else
		snprintf(text, sizeof(text), "ended with status %d", status);
	return text;
}

/* Where the descriptors of a command come from: the socket, or one for each direction. */
static size_t place(const struct job *job, struct command_descriptor *descriptors, int in, int out)
{
	if (job->fd != -1) {
		descriptors[0] = (struct command_descriptor){in, job->fd};
		return 1;
	}
	descriptors[0] = (struct command_descriptor){in, 0};
	descriptors[1] = (struct command_descriptor){out, 1};
	return 2;
}

static int start(struct job *job, struct task *task, char **argv, int in, int out)
{
	struct command_descriptor descriptors[2];
	struct command command = {.argv = argv, .descriptors = descriptors, .mask = &job->found};

	command.count = place(job, descriptors, in, out);
	task->pid = command_start_with(&command);
	if (task->pid != -1)
		return CLI_DONE;
	task->pid = 0;
	return fail_start(argv[0], errno);
}

/* Takes note of those that have ended; how many still run. */
static size_t reap(struct job *job)
{
	size_t running = 0, i;
	int wait_status;

	for (i = 0; i < job->task_count; i++) {
		struct task *task = &job->tasks[i];

		if (task->pid == 0)
			continue;
		/* Only ours: whoever became us may have had children of his own. */
		if (waitpid(task->pid, &wait_status, WNOHANG) == task->pid) {
			task->status = command_status(wait_status);
			task->pid = 0;
		} else {
			running++;
		}
	}
	return running;
}

/* --- two commands --- */

/* The ends: [0] is what the first command reads, [1] what it writes; [2], [3] the same of the second. */
static int make_ends(const struct job *job, int ends[4])
{
	int pair[2], back[2];

	if (!job->pipes) {
		if (socketpair(AF_UNIX, job->type | SOCK_CLOEXEC, 0, pair) == -1)
			return -1;
		ends[0] = ends[1] = pair[0];
		ends[2] = ends[3] = pair[1];
		return 0;
	}
	if (pipe2(pair, O_CLOEXEC) == -1)
		return -1;
	if (pipe2(back, O_CLOEXEC) == -1) {
		close(pair[0]);
		close(pair[1]);
		return -1;
	}
	ends[1] = pair[1];
	ends[2] = pair[0];
	ends[3] = back[1];
	ends[0] = back[0];
	return 0;
}

static void close_ends(const struct job *job, const int ends[4])
{
	int i;

	for (i = 0; i < 4; i += job->pipes ? 1 : 2)
		close(ends[i]);
}

static void wait_for_both(struct job *job)
{
	siginfo_t info;

	while (reap(job) > 0)
		if (sigwaitinfo(&job->waited, &info) != -1)
			handle_signal(job, &info);
}

static int run_pair(struct job *job)
{
	struct task tasks[2] = {{0, -1, 0, {0, 0, 0}}, {0, -1, 0, {0, 0, 0}}};
	int status = look_for(job->first), other = look_for(job->second), ends[4];

	if (status != CLI_DONE || other != CLI_DONE)
		return status != CLI_DONE ? status : other;
	if (make_ends(job, ends) == -1)
		return cli_fail(job->pipes ? "pipe" : "socketpair", errno);
	hold_signals(job);
	job->tasks = tasks;
	job->task_count = 2;
	status = start(job, &tasks[0], job->first, ends[0], ends[1]);
	if (status == CLI_DONE)
		status = start(job, &tasks[1], job->second, ends[2], ends[3]);
	close_ends(job, ends);
	if (status != CLI_DONE)
		pass_on(job, SIGTERM);
	wait_for_both(job);
	if (status != CLI_DONE)
		return status;
	if (job->verbose) {
		cli_warn(job->first[0], "the first command %s", how(tasks[0].status));
		cli_warn(job->second[0], "the second command %s", how(tasks[1].status));
	}
	status = tasks[0].status != 0 ? tasks[0].status : tasks[1].status;
	die_of(job, status);
	return status;
}

/* --- the command line --- */

static uint64_t number_or_exit(const char *option, const char *word, uint64_t least, uint64_t most)
{
	uint64_t value;

	if (number_parse(word, least, most, &value) == -1)
		cli_usage_exit("%s: a number from %llu to %llu", option, (unsigned long long)least, (unsigned long long)most);
	return value;
}

static void parse_type(struct job *job, const char *word)
{
	static const struct {
		const char *name;
		int type;
	} types[] = {{"stream", SOCK_STREAM}, {"seqpacket", SOCK_SEQPACKET}, {"dgram", SOCK_DGRAM}};
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(word, types[i].name) == 0) {
			job->type = types[i].type;
			job->type_word = types[i].name;
			return;
		}
	}
	cli_usage_exit("-t: stream, seqpacket or dgram");
}

static void parse_options(struct job *job, int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, "+c:f:hl:m:nps:t:vVw:", long_options, NULL)) != -1) {
		switch (option) {
		case 'f': job->fd = (int)number_or_exit("-f", optarg, 0, INT_MAX); break;
		case 'h': cli_help_exit();
		case 'p': job->pipes = 1; break;
		case 's': job->separator = optarg; break;
		case 't': parse_type(job, optarg); break;
		case 'v': job->verbose = 1; break;
		case 'V': cli_version_exit();
		default: cli_option_exit();
		}
	}
}

/* The first separator behind the first command; what stands behind it belongs to the second. */
static void split_commands(struct job *job, char **words)
{
	int i;

	job->first = words;
	for (i = 0; words[i] != NULL && strcmp(words[i], job->separator) != 0; i++)
		continue;
	if (i == 0)
		cli_usage_exit("which command?");
	if (words[i] == NULL || words[i + 1] == NULL)
		cli_usage_exit("which second command? (%s stands before it)", job->separator);
	words[i] = NULL;
	job->second = &words[i + 1];
}

int main(int argc, char **argv)
{
	static struct job job = {.separator = "--", .type = SOCK_STREAM, .fd = -1, .mode = 0600, .timeout = -1};

	cli_start(argv, usage, help);
	cli_runs_command();
	parse_options(&job, argc, argv);
	split_commands(&job, argv + optind);
	return run_pair(&job);
}
