/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/deadline.h"
#include "base/interrupt.h"
#include "base/supervise.h"
#include "cli/cli.h"
#include "cli/cli_lock.h"
#include "nested.h"
#include "run.h"
#include "stay.h"

/* Prints why the mutex could not be locked, and returns the status to exit with. */
static int fail(const struct job *job, const struct cli_lock *lock, int err)
{
	int status = cli_lock_fail(lock, err);

	return err == ETIMEDOUT ? job->conflict : status;
}

/* Locks the mutex: 0, or the status to exit with. */
static int take(const struct job *job, struct cli_lock *lock, const char *name)
{
	struct deadline deadline = deadline_after(job->timeout), soon = run_patience(job);
	struct nested nested;
	int status;

	nested_find(&nested, name, NULL);
	if (nested.count > 0 && job->timeout != 0) {
		if (cli_lock_take(lock, &soon) == 0)
			return CLI_DONE;
		nested_find(&nested, name, NULL);
		status = errno == ETIMEDOUT && deadline_left(&deadline) > 0 ? run_tell_nested(job, &nested, 1) : CLI_DONE;
		if (status != CLI_DONE || errno != ETIMEDOUT)
			return status != CLI_DONE ? status : fail(job, lock, errno);
	}
	return cli_lock_take(lock, &deadline) == 0 ? CLI_DONE : fail(job, lock, errno);
}

/* Runs the command while the mutex is held, and returns its status. */
static int hold(const struct job *job, const struct cli_lock *lock, const char *name, const sigset_t *mask)
{
	char *held = nested_variable(name);
	const char *const variables[] = {"SEMCTL_SLOT", held, lock->mutex.orphaned ? "SEMCTL_RECOVER=1" : "SEMCTL_RECOVER", NULL};
	int status;

	if (held == NULL)
		return cli_fail(job->object.word, errno);
	nested_set_slot(held, -1);
	status = stay_run(job, variables, mask);
	free(held);
	return status;
}

/* Stays beside the command: for the C library and the kernel this thread holds the mutex, and execve(2) would be its end. */
int run_mutex(const struct job *job)
{
	static struct cli_lock lock;
	char name[NESTED_NAME_ROOM];
	struct nested nested;
	sigset_t mask;
	int status;

	interrupt_catch_all();
	status = cli_lock_open(&lock, &job->object);
	if (status != CLI_DONE) {
		interrupt_die_if_pending();
		return status;
	}
	lock.recover = job->recover;
	nested_name_mutex(name, &lock.mutex);
	nested_find(&nested, name, NULL);
	if (job->nested && nested.count > 0) {
		cli_lock_close(&lock);
		return run_become_nested(job->command);
	}
	status = take(job, &lock, name);
	if (status == CLI_DONE && job->verbose)
		cli_warn(job->object.word, "locked");
	supervise_begin(&mask);
	if (status == CLI_DONE)
		status = interrupt_pending() == 0 ? hold(job, &lock, name, &mask) : CLI_FAILED;
	if (status != CLI_DONE && lock.mutex.orphaned && lock.recover)
		cli_warn(job->object.word, "not marked consistent, since the command failed: the next process is told again that the holder has died");
	run_heed_faults();
	if (cli_lock_give(&lock, status == CLI_DONE) == -1)
		status = fail(job, &lock, errno);
	cli_lock_close(&lock);
	interrupt_die_if_pending();
	return status;
}
