/* SPDX-License-Identifier: ISC */
#include "serve.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/array.h"
#include "base/command.h"
#include "base/deadline.h"
#include "base/supervise.h"
#include "cli/cli.h"
#include "peer.h"
#include "task.h"

#define ACCEPT_MOST 64 /* connections that are accepted before signals and commands have their turn */
#define RETRY_TIME INT64_C(100000000) /* nanoseconds until an action is tried again for which resources were missing */

/* A server.  Its connections and commands are the tasks of `job`. */
struct server {
	struct job job;
	size_t task_room;
	int listening;         /* the socket, or -1: no more connections are accepted */
	struct stat file;      /* the socket's file */
	int signals;           /* a descriptor that is readable while a signal is pending */
	struct pollfd *polled; /* with room for one element a task, and two more */
	size_t polled_room;
	uint64_t accepted;
	int exhausted;         /* whether resources were missing in this round */
	int exhaustion_told;   /* whether that was reported, which is done once */
	struct deadline idle;
	int timed_out;
	int status;            /* of the first command that failed */
};

/* Whether an error ends by itself, when processes end or give resources back. */
static int is_exhaustion(int err)
{
	return err == EMFILE || err == ENFILE || err == EAGAIN || err == ENOMEM || err == ENOBUFS;
}

/* Leaves connections waiting until RETRY_TIME has passed. */
static void note_exhaustion(struct server *server, const char *what)
{
	if (!server->exhaustion_told)
		cli_warn(server->job.options->name.word, "%s: %s; connections wait until resources are free", what, strerror(errno));
	server->exhausted = server->exhaustion_told = 1;
}

static void note_status(struct server *server, int status)
{
	if (server->status == 0)
		server->status = status;
}

static void stop_listening(struct server *server)
{
	const struct socket_name *name = &server->job.options->name;

	if (server->listening == -1)
		return;
	if (socket_remove(name, &server->file) == -1) {
		cli_warn(name->word, "the socket could not be removed: %s", strerror(errno));
		note_status(server, cli_own_status(CLI_FAILED));
	}
	close(server->listening);
	server->listening = -1;
}

static void forget(struct server *server, size_t index)
{
	struct job *job = &server->job;
	struct task *task = &job->tasks[index];

	peer_close_taken(job->options, task);
	if (task->fd != -1)
		close(task->fd);
	job->tasks[index] = job->tasks[--job->task_count];
}

/* Starts the command of a connection, or leaves the connection waiting if resources are missing. */
static void start(struct server *server, struct task *task)
{
	const struct options *options = server->job.options;
	struct command command;
	struct task_gift gift;
	pid_t pid;

	task_prepare(options, task, &command, &gift);
	command.mask = &server->job.mask;
	pid = command_start_with(&command);
	if (pid == -1 && is_exhaustion(errno)) {
		note_exhaustion(server, options->first[0]);
		return;
	}
	if (pid == -1)
		note_status(server, task_fail(options->first[0], errno));
	else
		task->pid = pid;
	peer_close_taken(options, task);
	close(task->fd);
	task->fd = -1;
}

/* Continues with a connection that has no command yet.  Returns 0 once nothing is left to do for it. */
static int advance(struct server *server, struct task *task)
{
	int ready = task->fd == -1 || server->exhausted ? 0 : peer_take(server->job.options, task);

	if (ready == 1)
		start(server, task);
	return ready != -1 && (task->fd != -1 || task->pid != 0);
}

static void advance_all(struct server *server)
{
	struct job *job = &server->job;
	size_t i = 0;

	while (i < job->task_count)
		if (advance(server, &job->tasks[i]))
			i++;
		else
			forget(server, i);
}

/* Notes the statuses of the commands that have ended. */
static void reap(struct server *server)
{
	struct job *job = &server->job;
	size_t i;

	task_reap(job);
	for (i = 0; i < job->task_count; i++) {
		struct task *task = &job->tasks[i];

		if (task->status == -1)
			continue;
		if (task->status != 0)
			note_status(server, task->status);
		if (job->options->verbose)
			cli_warn(job->options->name.word, "the command for process %ld %s", (long)task->peer.pid,
			         task_end_text(task->status));
		task->status = -1;
	}
}

/* Makes room for one more task: 0, or -1 with ENOMEM. */
static int make_room(struct server *server)
{
	size_t needed = server->job.task_count + 1;
	struct task *tasks = array_grow(server->job.tasks, &server->task_room, needed, sizeof(*tasks));
	struct pollfd *polled;

	if (tasks == NULL)
		return -1;
	server->job.tasks = tasks;
	polled = array_grow(server->polled, &server->polled_room, needed + 2, sizeof(*polled));
	if (polled == NULL)
		return -1;
	server->polled = polled;
	return 0;
}

/* Whether another connection may be accepted now. */
static int may_accept(const struct server *server)
{
	uint64_t jobs = server->job.options->jobs;

	return server->listening != -1 && !server->exhausted && (jobs == 0 || server->job.task_count < jobs);
}

/* Adds an accepted connection to the tasks and begins with it; one whose user is refused is closed. */
static void add_connection(struct server *server, int fd)
{
	struct job *job = &server->job;
	struct task task = {.fd = fd, .status = -1};

	if (peer_greet(job->options, &task) != CLI_DONE) {
		close(fd);
		return;
	}
	job->tasks[job->task_count++] = task;
	if (job->options->total != 0 && ++server->accepted == job->options->total)
		stop_listening(server);
	if (!advance(server, &job->tasks[job->task_count - 1]))
		forget(server, job->task_count - 1);
}

/* Accepts the connections that wait, up to -j and ACCEPT_MOST: CLI_DONE, or another status after a message. */
static int accept_connections(struct server *server)
{
	int left, fd;

	for (left = ACCEPT_MOST; left > 0 && may_accept(server); left--) {
		fd = make_room(server) == -1 ? -1 : accept4(server->listening, NULL, NULL, SOCK_CLOEXEC);
		if (fd != -1) {
			add_connection(server, fd);
			continue;
		}
		if (errno == EAGAIN)
			server->exhaustion_told = 0;
		if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
			break;
		if (!is_exhaustion(errno))
			return cli_fail(server->job.options->name.word, errno);
		note_exhaustion(server, "accept");
	}
	return CLI_DONE;
}

/* Waits for a signal, a connection, descriptors of a connection, the end of -w, or until exhaustion is over. */
static void wait_for_events(struct server *server)
{
	const struct job *job = &server->job;
	struct deadline pause = deadline_after(server->exhausted ? RETRY_TIME : -1);
	nfds_t count = 1;
	size_t i;

	if (job->task_count == 0 && server->listening != -1 && deadline_left(&server->idle) < deadline_left(&pause))
		pause = server->idle;
	server->polled[0] = (struct pollfd){.fd = server->signals, .events = POLLIN};
	if (may_accept(server))
		server->polled[count++] = (struct pollfd){.fd = server->listening, .events = POLLIN};
	for (i = 0; i < job->task_count && !server->exhausted; i++)
		if (job->tasks[i].fd != -1)
			server->polled[count++] = (struct pollfd){.fd = job->tasks[i].fd, .events = POLLIN};
	deadline_poll(server->polled, count, deadline_left(&pause));
	server->exhausted = 0;
}

static void take_signals(struct server *server)
{
	struct job *job = &server->job;
	struct supervise_signal signal;
	int child_ended = 0;
	size_t i;

	while (supervise_next(&signal, 0)) {
		task_handle_signal(job, &signal);
		child_ended |= signal.number == SIGCHLD;
	}
	if (child_ended)
		reap(server);
	if (job->end_signal == 0)
		return;
	stop_listening(server);
	for (i = job->task_count; i > 0; i--)
		if (job->tasks[i - 1].fd != -1)
			forget(server, i - 1);
}

static int serve_all(struct server *server)
{
	struct job *job = &server->job;
	int status = CLI_DONE, busy;

	while (server->listening != -1 || job->task_count > 0) {
		wait_for_events(server);
		busy = job->task_count > 0;
		take_signals(server);
		advance_all(server);
		if (status == CLI_DONE)
			status = accept_connections(server);
		if (status != CLI_DONE)
			stop_listening(server);
		/* Idle time begins when the last command has ended. */
		if (busy || job->task_count > 0)
			server->idle = deadline_after(job->options->timeout);
		if (server->listening != -1 && deadline_left(&server->idle) == 0) {
			server->timed_out = 1;
			stop_listening(server);
		}
	}
	return status;
}

static int fail_open(const struct options *options, int err)
{
	if (err == EADDRINUSE)
		cli_warn(options->name.word, "another process serves this socket already");
	else if (err == ENOTSOCK)
		cli_warn(options->name.word, "a file of this name exists and is not a socket");
	else
		return cli_fail(options->name.word, err);
	return cli_own_status(CLI_FAILED);
}

static int open_server(struct server *server)
{
	const struct options *options = server->job.options;
	sigset_t all;

	sigfillset(&all);
	server->signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	if (server->signals == -1 || make_room(server) == -1)
		return cli_fail(options->name.word, errno);
	server->listening = socket_serve(&options->name, options->type, options->mode, &server->file);
	return server->listening == -1 ? fail_open(options, errno) : CLI_DONE;
}

static void close_server(struct server *server)
{
	if (server->signals != -1)
		close(server->signals);
	free(server->polled);
	free(server->job.tasks);
}

int serve_run(const struct options *options)
{
	struct server server = {.job = {.options = options}, .listening = -1, .signals = -1,
	                        .idle = deadline_after(options->timeout)};
	int status = task_look_up(options->first), end;

	if (status != CLI_DONE)
		return status;
	/* A message that no process reads must not end sockpair, which would leave the socket's file. */
	cli_disarm(SIGPIPE);
	/* Before the socket's file exists, so that no signal ends sockpair without removing it. */
	supervise_begin(&server.job.mask);
	status = open_server(&server);
	if (status == CLI_DONE)
		status = serve_all(&server);
	close_server(&server);
	end = server.job.end_signal;
	if (end != 0)
		task_die_of_signal(&server.job, COMMAND_SIGNALLED + end);
	if (status == CLI_DONE)
		status = server.status;
	if (status != CLI_DONE || !server.timed_out)
		return status;
	cli_warn(options->name.word, "timed out: no client connected");
	return CLI_TIMEOUT;
}
