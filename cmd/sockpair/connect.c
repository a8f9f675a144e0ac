/* SPDX-License-Identifier: ISC */
#include "connect.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/number.h"
#include "cli/cli.h"
#include "bridge.h"
#include "peer.h"
#include "task.h"

static int fail_timeout(const struct options *options, const char *what)
{
	cli_warn(options->address.word, "timed out: %s", what);
	return CLI_TIMEOUT;
}

/* Whether a path has the form host:port, a TCP address without its prefix. */
static int is_host_and_port(const char *path)
{
	const char *port = strrchr(path, ':');

	if (port == NULL || strchr(path, '/') != NULL)
		return 0;
	port++;
	return *port != '\0' && port[strspn(port, "0123456789")] == '\0';
}

static int fail_unix(const struct options *options, int err)
{
	const char *what;

	switch (err) {
	case ECONNREFUSED: what = "no process serves this socket"; break;
	case EAGAIN: what = "its server accepts no more connections now"; break;
	case EPROTOTYPE: what = "the socket has another type (-t)"; break;
	case ENOTSOCK: what = "not a socket"; break;
	default: what = strerror(err);
	}
	if (err == ENOENT && is_host_and_port(options->address.word))
		what = "No such file or directory (a TCP address begins with tcp:)";
	if (err == EAGAIN || (options->timeout > 0 && (err == ENOENT || err == ECONNREFUSED)))
		return fail_timeout(options, what);
	cli_warn(options->address.word, "%s", what);
	return cli_own_status(err == ENOENT || err == ECONNREFUSED ? CLI_MISSING : CLI_FAILED);
}

static int fail_tcp(const struct options *options, const struct tcp_error *error)
{
	const char *word = options->address.word, *at = error->address.address;

	if (error->err == EAGAIN)
		return fail_timeout(options, "no address of the host answered");
	if (options->timeout > 0 && error->err == ECONNREFUSED)
		return fail_timeout(options, "no process serves this port");
	if (error->message != NULL)
		cli_warn(word, "%s", error->message);
	else if (error->err == ECONNREFUSED)
		cli_warn(word, "no process serves this port");
	else
		cli_warn(word, "%s%s%s", at, *at != '\0' ? ": " : "", strerror(error->err));
	if (error->err == ETIMEDOUT)
		return CLI_TIMEOUT;
	return cli_own_status(error->err == ENOENT || error->err == ECONNREFUSED ? CLI_MISSING : CLI_FAILED);
}

/* Connects, storing the connection and its peer in `task`: CLI_DONE, or a status after a message. */
static int open_connection(const struct options *options, const struct deadline *deadline, struct task *task)
{
	const struct address *address = &options->address;
	struct tcp_error error;

	if (address->kind == ADDRESS_TCP) {
		task->fd = tcp_connect(&address->tcp, deadline, options->timeout > 0, &task->peer.tcp, &error);
		task->peer.family = AF_INET;
		return task->fd == -1 ? fail_tcp(options, &error) : CLI_DONE;
	}
	task->fd = socket_connect(&address->name, options->type, deadline, options->timeout > 0);
	task->peer.family = options->type == SOCK_DGRAM ? AF_UNSPEC : AF_UNIX;
	return task->fd == -1 ? fail_unix(options, errno) : CLI_DONE;
}

/* Takes the descriptors of --take-fd, waiting for them until `deadline`. */
static int take_in_time(const struct options *options, struct task *task, const struct deadline *deadline)
{
	struct pollfd p = {.fd = task->fd, .events = POLLIN};
	int result;

	while ((result = peer_take(options, task)) == 0)
		if (deadline_poll(&p, 1, deadline_left(deadline)) == 0)
			return fail_timeout(options, "the other side has passed no descriptors");
	return result == 1 ? CLI_DONE : cli_own_status(CLI_FAILED);
}

static int become_command(const struct options *options, const struct task *task)
{
	struct command command;
	struct task_gift gift;

	task_prepare(options, task, &command, &gift);
	command_become(&command);
	return task_fail(options->first[0], errno);
}

/* Reports what went wrong while copying, beginning with standard output: its failure may have caused the others. */
static int judge(const struct options *options, const struct bridge *bridge)
{
	int err;

	if (bridge->in.write_error != 0)
		return cli_fail("standard output", bridge->in.write_error);
	if (bridge->out.read_error != 0)
		return cli_fail("standard input", bridge->out.read_error);
	err = bridge->in.read_error != 0 ? bridge->in.read_error : bridge->out.write_error;
	if (err == 0)
		return CLI_DONE;
	cli_warn(options->address.word, "%s%s", strerror(err),
	         err == ECONNRESET || err == EPIPE ? ": the other side closed the connection before it had read everything" : "");
	return CLI_FAILED;
}

static int copy(const struct options *options, int fd)
{
	struct bridge bridge = {.fd = fd, .keep_open = options->keep_open};

	if (bridge_copy(&bridge) == -1)
		return cli_fail("thread", errno);
	if (options->verbose)
		cli_warn(options->address.word, "%llu byte%s sent, %llu byte%s received", (unsigned long long)bridge.out.bytes,
		         number_plural(bridge.out.bytes), (unsigned long long)bridge.in.bytes, number_plural(bridge.in.bytes));
	return judge(options, &bridge);
}

/* Checks what the connection is for: a command that can be run, or open standard input and output. */
static int check_use(const struct options *options)
{
	if (options->first != NULL)
		return task_look_up(options->first);
	if (cli_was_closed(0) || cli_was_closed(1))
		return cli_fail(cli_was_closed(0) ? "standard input" : "standard output", EBADF);
	return CLI_DONE;
}

int connect_run(const struct options *options)
{
	struct deadline deadline = deadline_after(options->timeout);
	struct task task = {.fd = -1};
	int status = check_use(options);

	if (status != CLI_DONE)
		return status;
	status = open_connection(options, &deadline, &task);
	if (status != CLI_DONE)
		return status;
	status = peer_greet(options, 0, &task);
	if (status == CLI_DONE)
		status = take_in_time(options, &task, &deadline);
	if (status == CLI_DONE)
		status = options->first != NULL ? become_command(options, &task) : copy(options, task.fd);
	peer_close_taken(options, &task);
	close(task.fd);
	return status;
}
