/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/deadline.h"
#include "base/interrupt.h"
#include "base/supervise.h"
#include "cli/cli.h"
#include "failure.h"
#include "nested.h"
#include "operands.h"
#include "run.h"
#include "stay.h"

/* Opens the semaphore, or creates it: 0, or the status to exit with. */
static int open_or_create(const struct job *job, struct semaphore *semaphore)
{
	int value = run_tokens(job);

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
	return CLI_DONE;
}

/* Takes a token: 0, or the status to exit with. */
static int take(const struct job *job, struct semaphore *semaphore, struct nested *nested, const char *name)
{
	struct deadline deadline = deadline_after(job->timeout), soon = run_patience(job);
	int status;

	if (nested->count > 0 && job->timeout != 0) {
		if (semaphore_take(semaphore, &soon) == 0)
			return CLI_DONE;
		nested_find(nested, name, NULL);
		status = errno == ETIMEDOUT && deadline_left(&deadline) > 0 ? run_tell_nested(job, nested, job->jobs) : CLI_DONE;
		if (status != CLI_DONE)
			return status;
	}
	if (semaphore_take(semaphore, &deadline) == -1)
		return failure_wait(job, errno, "no token is free");
	return CLI_DONE;
}

/* Runs the command while the token is held, and returns its status. */
static int hold(const struct job *job, struct semaphore *semaphore, const char *name, const sigset_t *mask)
{
	char *held = nested_variable(name);
	const char *const variables[] = {"SEMCTL_SLOT", held, NULL};
	int status;

	if (held == NULL)
		return failure_tell(&job->object, errno);
	nested_set_slot(held, -1);
	/* Only for those who look at the semaphore. */
	semaphore_posix_note(&semaphore->posix, SEMAPHORE_POSIX_HOLDS);
	status = stay_run(job, variables, mask);
	free(held);
	return status;
}

/* Stays beside the command, since the kernel gives no POSIX token back for a process that ends. */
int run_posix(const struct job *job)
{
	char name[NESTED_NAME_ROOM];
	struct semaphore semaphore;
	struct nested nested;
	sigset_t mask;
	int status;

	interrupt_catch_all();
	status = open_or_create(job, &semaphore);
	if (status == CLI_DONE) {
		nested_name_posix(name, &semaphore.posix);
		nested_find(&nested, name, NULL);
		if (job->nested && nested.count > 0) {
			semaphore_close(&semaphore);
			return run_become_nested(job->command);
		}
		status = take(job, &semaphore, &nested, name);
	}
	supervise_begin(&mask);
	if (status == CLI_DONE && interrupt_pending() == 0)
		status = hold(job, &semaphore, name, &mask);
	run_heed_faults();
	if (semaphore_give(&semaphore) == -1)
		status = failure_tell(&job->object, errno);
	semaphore_close(&semaphore);
	interrupt_die_if_pending();
	return status;
}
