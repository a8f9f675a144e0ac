/* SPDX-License-Identifier: ISC */
#include "wait.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "barrier.h"
#include "base/deadline.h"
#include "base/interrupt.h"
#include "cli/cli.h"
#include "failure.h"
#include "ipc/semaphore.h"
#include "ipc/semset.h"
#include "operands.h"

/* Refuses a barrier: a token more or less there would release the others too early, or never. */
static int refuse_barrier(const struct object *object, const struct semaphore *semaphore)
{
	if (semaphore->is_posix || semset_kind_of(semaphore->id, semaphore->size) != SEMSET_BARRIER)
		return CLI_DONE;
	cli_warn(object->word, "this set is a barrier, which has no tokens");
	return CLI_FAILED;
}

/* Takes the tokens for good: 1 where they are ours now, whatever signal comes later. */
static int take(const struct job *job, struct semaphore *semaphore, int *status)
{
	struct deadline deadline = deadline_after(job->timeout);
	int count = job->count > 0 ? job->count : 1;
	char few[64];

	snprintf(few, sizeof(few), count == 1 ? "no token is free" : "fewer than %d tokens are free", count);
	if (job->timeout == 0)
		operands_wait_until_finished(semaphore);
	*status = refuse_barrier(&job->object, semaphore);
	if (*status != CLI_DONE)
		return 0;
	if (semaphore_take_several(semaphore, count, &deadline) == -1) {
		*status = failure_wait(job, errno, few);
		return 0;
	}
	if (interrupt_pending() != 0)
		return 0;
	if (semaphore_keep(semaphore) == -1) {
		*status = failure_tell(&job->object, errno);
		return 0;
	}
	if (job->verbose)
		cli_warn(job->object.word, "took %d token%s", count, count == 1 ? "" : "s");
	return 1;
}

int wait_run(const struct job *job)
{
	struct semaphore semaphore;
	int status, taken = 0;

	/* Tokens that we took before a signal ended us must go back. */
	interrupt_catch_all();
	if (operands_open(&semaphore, &job->object) == -1)
		status = failure_tell(&job->object, errno);
	else
		taken = take(job, &semaphore, &status);
	semaphore_close(&semaphore);
	if (!taken)
		interrupt_die_if_pending();
	return status;
}

/* Refuses tokens that nobody has taken from a set that run created: they would have no slots. */
static int refuse_surplus(const struct object *object, const struct semaphore *semaphore, int count)
{
	int taken = 0, missing, at, *values;

	if (semaphore->is_posix || semset_kind_of(semaphore->id, semaphore->size) != SEMSET_SLOTS)
		return CLI_DONE;
	values = calloc((size_t)semaphore->size, sizeof(*values));
	if (values == NULL || semaphore_values(semaphore, values) == -1) {
		free(values);
		return failure_tell(object, errno);
	}
	for (at = SEMSET_FIRST_SLOT; at < SEMSET_FIRST_SLOT + semset_room(semaphore->size); at++)
		taken += values[at];
	missing = values[SEMSET_LIMIT] + values[SEMSET_SURPLUS] - values[SEMSET_TOKENS] - taken;
	free(values);
	if (count <= missing)
		return CLI_DONE;
	cli_warn(object->word, "%d token%s missing; nothing was added (semctl resize changes how many exist)", missing > 0 ? missing : 0,
	         missing == 1 ? " is" : "s are");
	return CLI_FAILED;
}

static int post_one(const struct job *job, const struct object *object)
{
	struct semaphore semaphore;
	int count = job->count > 0 ? job->count : 1, status;

	if (count > failure_limit(object))
		return failure_tell(object, EOVERFLOW);
	if (operands_open(&semaphore, object) == -1)
		return failure_tell(object, errno);
	operands_wait_until_finished(&semaphore);
	status = refuse_barrier(object, &semaphore);
	if (status == CLI_DONE)
		status = refuse_surplus(object, &semaphore, count);
	if (status == CLI_DONE && semaphore_post(&semaphore, count) == -1)
		status = failure_tell(object, errno);
	else if (status == CLI_DONE && job->verbose)
		cli_warn(object->word, "gave %d token%s", count, count == 1 ? "" : "s");
	semaphore_close(&semaphore);
	return status;
}

int wait_post(const struct job *job)
{
	return operands_for_each(job, post_one);
}

int wait_barrier(const struct job *job)
{
	struct deadline deadline = deadline_after(job->timeout);
	struct barrier barrier;
	int created;

	if (is_posix(job))
		cli_usage_exit("%s: a barrier is a System V set: a process killed at a POSIX one would be missing for ever", cli_shown(job->object.word));
	if (job->count == 0)
		cli_usage_exit("-c is missing: the number of processes that the barrier waits for");
	if (barrier_open(&barrier, &job->object, job->count, job->mode, &created) == -1) {
		if (errno != EPROTOTYPE)
			return failure_create(&job->object, errno);
		cli_warn(job->object.word, "the set exists and is not a barrier");
		return CLI_FAILED;
	}
	if (barrier.count != job->count) {
		cli_warn(job->object.word, "the barrier is for %d process%s, not %d", barrier.count, barrier.count == 1 ? "" : "es",
		         job->count);
		return CLI_FAILED;
	}
	if (job->verbose)
		cli_warn(job->object.word, "%swaiting for %d process%s", created ? "created; " : "", job->count, job->count == 1 ? "" : "es");
	if (barrier_wait(&barrier, &deadline) == -1)
		return failure_wait(job, errno, "other processes are missing");
	return CLI_DONE;
}
