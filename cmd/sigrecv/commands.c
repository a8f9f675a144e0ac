/* SPDX-License-Identifier: ISC */
#include "commands.h"

#include <errno.h>
#include <sys/wait.h>

#include "base/command.h"
#include "base/signame.h"
#include "cli/cli.h"
#include "show.h"

int commands_start(struct job *job, const struct arrival *arrival)
{
	struct show_environment environment;
	struct command command = {.argv = job->options->command, .more = environment.variables, .mask = &job->mask_before};
	int place = 0, err;

	show_environment(&environment, arrival);
	while (job->pids[place] != 0)
		place++;
	job->pids[place] = command_start_with(&command);
	if (job->pids[place] == -1) {
		err = errno;
		job->pids[place] = 0;
		cli_warn(job->options->command[0], "%s", command_text(job->options->command[0], err));
		return command_status_of(err);
	}
	job->numbers[place] = arrival->number;
	job->running++;
	return CLI_DONE;
}

static void end_command(struct job *job, int place, int status)
{
	char name[SIGNAME_ROOM];

	job->pids[place] = 0;
	job->running--;
	if (status == 0)
		return;
	cli_warn(signame_put(name, job->numbers[place]), "command ended with status %d", status);
	if (job->command_status == 0)
		job->command_status = status;
}

void commands_reap(struct job *job)
{
	int wait_status, i;
	pid_t pid;

	while ((pid = waitpid(-1, &wait_status, WNOHANG)) > 0)
		for (i = 0; i < job->places; i++)
			if (job->pids[i] == pid)
				end_command(job, i, command_status(wait_status));
}
