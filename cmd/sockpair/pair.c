/* SPDX-License-Identifier: ISC */
#include "pair.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/supervise.h"
#include "cli/cli.h"
#include "task.h"

/* Opens the ends: the first command reads [0] and writes [1], the second reads [2] and writes [3]. */
static int make_ends(const struct options *options, int ends[4])
{
	int pair[2], back[2];

	if (!options->pipes) {
		if (socketpair(AF_UNIX, options->type | SOCK_CLOEXEC, 0, pair) == -1)
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

static void close_ends(const struct options *options, const int ends[4])
{
	int i;

	for (i = 0; i < 4; i += options->pipes ? 1 : 2)
		close(ends[i]);
}

static int start_both(struct job *job, const int ends[4])
{
	const struct options *options = job->options;
	int status = task_start(job, &job->tasks[0], options->first, ends[0], ends[1]);

	if (status == CLI_DONE)
		status = task_start(job, &job->tasks[1], options->second, ends[2], ends[3]);
	return status;
}

static void wait_for_both(struct job *job)
{
	struct supervise_signal signal;

	while (task_reap(job) > 0)
		if (supervise_next(&signal, 1))
			task_handle_signal(job, &signal);
}

/* Explains a status that would puzzle: the command wrote to the other one, which had ended. */
static void explain(const struct options *options, int first, int second)
{
	if (first == COMMAND_SIGNALLED + SIGPIPE)
		cli_warn(options->first[0], "ended with status 141 (SIGPIPE): it probably wrote after %s had ended", options->second[0]);
	else if (first == 0 && second == COMMAND_SIGNALLED + SIGPIPE)
		cli_warn(options->second[0], "ended with status 141 (SIGPIPE): it probably wrote after %s had ended", options->first[0]);
}

static int judge(const struct job *job)
{
	const struct options *options = job->options;
	int first = job->tasks[0].status, second = job->tasks[1].status, status = first != 0 ? first : second;

	if (options->verbose) {
		cli_warn(options->first[0], "the first command %s", task_end_text(first));
		cli_warn(options->second[0], "the second command %s", task_end_text(second));
	}
	explain(options, first, second);
	task_die_of_signal(job, status);
	return status;
}

int pair_run(const struct options *options)
{
	struct task tasks[2] = {{.fd = -1}, {.fd = -1}};
	struct job job = {.options = options, .tasks = tasks, .task_count = 2};
	int status = task_look_up(options->first), other = task_look_up(options->second), ends[4];

	if (status != CLI_DONE || other != CLI_DONE)
		return status != CLI_DONE ? status : other;
	if (make_ends(options, ends) == -1)
		return cli_fail(options->pipes ? "pipe" : "socketpair", errno);
	supervise_begin(&job.mask);
	status = start_both(&job, ends);
	close_ends(options, ends);
	if (status != CLI_DONE) {
		task_signal_all(&job, SIGTERM);
		task_signal_all(&job, SIGCONT);
	}
	wait_for_both(&job);
	return status != CLI_DONE ? status : judge(&job);
}
