/* SPDX-License-Identifier: ISC */
#include "create.h"

#include <errno.h>
#include <stdlib.h>

#include "base/interrupt.h"
#include "cli/cli.h"
#include "failure.h"
#include "ipc/semaphore.h"
#include "operands.h"

/* Others may create and remove it all the time. */
enum { TRIES = 1000 };

/* Accepts a semaphore that exists already, unless it is a set of another size. */
static int check_existing(const struct job *job, struct semaphore *semaphore, int count)
{
	operands_wait_until_finished(semaphore);
	/* The size of a set that we may not read is unknown. */
	if (job->operands > 0 && semaphore->size == 0)
		return failure_tell(&job->object, EACCES);
	if (job->operands > 0 && !semaphore->is_posix && semaphore->size != count) {
		cli_warn(job->object.word, "the set exists with %d semaphore%s, not %d", semaphore->size,
		         semaphore->size == 1 ? "" : "s", count);
		return CLI_FAILED;
	}
	if (job->verbose)
		cli_warn(job->object.word, "exists already");
	return CLI_DONE;
}

/* Prints the id, the only name of a set without a key, or removes the set where nobody can have read that. */
static int tell_id(const struct semaphore *semaphore)
{
	const struct object made = {.kind = OBJECT_ID, .id = semaphore->id};
	int status = interrupt_pending() == 0 ? cli_print_id(semaphore->id) : CLI_FAILED;

	if (status != CLI_DONE)
		semaphore_remove(&made);
	return status;
}

static int finish_new(const struct job *job, struct semaphore *semaphore, int count)
{
	int status = CLI_DONE;

	if (job->object.kind == OBJECT_PRIVATE)
		status = tell_id(semaphore);
	if (status == CLI_DONE && job->verbose)
		cli_warn(job->object.word, "created with %d semaphore%s", count, count == 1 ? "" : "s");
	semaphore_close(semaphore);
	return status;
}

static int create(const struct job *job, const int *values, int count)
{
	struct semaphore semaphore;
	int status, tries;

	for (tries = 0; tries < TRIES; tries++) {
		if (semaphore_create(&semaphore, &job->object, job->mode, values, count) == 0)
			return finish_new(job, &semaphore, count);
		/* Another process has removed it at once. */
		if (errno == EIDRM)
			continue;
		if (errno != EEXIST || job->exclusive)
			return failure_create(&job->object, errno);
		if (operands_open(&semaphore, &job->object) == 0) {
			status = check_existing(job, &semaphore, count);
			semaphore_close(&semaphore);
			return status;
		}
		/* Another process has removed it in between. */
		if (errno != ENOENT)
			return failure_tell(&job->object, errno);
	}
	return failure_tell(&job->object, errno == ENOENT ? ENOENT : EEXIST);
}

int create_run(const struct job *job)
{
	int count = job->operands > 0 ? job->operands : 1, status;
	int *values;

	if (job->object.kind == OBJECT_ID)
		cli_usage_exit("%s: the kernel chooses the id of a new set; name the set by a key", cli_shown(job->object.word));
	if (is_posix(job) && count > 1)
		cli_usage_exit("%s: a POSIX semaphore has one value; sets are System V", cli_shown(job->object.word));
	values = operands_values_or_exit(job, count);
	if (job->object.kind == OBJECT_PRIVATE)
		interrupt_catch();
	status = create(job, values, count);
	free(values);
	interrupt_die_if_pending();
	return status;
}

static int remove_one(const struct job *job, const struct object *object)
{
	if (semaphore_remove(object) == -1)
		return failure_tell(object, errno);
	if (job->verbose)
		cli_warn(object->word, "removed");
	return CLI_DONE;
}

int create_remove(const struct job *job)
{
	return operands_for_each(job, remove_one);
}
