/* SPDX-License-Identifier: ISC */
#include "task.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/interrupt.h"
#include "cli/cli.h"
#include "inherit.h"

int task_fail(const char *program, int err)
{
	cli_warn(program, "%s", command_text(program, err));
	return command_status_of(err);
}

int task_look_up(char *const *argv)
{
	return command_look(argv[0]) == 0 ? CLI_DONE : task_fail(argv[0], errno);
}

const char *task_end_text(int status)
{
	static char text[96];

	if (status > COMMAND_SIGNALLED && status - COMMAND_SIGNALLED < NSIG)
		snprintf(text, sizeof(text), "ended with status %d (as by signal %d, %s)", status, status - COMMAND_SIGNALLED,
		         strsignal(status - COMMAND_SIGNALLED));
	else
		snprintf(text, sizeof(text), "ended with status %d", status);
	return text;
}

/* Places the ends for a command: one socket as -f says or as 0 and 1, or a pipe for each direction.  Returns how many. */
static size_t place(const struct options *options, struct command_descriptor *descriptors, int in, int out)
{
	if (options->fd != -1) {
		descriptors[0] = (struct command_descriptor){in, options->fd};
		return 1;
	}
	descriptors[0] = (struct command_descriptor){in, 0};
	descriptors[1] = (struct command_descriptor){out, 1};
	return 2;
}

int task_taken_number(const struct options *options, size_t index)
{
	int number = 3 + (int)index;

	return options->fd >= 3 && number >= options->fd ? number + 1 : number;
}

int task_start(const struct job *job, struct task *task, char **argv, int in, int out)
{
	struct command_descriptor descriptors[2];
	struct command command = {.argv = argv, .descriptors = descriptors, .mask = &job->mask};

	command.count = place(job->options, descriptors, in, out);
	task->pid = command_start_with(&command);
	if (task->pid != -1)
		return CLI_DONE;
	task->pid = 0;
	return task_fail(argv[0], errno);
}

/* Writes "NAME=value"; without `is_known` "NAME", which removes a variable that an outer sockpair may have set. */
static const char *put(char *room, size_t size, int is_known, const char *name, long value)
{
	if (is_known)
		snprintf(room, size, "%s=%ld", name, value);
	else
		snprintf(room, size, "%s", name);
	return room;
}

static void put_variables(const struct options *options, const struct peer *peer, struct task_gift *gift)
{
	int is_user = peer->family == AF_UNIX, is_tcp = !is_user && peer->family != AF_UNSPEC;
	const char **next = gift->variables;

	snprintf(gift->address, sizeof(gift->address), "SOCKPAIR_PEER_ADDRESS%s%s", is_tcp ? "=" : "", is_tcp ? peer->tcp.address : "");
	*next++ = gift->address;
	*next++ = put(gift->port, sizeof(gift->port), is_tcp, "SOCKPAIR_PEER_PORT", peer->tcp.port);
	*next++ = put(gift->pid, sizeof(gift->pid), is_user, "SOCKPAIR_PEER_PID", peer->user.pid);
	*next++ = put(gift->uid, sizeof(gift->uid), is_user, "SOCKPAIR_PEER_UID", peer->user.uid);
	*next++ = put(gift->gid, sizeof(gift->gid), is_user, "SOCKPAIR_PEER_GID", peer->user.gid);
	*next++ = gift->fds;
	if (options->address.kind == ADDRESS_INHERIT) {
		*next++ = INHERIT_FDS;
		*next++ = INHERIT_PID;
		*next++ = INHERIT_NAMES;
	}
	*next = NULL;
}

void task_prepare(const struct options *options, const struct task *task, struct command *command, struct task_gift *gift)
{
	char *end = gift->fds;
	size_t i, count = place(options, gift->descriptors, task->fd, task->fd);

	end += sprintf(end, "SOCKPAIR_FDS");
	for (i = 0; i < options->taken_count; i++) {
		int number = task_taken_number(options, i);

		end += sprintf(end, "%c%d", i == 0 ? '=' : ' ', number);
		gift->descriptors[count++] = (struct command_descriptor){task->taken[i], number};
	}
	put_variables(options, &task->peer, gift);
	*command = (struct command){.argv = options->first, .descriptors = gift->descriptors, .count = count,
	                            .more = gift->variables};
}

void task_signal_all(const struct job *job, int number)
{
	size_t i;

	for (i = 0; i < job->task_count; i++)
		if (job->tasks[i].pid != 0)
			kill(job->tasks[i].pid, number);
}

/* Whether sockpair itself acts on a signal, which it was then given neither blocked nor ignored. */
static int is_heeded(const struct job *job, int number)
{
	struct sigaction action;

	return !sigismember(&job->mask, number) && sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_IGN;
}

void task_handle_signal(struct job *job, const struct supervise_signal *signal)
{
	int number = signal->number;

	if (signal->for_commands)
		task_signal_all(job, number);
	if (number == SIGTSTP && is_heeded(job, number))
		supervise_stop();
	else if ((number == SIGALRM || number == SIGHUP || number == SIGINT || number == SIGQUIT || number == SIGTERM) &&
	         is_heeded(job, number))
		job->end_signal = number;
}

size_t task_reap(struct job *job)
{
	size_t running = 0, i;
	int wait_status, result;

	for (i = 0; i < job->task_count; i++) {
		struct task *task = &job->tasks[i];

		if (task->pid == 0)
			continue;
		/* Each by its pid: the program that became sockpair may have had other children. */
		result = supervise_has_ended(task->pid, &wait_status);
		if (result == 0) {
			running++;
			continue;
		}
		task->status = result == 1 ? command_status(wait_status) : COMMAND_OWN_FAILURE;
		task->pid = 0;
	}
	return running;
}

void task_die_of_signal(const struct job *job, int status)
{
	int number = status - COMMAND_SIGNALLED;

	if (job->end_signal == 0 || number != job->end_signal)
		return;
	/* The core dump of the command, if any, is the one that is of use. */
	prctl(PR_SET_DUMPABLE, 0);
	interrupt_die_of(number);
}
