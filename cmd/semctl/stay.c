/* SPDX-License-Identifier: ISC */
#include "stay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/command.h"
#include "base/proc.h"
#include "base/supervise.h"
#include "cli/cli.h"
#include "failure.h"

/* Sends a signal to all children of this process. */
static void signal_children(int number)
{
	char path[64], text[4096];
	const char *at = text, *end;
	ssize_t length;
	pid_t child;

	snprintf(path, sizeof(path), "/proc/self/task/%ld/children", (long)getpid());
	length = proc_read(AT_FDCWD, path, text, sizeof(text));
	end = text + (length > 0 ? length : 0);
	while (proc_take_pid(&at, end, &child) == 1)
		kill(child, number);
}

/* Waits until no child is left, and passes signals on to all of them. */
static void wait_for_descendants(void)
{
	struct supervise_signal signal;
	pid_t ended;

	for (;;) {
		do
			ended = waitpid(-1, NULL, WNOHANG);
		while (ended > 0);
		if (ended == -1)
			return;
		if (supervise_next(&signal, 1) && signal.for_commands)
			signal_children(signal.number);
	}
}

int stay_run(const struct job *job, const char *const *variables, const sigset_t *mask)
{
	struct command command = {.argv = job->command, .more = variables, .mask = mask};
	int status, wait_status;
	pid_t pid;

	/* Before the command can leave a process behind. */
	if (job->descendants && prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
		return failure_tell(&job->object, errno);
	cli_close_for_commands();
	pid = command_start_with(&command);
	if (pid == -1) {
		status = command_status_of(errno);
		cli_warn(job->command[0], "%s", command_text(job->command[0], errno));
		return status;
	}
	wait_status = supervise_wait(pid);
	status = wait_status == -1 ? failure_tell(&job->object, errno) : command_status(wait_status);
	if (job->descendants)
		wait_for_descendants();
	return status;
}
