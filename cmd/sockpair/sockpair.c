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

#include "base/command.h"
#include "base/deadline.h"
#include "base/interrupt.h"
#include "base/number.h"
#include "base/supervise.h"
#include "cli/cli.h"
#include "bridge.h"
#include "socket.h"

#define AT_A_TIME 64 /* connections that are accepted before something else has its turn */
#define RETRY 100 /* milliseconds until what the system had no room for is tried again */

enum { OPTION_ALLOW_UID = CLI_FIRST_OWN, OPTION_CONNECT, OPTION_COUNT, OPTION_PASS_FD, OPTION_TAKE_FD, OPTION_TOTAL };

static const char usage[] =
	"sockpair [-pv] [-f fd] [-s word] [-t type] command [argument ...] -- command [argument ...]\n"
	"       sockpair -l path [-v] [-c count] [-f fd] [-m mode] [-t type] [-w timeout] [--allow-uid=uid]\n"
	"                [--pass-fd=fd[,fd...]] [--take-fd=count] [--total=count] -- command [argument ...]\n"
	"       sockpair -c path [-nv] [-f fd] [-t type] [-w timeout] [--allow-uid=uid]\n"
	"                [--pass-fd=fd[,fd...]] [--take-fd=count] [-- command [argument ...]]\n"
	"       sockpair -E [-f fd]";
static const char help[] =
	"Run two commands, each with an end of one socket pair as its standard input and output.\n"
	"With -l serve a Unix socket, running a command for each connection; with -c connect to one.\n"
	"\n"
	"  -c, --connect=PATH      connect to PATH: standard input and output, or a command\n"
	"  -c, --count=N           with -l: run up to N commands at once\n"
	"  -E, --end               shut standard output, a socket, down: its reader sees the end\n"
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
	{"end", no_argument, NULL, 'E'},
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

/* A command that runs, or a connection that is to get one. */
struct task {
	pid_t pid;         /* 0: none yet, or it has ended */
	int fd;            /* the connection while it has no command, or -1 */
	int *taken;        /* the descriptors that came with it, or NULL */
	int status;
	struct ucred peer;
};

struct job {
	/* The command line. */
	const char *listen, *connect, *count_word, *c_word, *separator, *type_word;
	char **first, **second; /* the commands; of -l and -c the first alone */
	int type, pipes, verbose, end, has_mode, has_separator, fd;
	mode_t mode;
	int64_t timeout;        /* negative: for ever */
	uint64_t most, total;   /* commands at once, connections in all; 0: no limit */
	uid_t *allowed;
	size_t allowed_count;
	int allow_any;
	int passed[SOCKET_PASS_MOST];
	size_t passed_count, taken_count; /* of --pass-fd and --take-fd */

	struct socket_name name;
	sigset_t found, waited; /* the signal mask that we were given; what we wait for */
	int noted;              /* the signal that asked for an end last, or 0 */
	struct task *tasks;
	size_t task_count;
};

/* What -l has to do, and how far it is. */
struct server {
	struct job *job;
	int listening;         /* the socket, or -1: no more connections are taken */
	int signals;           /* becomes readable when there is one to be waited for */
	size_t room;           /* of the job's tasks */
	struct pollfd *polled; /* room for all of them and two more */
	uint64_t accepted;
	int exhausted, said;   /* whether the system has no room for one more just now, and that it was said */
	int timed_out;
	struct deadline idle;
	int status;            /* of the first command that failed */
};

/* --- signals --- */

static const int passed_on[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGCONT, SIGTSTP};

/* From now on signals wait until we ask for them.  Those that are ignored or blocked stay as they are. */
static void hold_signals(struct job *job)
{
	struct sigaction action;
	size_t i;

	/* Where the ends of children are ignored there is nothing to wait for; the commands ignore them again. */
	interrupt_catch_children();
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

static void handle_signal(struct job *job, const siginfo_t *info)
{
	int number = info->si_signo;

	if (number == SIGCHLD)
		return;
	/* What the kernel sends by itself, such as a terminal's Ctrl-C, goes to the whole process group. */
	if (info->si_code != SI_KERNEL)
		pass_on(job, number);
	if (number == SIGTSTP)
		supervise_stop();
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

/* What stands for the command's side: one socket, as 0 and 1 or where -f says, or a pipe for each direction. */
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

/* The number that the command has the descriptor `index` of --take-fd under: from 3 on, but for that of -f. */
static int taken_number(const struct job *job, size_t index)
{
	int number = 3 + (int)index;

	return job->fd >= 3 && number >= job->fd ? number + 1 : number;
}

static int start(const struct job *job, struct task *task, char **argv, int in, int out)
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

/* What the command of a connection is given, besides its arguments. */
struct gift {
	struct command_descriptor descriptors[2 + SOCKET_PASS_MOST];
	char pid[48], uid[48], gid[48], fds[16 + 8 * SOCKET_PASS_MOST];
	const char *variables[5];
};

static void prepare(const struct job *job, const struct task *task, int fd, struct command *command, struct gift *gift)
{
	char *end = gift->fds;
	size_t i, count = place(job, gift->descriptors, fd, fd);

	snprintf(gift->pid, sizeof(gift->pid), "SOCKPAIR_PEER_PID=%ld", (long)task->peer.pid);
	snprintf(gift->uid, sizeof(gift->uid), "SOCKPAIR_PEER_UID=%lu", (unsigned long)task->peer.uid);
	snprintf(gift->gid, sizeof(gift->gid), "SOCKPAIR_PEER_GID=%lu", (unsigned long)task->peer.gid);
	end += sprintf(end, "SOCKPAIR_FDS");
	for (i = 0; i < job->taken_count; i++) {
		int number = taken_number(job, i);

		end += sprintf(end, "%c%d", i == 0 ? '=' : ' ', number);
		gift->descriptors[count++] = (struct command_descriptor){task->taken[i], number};
	}
	/* A datagram socket has no peer that is known; what a command further out was told does not hold here. */
	if (job->type == SOCK_DGRAM)
		gift->pid[17] = gift->uid[17] = gift->gid[17] = '\0';
	gift->variables[0] = gift->pid;
	gift->variables[1] = gift->uid;
	gift->variables[2] = gift->gid;
	gift->variables[3] = gift->fds;
	gift->variables[4] = NULL;
	*command = (struct command){.argv = job->first, .descriptors = gift->descriptors, .count = count,
	                            .more = gift->variables};
}

/* Takes note of those that have ended; how many still run. */
static size_t reap(struct job *job)
{
	size_t running = 0, i;
	int wait_status;
	pid_t ended;

	for (i = 0; i < job->task_count; i++) {
		struct task *task = &job->tasks[i];

		if (task->pid == 0)
			continue;
		/* Only ours: whoever became us may have had children of his own. */
		ended = waitpid(task->pid, &wait_status, WNOHANG);
		if (ended == 0) {
			running++;
			continue;
		}
		task->status = ended == task->pid ? command_status(wait_status) : COMMAND_OWN_FAILURE;
		task->pid = 0;
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
	struct task tasks[2] = {{.fd = -1}, {.fd = -1}};
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
	if (status != CLI_DONE) {
		pass_on(job, SIGTERM);
		pass_on(job, SIGCONT);
	}
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

/* --- the other end --- */

/* Whether we talk to this user; an abstract name has no mode, so without --allow-uid it is as with 0600. */
static int is_allowed(const struct job *job, uid_t uid)
{
	size_t i;

	if (job->allow_any || (job->allowed_count == 0 && (job->listen == NULL || !job->name.abstract)))
		return 1;
	if (job->allowed_count == 0)
		return uid == 0 || uid == geteuid();
	for (i = 0; i < job->allowed_count && job->allowed[i] != uid; i++)
		continue;
	return i < job->allowed_count;
}

/* Looks who it is, and passes descriptors on: CLI_DONE, or another status after a message. */
static int greet(const struct job *job, int fd, struct ucred *peer)
{
	if (job->type != SOCK_DGRAM) {
		if (socket_peer(fd, peer) == -1)
			return cli_fail(job->name.word, errno);
		if (!is_allowed(job, peer->uid)) {
			cli_warn(job->name.word, "process %ld of user %lu is not one to talk to (--allow-uid)", (long)peer->pid,
			         (unsigned long)peer->uid);
			return cli_own_status(CLI_FAILED);
		}
		if (job->verbose)
			cli_warn(job->name.word, "connected to process %ld of user %lu, group %lu", (long)peer->pid,
			         (unsigned long)peer->uid, (unsigned long)peer->gid);
	}
	if (job->passed_count > 0 && socket_pass(fd, job->passed, job->passed_count) == -1) {
		cli_warn(job->name.word, "descriptors could not be passed: %s", strerror(errno));
		return cli_own_status(CLI_FAILED);
	}
	return CLI_DONE;
}

/* Takes what --take-fd says: 1, 0 if it has not come yet, or -1 after a message. */
static int take(const struct job *job, struct task *task)
{
	size_t came = 0;
	int err;

	if (job->taken_count == 0 || task->taken != NULL)
		return 1;
	task->taken = calloc(job->taken_count, sizeof(*task->taken));
	if (task->taken != NULL && socket_take(task->fd, task->taken, job->taken_count, MSG_DONTWAIT, &came) == 0)
		return 1;
	err = errno;
	free(task->taken);
	task->taken = NULL;
	if (err == EAGAIN)
		return 0;
	if (err == EPROTO)
		cli_warn(job->name.word, "%zu descriptors came, and %zu are to be taken", came, job->taken_count);
	else if (err == ENODATA)
		cli_warn(job->name.word, "the other side has closed without passing descriptors");
	else if (err == EMSGSIZE)
		cli_warn(job->name.word, "the message that brings descriptors may have one byte only");
	else
		cli_warn(job->name.word, "descriptors could not be taken: %s", strerror(err));
	return -1;
}

static void close_taken(const struct job *job, struct task *task)
{
	size_t i;

	for (i = 0; task->taken != NULL && i < job->taken_count; i++)
		close(task->taken[i]);
	free(task->taken);
	task->taken = NULL;
}

/* --- serving --- */

/* What passes by itself, when others end or give something back. */
static int is_exhaustion(int err)
{
	return err == EMFILE || err == ENFILE || err == EAGAIN || err == ENOMEM || err == ENOBUFS;
}

/* Connections wait where they are, and it is said once. */
static void note_exhaustion(struct server *server, const char *what)
{
	if (!server->said)
		cli_warn(server->job->name.word, "%s: %s; connections wait until there is room", what, strerror(errno));
	server->exhausted = server->said = 1;
}

static void note_status(struct server *server, int status)
{
	if (server->status == 0)
		server->status = status;
}

static void stop_listening(struct server *server)
{
	if (server->listening == -1)
		return;
	if (socket_remove(&server->job->name) == -1) {
		cli_warn(server->job->name.word, "it could not be removed: %s", strerror(errno));
		note_status(server, cli_own_status(CLI_FAILED));
	}
	close(server->listening);
	server->listening = -1;
}

static void forget(struct server *server, size_t index)
{
	struct job *job = server->job;
	struct task *task = &job->tasks[index];

	close_taken(job, task);
	if (task->fd != -1)
		close(task->fd);
	job->tasks[index] = job->tasks[--job->task_count];
}

static void start_server_command(struct server *server, struct task *task)
{
	struct job *job = server->job;
	struct command command;
	struct gift gift;

	prepare(job, task, task->fd, &command, &gift);
	command.mask = &job->found;
	task->pid = command_start_with(&command);
	if (task->pid == -1) {
		task->pid = 0;
		if (is_exhaustion(errno)) {
			note_exhaustion(server, job->first[0]);
			return;
		}
		note_status(server, fail_start(job->first[0], errno));
	}
	close_taken(job, task);
	close(task->fd);
	task->fd = -1;
}

/* Goes on with a connection that has no command yet: 0 once there is nothing left to do for it. */
static int advance(struct server *server, struct task *task)
{
	int ready = task->fd == -1 || server->exhausted ? 0 : take(server->job, task);

	if (ready == 1)
		start_server_command(server, task);
	return ready != -1 && (task->fd != -1 || task->pid != 0);
}

static void advance_all(struct server *server)
{
	struct job *job = server->job;
	size_t i = 0;

	while (i < job->task_count)
		if (advance(server, &job->tasks[i]))
			i++;
		else
			forget(server, i);
}

/* Notes what became of the commands that have ended. */
static void reap_server(struct server *server)
{
	struct job *job = server->job;
	size_t i;

	for (i = 0; i < job->task_count; i++)
		job->tasks[i].status = -1;
	reap(job);
	for (i = 0; i < job->task_count; i++) {
		if (job->tasks[i].status == -1)
			continue;
		if (job->tasks[i].status != 0)
			note_status(server, job->tasks[i].status);
		if (job->verbose)
			cli_warn(job->name.word, "the command for process %ld %s", (long)job->tasks[i].peer.pid,
			         how(job->tasks[i].status));
	}
}

static int make_room(struct server *server)
{
	struct job *job = server->job;
	size_t room = server->room * 2 + 8;
	struct task *tasks;
	struct pollfd *polled;

	if (job->task_count < server->room)
		return 0;
	tasks = reallocarray(job->tasks, room, sizeof(*tasks));
	if (tasks == NULL)
		return -1;
	job->tasks = tasks;
	polled = reallocarray(server->polled, room + 2, sizeof(*polled));
	if (polled == NULL)
		return -1;
	server->polled = polled;
	server->room = room;
	return 0;
}

static int has_place(const struct server *server)
{
	const struct job *job = server->job;

	return server->listening != -1 && !server->exhausted && (job->most == 0 || job->task_count < job->most);
}

/* Takes the connections that wait, as far as there is place for them: CLI_DONE, or another status after a message. */
static int take_connections(struct server *server)
{
	struct job *job = server->job;
	struct task task = {.fd = -1};
	int left;

	/* Not for ever: signals and commands that have ended are to be seen to, however many come. */
	for (left = AT_A_TIME; left > 0 && has_place(server); left--) {
		if (make_room(server) == -1 ||
		    (task.fd = accept4(server->listening, NULL, NULL, SOCK_CLOEXEC)) == -1) {
			if (errno == EAGAIN)
				server->said = 0;
			if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
				break;
			if (!is_exhaustion(errno))
				return cli_fail(job->name.word, errno);
			note_exhaustion(server, "accept");
			break;
		}
		if (greet(job, task.fd, &task.peer) != CLI_DONE) {
			close(task.fd);
			continue;
		}
		job->tasks[job->task_count++] = task;
		if (job->total != 0 && ++server->accepted == job->total)
			stop_listening(server);
		if (!advance(server, &job->tasks[job->task_count - 1]))
			forget(server, job->task_count - 1);
	}
	return CLI_DONE;
}

/* Waits until there is something to do. */
static void wait_for_events(struct server *server)
{
	const struct job *job = server->job;
	struct deadline pause = deadline_after(server->exhausted ? RETRY * INT64_C(1000000) : -1);
	nfds_t count = 1;
	size_t i;

	if (job->task_count == 0 && server->listening != -1 && deadline_left(&server->idle) < deadline_left(&pause))
		pause = server->idle;
	server->polled[0] = (struct pollfd){.fd = server->signals, .events = POLLIN};
	if (has_place(server))
		server->polled[count++] = (struct pollfd){.fd = server->listening, .events = POLLIN};
	for (i = 0; i < job->task_count && !server->exhausted; i++)
		if (job->tasks[i].fd != -1)
			server->polled[count++] = (struct pollfd){.fd = job->tasks[i].fd, .events = POLLIN};
	deadline_poll(server->polled, count, deadline_left(&pause));
	server->exhausted = 0;
}

static void take_signals(struct server *server)
{
	struct job *job = server->job;
	struct timespec none = {0, 0};
	siginfo_t info;
	int ended = 0;
	size_t i;

	while (sigtimedwait(&job->waited, &info, &none) != -1) {
		handle_signal(job, &info);
		ended |= info.si_signo == SIGCHLD;
	}
	if (ended)
		reap_server(server);
	if (job->noted == 0)
		return;
	stop_listening(server);
	for (i = job->task_count; i > 0; i--)
		if (job->tasks[i - 1].fd != -1)
			forget(server, i - 1);
}

static int serve_all(struct server *server)
{
	struct job *job = server->job;
	int status = CLI_DONE, busy;

	while (server->listening != -1 || job->task_count > 0) {
		wait_for_events(server);
		busy = job->task_count > 0;
		take_signals(server);
		advance_all(server);
		if (status == CLI_DONE)
			status = take_connections(server);
		if (status != CLI_DONE)
			stop_listening(server);
		/* Idle time begins when the last one has ended. */
		if (busy || job->task_count > 0)
			server->idle = deadline_after(job->timeout);
		if (server->listening != -1 && deadline_left(&server->idle) == 0) {
			server->timed_out = 1;
			stop_listening(server);
		}
	}
	return status;
}

static int fail_serve(const struct job *job, int err)
{
	if (err == EADDRINUSE)
		cli_warn(job->name.word, "somebody serves this already");
	else if (err == ENOTSOCK)
		cli_warn(job->name.word, "there is a file of this name that is no socket");
	else
		return cli_fail(job->name.word, err);
	return cli_own_status(CLI_FAILED);
}

static int open_server(struct server *server)
{
	struct job *job = server->job;

	server->signals = signalfd(-1, &job->waited, SFD_CLOEXEC | SFD_NONBLOCK);
	if (server->signals == -1 || make_room(server) == -1)
		return cli_fail(job->name.word, errno);
	server->listening = socket_serve(&job->name, job->type, job->mode);
	return server->listening == -1 ? fail_serve(job, errno) : CLI_DONE;
}

static int serve(struct job *job)
{
	struct server server = {.job = job, .listening = -1, .signals = -1, .idle = deadline_after(job->timeout)};
	int status = look_for(job->first);

	if (status != CLI_DONE)
		return status;
	/* From here on no signal can leave the socket's file behind. */
	hold_signals(job);
	status = open_server(&server);
	if (status == CLI_DONE)
		status = serve_all(&server);
	if (server.signals != -1)
		close(server.signals);
	free(server.polled);
	free(job->tasks);
	if (job->noted != 0)
		die_of(job, COMMAND_SIGNALLED + job->noted);
	if (status == CLI_DONE)
		status = server.status;
	return status == CLI_DONE && server.timed_out ? CLI_TIMEOUT : status;
}

/* --- connecting --- */

static int fail_connect(const struct job *job, int err)
{
	const char *what;

	switch (err) {
	case ECONNREFUSED: what = "nobody serves this"; break;
	case EAGAIN: what = "its server takes no more connections now"; break;
	case EPROTOTYPE: what = "its socket is of another type (-t)"; break;
	case ENOTSOCK: what = "not a socket"; break;
	default: what = strerror(err);
	}
	if (err == EAGAIN || (job->timeout > 0 && (err == ENOENT || err == ECONNREFUSED))) {
		cli_warn(job->name.word, "timed out: %s", what);
		return CLI_TIMEOUT;
	}
	cli_warn(job->name.word, "%s", what);
	return cli_own_status(err == ENOENT || err == ECONNREFUSED ? CLI_MISSING : CLI_FAILED);
}

/* Takes descriptors, waiting until `deadline`. */
static int take_in_time(const struct job *job, struct task *task, const struct deadline *deadline)
{
	struct pollfd p = {.fd = task->fd, .events = POLLIN};
	int result;

	while ((result = take(job, task)) == 0) {
		if (deadline_poll(&p, 1, deadline_left(deadline)) == 0) {
			cli_warn(job->name.word, "timed out: no descriptors have come");
			return CLI_TIMEOUT;
		}
	}
	return result == 1 ? CLI_DONE : cli_own_status(CLI_FAILED);
}

static int become_command(const struct job *job, const struct task *task)
{
	struct command command;
	struct gift gift;

	prepare(job, task, task->fd, &command, &gift);
	command_become(&command);
	return fail_start(job->first[0], errno);
}

/* What went wrong, the one thing that says most first. */
static int judge(const struct job *job, const struct bridge *bridge)
{
	if (bridge->in.write_error != 0)
		return cli_fail("standard output", bridge->in.write_error);
	if (bridge->out.read_error != 0)
		return cli_fail("standard input", bridge->out.read_error);
	if (bridge->in.read_error != 0 || bridge->out.write_error != 0) {
		int err = bridge->in.read_error != 0 ? bridge->in.read_error : bridge->out.write_error;

		cli_warn(job->name.word, "%s%s", strerror(err),
		         err == ECONNRESET || err == EPIPE ? ": the other side has closed without reading all" : "");
		return CLI_FAILED;
	}
	return CLI_DONE;
}

static int copy(const struct job *job, int fd)
{
	struct bridge bridge = {.fd = fd};

	if (bridge_copy(&bridge) == -1)
		return cli_fail("thread", errno);
	if (job->verbose)
		cli_warn(job->name.word, "%llu bytes sent, %llu bytes received", (unsigned long long)bridge.out.bytes,
		         (unsigned long long)bridge.in.bytes);
	return judge(job, &bridge);
}

static int connect_to(const struct job *job)
{
	struct deadline deadline = deadline_after(job->timeout);
	struct task task = {.fd = -1};
	int status;

	if (job->first != NULL) {
		status = look_for(job->first);
		if (status != CLI_DONE)
			return status;
	} else if (cli_was_closed(0) || cli_was_closed(1)) {
		return cli_fail(cli_was_closed(0) ? "standard input" : "standard output", EBADF);
	}
	task.fd = socket_connect(&job->name, job->type, &deadline, job->timeout > 0);
	if (task.fd == -1)
		return fail_connect(job, errno);
	status = greet(job, task.fd, &task.peer);
	if (status == CLI_DONE)
		status = take_in_time(job, &task, &deadline);
	if (status == CLI_DONE)
		status = job->first != NULL ? become_command(job, &task) : copy(job, task.fd);
	close_taken(job, &task);
	close(task.fd);
	return status;
}

/* --- half-close --- */

/* What a shell cannot do: closing its standard output leaves the socket open, as standard input. */
static int end_stream(const struct job *job)
{
	int fd = job->fd == -1 ? 1 : job->fd;

	if (fd < 3 && cli_was_closed(fd))
		errno = EBADF;
	else if (shutdown(fd, SHUT_WR) == 0)
		return CLI_DONE;
	cli_warn(NULL, "descriptor %d: %s", fd, strerror(errno));
	return cli_own_status(CLI_FAILED);
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

static void parse_uid(struct job *job, const char *word)
{
	uid_t *more;

	if (strcmp(word, "any") == 0) {
		job->allow_any = 1;
		return;
	}
	more = reallocarray(job->allowed, job->allowed_count + 1, sizeof(*more));
	if (more == NULL)
		exit(cli_fail("--allow-uid", errno));
	job->allowed = more;
	/* The highest number is that of nobody at all. */
	job->allowed[job->allowed_count++] = (uid_t)number_or_exit("--allow-uid", word, 0, UINT32_MAX - 1);
}

/* "3,4,5" */
static void parse_passed(struct job *job, const char *list)
{
	char word[16];
	size_t length;

	for (;;) {
		length = strcspn(list, ",");
		if (length >= sizeof(word))
			cli_usage_exit("--pass-fd: numbers of descriptors with commas between them");
		memcpy(word, list, length);
		word[length] = '\0';
		if (job->passed_count == SOCKET_PASS_MOST)
			cli_usage_exit("--pass-fd: at most %d descriptors", SOCKET_PASS_MOST);
		job->passed[job->passed_count++] = (int)number_or_exit("--pass-fd", word, 0, INT_MAX);
		if (list[length] == '\0')
			return;
		list += length + 1;
	}
}

static void parse_options(struct job *job, int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, "+c:Ef:hl:m:nps:t:vVw:", long_options, NULL)) != -1) {
		switch (option) {
		case 'c': job->c_word = optarg; break;
		case 'E': job->end = 1; break;
		case 'f': job->fd = (int)number_or_exit("-f", optarg, 0, INT_MAX); break;
		case 'h': cli_help_exit();
		case 'l': job->listen = optarg; break;
		case 'm':
			job->mode = cli_mode_or_exit("-m", optarg);
			job->has_mode = 1;
			break;
		case 'n': job->timeout = 0; break;
		case 'p': job->pipes = 1; break;
		case 's':
			job->separator = optarg;
			job->has_separator = 1;
			break;
		case 't': parse_type(job, optarg); break;
		case 'v': job->verbose = 1; break;
		case 'V': cli_version_exit();
		case 'w': job->timeout = cli_duration_or_exit("-w", optarg); break;
		case OPTION_ALLOW_UID: parse_uid(job, optarg); break;
		case OPTION_CONNECT: job->connect = optarg; break;
		case OPTION_COUNT: job->count_word = optarg; break;
		case OPTION_PASS_FD: parse_passed(job, optarg); break;
		case OPTION_TAKE_FD: job->taken_count = (size_t)number_or_exit("--take-fd", optarg, 1, SOCKET_PASS_MOST); break;
		case OPTION_TOTAL: job->total = number_or_exit("--total", optarg, 1, UINT64_MAX); break;
		default: cli_option_exit();
		}
	}
}

/* -c is a path, or with -l a count. */
static void understand_c(struct job *job)
{
	if (job->listen != NULL && job->connect != NULL)
		cli_usage_exit("one of --listen and --connect");
	if (job->listen == NULL && job->count_word != NULL)
		cli_usage_exit("--count is for --listen");
	if (job->c_word != NULL && (job->connect != NULL || job->count_word != NULL))
		cli_usage_exit("-c is --connect, or with -l --count: give it once");
	if (job->listen == NULL && job->c_word != NULL)
		job->connect = job->c_word;
	if (job->listen != NULL && job->c_word != NULL)
		job->count_word = job->c_word;
	if (job->count_word != NULL)
		job->most = number_or_exit("-c, with -l", job->count_word, 1, UINT64_MAX);
}

/* Whether there are options that only -l and -c have. */
static int wants_socket(const struct job *job)
{
	return job->has_mode || job->timeout >= 0 || job->allowed_count > 0 || job->allow_any || job->passed_count > 0 ||
	       job->taken_count > 0 || job->total > 0;
}

static void check_pair(const struct job *job)
{
	if (wants_socket(job))
		cli_usage_exit("-m, -n, -w, --allow-uid, --pass-fd, --take-fd and --total are for -l or -c");
	if (job->pipes && (job->type_word != NULL || job->fd != -1))
		cli_usage_exit("-p makes two pipes, which are no single descriptor and have no type: not with -f or -t");
}

static void check_end(const struct job *job, char *const *operands)
{
	if (*operands != NULL || job->listen != NULL || job->connect != NULL || job->c_word != NULL ||
	    job->count_word != NULL || job->type_word != NULL || job->pipes || job->verbose || job->has_separator ||
	    wants_socket(job))
		cli_usage_exit("-E is about a socket that is there: it goes with -f alone");
}

static void check_socket(struct job *job)
{
	const char *word = job->listen != NULL ? job->listen : job->connect;

	if (job->pipes || job->has_separator)
		cli_usage_exit("-p and -s are for two commands");
	if (job->listen != NULL && job->timeout == 0)
		cli_usage_exit("-l has to wait for connections: not with -n or -w 0");
	if (job->listen == NULL && (job->has_mode || job->total > 0))
		cli_usage_exit("-m and --total are for -l");
	if (job->listen != NULL && job->type == SOCK_DGRAM)
		cli_usage_exit("-l takes connections, and datagram sockets have none: not with -t dgram");
	if (job->type == SOCK_DGRAM && (job->allowed_count > 0 || job->allow_any || job->taken_count > 0))
		cli_usage_exit("who serves a datagram socket is not known: --allow-uid and --take-fd do not go with -t dgram");
	if (job->first == NULL && (job->fd != -1 || job->taken_count > 0))
		cli_usage_exit("-f and --take-fd are for a command, and none is given");
	if (job->first == NULL && job->type != SOCK_STREAM)
		cli_usage_exit("standard input has no messages to send: -t %s is for a command", job->type_word);
	/* Behind -l or -c "--" is more likely a path that was left out. */
	errno = EINVAL;
	if (socket_parse(&job->name, word) == -1 || strcmp(word, "--") == 0) {
		if (errno == ENAMETOOLONG)
			cli_usage_exit("the name of a socket has at most %d bytes, and this has %zu: go nearer to it, cd",
			               SOCKET_NAME_MOST, strlen(word));
		cli_usage_exit("which socket?");
	}
	if (job->name.abstract && job->has_mode)
		cli_usage_exit("-m: an abstract name has no mode (--allow-uid)");
}

/* Descriptors that are to be passed are there, and numbers that are to be used can be: CLI_DONE, or another status. */
static int check_descriptors(const struct job *job)
{
	struct rlimit limit;
	int highest = job->taken_count > 0 ? taken_number(job, job->taken_count - 1) : 0;
	size_t i;

	if (job->fd > highest)
		highest = job->fd;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && (rlim_t)highest >= limit.rlim_cur) {
		cli_warn(NULL, "no descriptor can have the number %d: RLIMIT_NOFILE (ulimit -n) is %llu", highest,
		         (unsigned long long)limit.rlim_cur);
		return cli_own_status(CLI_FAILED);
	}
	for (i = 0; i < job->passed_count; i++) {
		int fd = job->passed[i];

		if ((fd < 3 && cli_was_closed(fd)) || fcntl(fd, F_GETFD) == -1) {
			cli_warn("--pass-fd", "%d: %s", fd, strerror(EBADF));
			return cli_own_status(CLI_FAILED);
		}
	}
	return CLI_DONE;
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
		cli_usage_exit("which second command? (%s stands before it)", job->has_separator ? "the word of -s" : "--");
	words[i] = NULL;
	job->second = &words[i + 1];
}

/* The one command of -l and -c, behind "--". */
static void find_command(struct job *job, int argc, char **argv)
{
	if (optind < argc && strcmp(argv[optind - 1], "--") != 0)
		cli_usage_exit("the command stands behind --");
	if (optind < argc)
		job->first = &argv[optind];
	else if (job->listen != NULL || strcmp(argv[optind - 1], "--") == 0)
		cli_usage_exit("which command?");
}

/* Whether a command is given; then our own failures must not look like its. */
static int names_command(char **argv)
{
	while (*argv != NULL && strcmp(*argv, "--") != 0)
		argv++;
	return *argv != NULL;
}

int main(int argc, char **argv)
{
	static struct job job = {.separator = "--", .type = SOCK_STREAM, .fd = -1, .mode = 0600, .timeout = -1};
	int pair, status;

	cli_start(argv, usage, help);
	if (names_command(argv))
		cli_runs_command();
	parse_options(&job, argc, argv);
	if (job.has_separator)
		cli_runs_command();
	/* A message that nobody reads must not end us with a socket's file left behind. */
	cli_disarm(SIGPIPE);
	if (job.end) {
		check_end(&job, argv + optind);
		return end_stream(&job);
	}
	understand_c(&job);
	pair = job.listen == NULL && job.connect == NULL;
	if (pair) {
		check_pair(&job);
		split_commands(&job, argv + optind);
	} else {
		find_command(&job, argc, argv);
		check_socket(&job);
	}
	status = check_descriptors(&job);
	if (status == CLI_DONE)
		status = pair ? run_pair(&job) : job.listen != NULL ? serve(&job) : connect_to(&job);
	free(job.allowed);
	return status;
}
