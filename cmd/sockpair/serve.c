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
#include "listen.h"
#include "peer.h"
#include "task.h"

#define ACCEPT_MOST 64 /* connections that are accepted before signals and commands have their turn */
#define RETRY_TIME INT64_C(100000000) /* nanoseconds until an action is tried again for which resources were missing */

/* A server.  Its connections and commands are the tasks of `job`. */
struct server {
	struct job job;
	size_t task_room;
	struct listen_sockets listening; /* none: no more connections are accepted */
	int signals;           /* a descriptor that is readable while a signal is pending */
	struct pollfd *polled; /* with room for one element a task, one a socket, and one more */
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
		cli_warn(server->job.options->address.word, "%s: %s; connections wait until resources are free", what, strerror(errno));
	server->exhausted = server->exhaustion_told = 1;
}

static void note_status(struct server *server, int status)
{
	if (server->status == 0)
		server->status = status;
}

static void stop_listening(struct server *server)
{
	int status = listen_close(server->job.options, &server->listening);

	if (status != CLI_DONE)
		note_status(server, status);
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
			cli_warn(job->options->address.word, "the command for %s %s", peer_text(&task->peer), task_end_text(task->status));
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
	polled = array_grow(server->polled, &server->polled_room, needed + server->listening.count + 1, sizeof(*polled));
	if (polled == NULL)
		return -1;
	server->polled = polled;
	return 0;
}

/* Whether another connection may be accepted now. */
static int may_accept(const struct server *server)
{
	uint64_t jobs = server->job.options->jobs;

	return server->listening.count > 0 && !server->exhausted && (jobs == 0 || server->job.task_count < jobs);
}

/* Adds an accepted connection to the tasks and begins with it; one whose user is refused is closed. */
static void add_connection(struct server *server, int fd, const struct listen_socket *socket, const struct sockaddr *from)
{
	struct job *job = &server->job;
	struct task task = {.fd = fd, .status = -1, .peer.family = socket->family};

	if (socket->family != AF_UNIX) {
		tcp_describe(&task.peer.tcp, from);
		tcp_prepare(fd);
	}
	if (peer_greet(job->options, socket->for_own_users, &task) != CLI_DONE) {
		close(fd);
		return;
	}
	job->tasks[job->task_count++] = task;
	if (job->options->total != 0 && ++server->accepted == job->options->total)
		stop_listening(server);
	if (!advance(server, &job->tasks[job->task_count - 1]))
		forget(server, job->task_count - 1);
}

/* Accepts a connection: 1, 0 if none waits, or -1 after a message. */
static int accept_one(struct server *server, const struct listen_socket *socket)
{
	struct sockaddr_storage from;
	socklen_t length = sizeof(from);
	int fd = make_room(server) == -1 ? -1 : accept4(socket->fd, (struct sockaddr *)&from, &length, SOCK_CLOEXEC);

	if (fd != -1) {
		add_connection(server, fd, socket, (struct sockaddr *)&from);
		return 1;
	}
	if (errno == EAGAIN)
		server->exhaustion_told = 0;
	/* accept(2) also reports what went wrong with the connection itself, before it was taken. */
	if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED || errno == ENETDOWN || errno == EPROTO ||
	    errno == ENOPROTOOPT || errno == EHOSTDOWN || errno == ENONET || errno == EHOSTUNREACH || errno == ENETUNREACH)
		return 0;
	if (!is_exhaustion(errno)) {
		note_status(server, cli_fail(server->job.options->address.word, errno));
		return -1;
	}
	note_exhaustion(server, "accept");
	return 0;
}

/* Accepts the connections that wait, up to -j, and ACCEPT_MOST a socket: 0, or -1 after a message. */
static int accept_connections(struct server *server)
{
	size_t i;
	int left, result = 0;

	/* Accepting the last connection of --total closes all sockets. */
	for (i = 0; i < server->listening.count && result != -1; i++)
		for (left = ACCEPT_MOST; left > 0 && may_accept(server); left--) {
			/* A copy: the sockets may be freed with the last connection. */
			struct listen_socket socket = server->listening.sockets[i];

			result = accept_one(server, &socket);
			if (result != 1)
				break;
		}
	return result == -1 ? -1 : 0;
}

/* Waits for a signal, a connection, descriptors of a connection, the end of -w, or until exhaustion is over. */
static void wait_for_events(struct server *server)
{
	const struct job *job = &server->job;
	struct deadline pause = deadline_after(server->exhausted ? RETRY_TIME : -1);
	nfds_t count = 1;
	size_t i;

	if (job->task_count == 0 && server->listening.count > 0 && deadline_left(&server->idle) < deadline_left(&pause))
		pause = server->idle;
	server->polled[0] = (struct pollfd){.fd = server->signals, .events = POLLIN};
	for (i = 0; i < server->listening.count && may_accept(server); i++)
		server->polled[count++] = (struct pollfd){.fd = server->listening.sockets[i].fd, .events = POLLIN};
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

static void serve_all(struct server *server)
{
	struct job *job = &server->job;
	int busy;

	while (server->listening.count > 0 || job->task_count > 0) {
		wait_for_events(server);
		busy = job->task_count > 0;
		take_signals(server);
		advance_all(server);
		if (accept_connections(server) == -1)
			stop_listening(server);
		/* Idle time begins when the last command has ended. */
		if (busy || job->task_count > 0)
			server->idle = deadline_after(job->options->timeout);
		if (server->listening.count > 0 && deadline_left(&server->idle) == 0) {
			server->timed_out = 1;
			stop_listening(server);
		}
	}
}

/* Opens the sockets and what the loop needs: CLI_DONE, or a status after a message. */
static int open_server(struct server *server)
{
	const struct options *options = server->job.options;
	sigset_t all;
	int status = listen_open(options, &server->listening);

	if (status != CLI_DONE)
		return status;
	sigfillset(&all);
	server->signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	if (server->signals != -1 && make_room(server) == 0)
		return CLI_DONE;
	status = cli_fail(options->address.word, errno);
	stop_listening(server);
	return status;
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
	struct server server = {.job = {.options = options}, .signals = -1, .idle = deadline_after(options->timeout)};
	int status = task_look_up(options->first), end;

	if (status != CLI_DONE)
		return status;
	/* A message that no process reads must not end sockpair, which would leave the socket's file. */
	cli_disarm(SIGPIPE);
	/* Before the socket's file exists, so that no signal ends sockpair without removing it. */
	supervise_begin(&server.job.mask);
	status = open_server(&server);
	if (status == CLI_DONE)
		serve_all(&server);
	close_server(&server);
	end = server.job.end_signal;
	if (end != 0)
		task_die_of_signal(&server.job, COMMAND_SIGNALLED + end);
	if (status == CLI_DONE)
		status = server.status;
	if (status != CLI_DONE || !server.timed_out)
		return status;
	cli_warn(options->address.word, "timed out: no client connected");
	return CLI_TIMEOUT;
}
