/* SPDX-License-Identifier: ISC */
#include "run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/deadline.h"
#include "base/interrupt.h"
#include "base/supervise.h"
#include "cli/cli.h"
#include "failure.h"
#include "operands.h"
#include "slots.h"

int run_become(char **words)
{
	int err;

	cli_close_for_commands();
	command_become(&(struct command){.argv = words});
	err = errno;
	cli_warn(words[0], "%s", command_text(words[0], err));
	return command_status_of(err);
}

/* The number of tokens of a semaphore that we create. */
static int tokens(const struct job *job)
{
	return job->jobs > 0 ? job->jobs : 1;
}

/* Opens the semaphore, or creates it, and takes a token. */
static int hold_posix(const struct job *job, struct semaphore *semaphore)
{
	struct deadline deadline = deadline_after(job->timeout);
	int value = tokens(job);

	while (operands_open(semaphore, &job->object) == -1) {
		if (errno != ENOENT)
			return failure_tell(&job->object, errno);
		if (semaphore_create(semaphore, &job->object, job->mode, &value, 1) == 0) {
			if (job->verbose)
				cli_warn(job->object.word, "created with %d token%s", value, value == 1 ? "" : "s");
			continue;
		}
		if (errno != EEXIST)
			return failure_create(&job->object, errno);
	}
	if (semaphore_take(semaphore, &deadline) == -1)
		return failure_wait(job, errno, "no token is free");
	return CLI_DONE;
}

/* Starts the command and waits for it; returns its status. */
static int supervise(const struct job *job, const sigset_t *mask)
{
	static const char *const variables[] = {"SEMCTL_SLOT", NULL};
	struct command command = {.argv = job->command, .more = variables, .mask = mask};
	int status, wait_status;
	pid_t pid;

	cli_close_for_commands();
	pid = command_start_with(&command);
	if (pid == -1) {
		status = command_status_of(errno);
		cli_warn(job->command[0], "%s", command_text(job->command[0], errno));
		return status;
	}
	wait_status = supervise_wait(pid);
	return wait_status == -1 ? failure_tell(&job->object, errno) : command_status(wait_status);
}

/* Stays beside the command, since the kernel gives no POSIX token back for a process that ends. */
static int run_posix(const struct job *job)
{
	struct semaphore semaphore;
	sigset_t mask, fault;
	int status;

	interrupt_catch_all();
	status = hold_posix(job, &semaphore);
	supervise_begin(&mask);
	if (status == CLI_DONE && interrupt_pending() == 0)
		status = supervise(job, &mask);
	/* A file that was shortened meanwhile is reported by the guard. */
	sigemptyset(&fault);
	sigaddset(&fault, SIGBUS);
	sigprocmask(SIG_UNBLOCK, &fault, NULL);
	if (semaphore_give(&semaphore) == -1)
		status = failure_tell(&job->object, errno);
	semaphore_close(&semaphore);
	interrupt_die_if_pending();
	return status;
}

static int run_sysv(const struct job *job)
{
	struct deadline deadline = deadline_after(job->timeout);
	static char variable[32] = "SEMCTL_SLOT=";
	const size_t name = sizeof("SEMCTL_SLOT=") - 1;
	struct slots slots;
	int created, slot;

	if (slots_open(&slots, &job->object, tokens(job), job->mode, &created) == -1) {
		if (errno != EPROTOTYPE)
			return failure_create(&job->object, errno);
		cli_warn(job->object.word, "this set is a barrier, which has no tokens");
		return cli_own_status(CLI_FAILED);
	}
	/* The number of tokens of a set that we did not create is unknown. */
	if (job->jobs > 0 && slots.count > 0 && slots.count != job->jobs) {
		cli_warn(job->object.word, "it was created with %d token%s, not %d", slots.count, slots.count == 1 ? "" : "s", job->jobs);
		return cli_own_status(CLI_FAILED);
	}
	/* Before the token is taken, so that it is held no longer than needed; the number follows. */
	if (slots.count > 0 ? putenv(variable) != 0 : unsetenv("SEMCTL_SLOT") == -1)
		return failure_tell(&job->object, errno);
	if (slots_take(&slots, &deadline, &slot) == -1)
		return failure_wait(job, errno, "no token is free");
	if (job->verbose && slot >= 0)
		cli_warn(job->object.word, "%sslot %d of %d", created ? "created; " : "", slot, slots.count);
	snprintf(variable + name, sizeof(variable) - name, "%d", slot);
	return run_become(job->command);
}

int run_run(const struct job *job)
{
	if (job->command == NULL || job->command[0] == NULL)
		cli_usage_exit("the command is missing");
	if ((job->mode & 0600) != 0600)
		cli_usage_exit("-m: without read and write permission you could not use the semaphore yourself");
	if (!is_posix(job) && job->jobs > SLOTS_MOST)
		cli_usage_exit("-j: a set has room for at most %d tokens", SLOTS_MOST);
	return is_posix(job) ? run_posix(job) : run_sysv(job);
}
