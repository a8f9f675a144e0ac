/* SPDX-License-Identifier: ISC */
#include "create.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/interrupt.h"
#include "cli/cli.h"
#include "failure.h"
#include "holders.h"
#include "ipc/semaphore.h"
#include "ipc/semset.h"
#include "ipc/sysv.h"
#include "operands.h"
#include "resize.h"
#include "slots.h"

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

/* Says why a semaphore is not removed, and returns 1. */
__attribute__((format(printf, 2, 3))) static int refuse(const struct object *object, const char *format, ...)
{
	char cause[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(cause, sizeof(cause), format, arguments);
	va_end(arguments);
	cli_warn(object->word, "%s; it stays (-f removes it)", cause);
	return 1;
}

/*
 * Reports the processes that use a semaphore: 1, also where that cannot be seen; 0 where none is known; -1 with errno where the
 * semaphore was removed.
 */
static int refuse_used(const struct object *object, const struct semaphore *semaphore)
{
	const char *holders = holders_text(object);
	int waiting;

	if (holders != NULL)
		return refuse(object, "held by %s", holders);
	waiting = errno == 0 ? holders_waiting(semaphore) : -1;
	if (waiting == -1)
		return sysv_is_gone(errno) ? sysv_fail_missing(errno) : refuse(object, "its users cannot be seen: %s", cli_text(errno));
	return waiting == 0 ? 0 : semaphore->is_posix ? refuse(object, "a process waits for it") :
	       refuse(object, "%d process%s for it", waiting, waiting == 1 ? " waits" : "es wait");
}

/* Removes a semaphore that no process uses: 0, -1 with errno, or 1 after refuse(). */
static int remove_unused(const struct object *object)
{
	struct semaphore semaphore;
	struct slots slots;
	int used, is_set;

	if (operands_open(&semaphore, object) == -1) {
		/* A file that is no semaphore has no users. */
		if (errno == EINVAL)
			return semaphore_remove(object);
		return errno == EACCES ? refuse(object, "its users cannot be seen: %s", cli_text(errno)) : -1;
	}
	used = refuse_used(object, &semaphore);
	is_set = !semaphore.is_posix && semset_kind_of(semaphore.id, semaphore.size) == SEMSET_SLOTS;
	slots = (struct slots){.id = semaphore.id, .size = semaphore.size};
	semaphore_close(&semaphore);
	if (used != 0)
		return used;
	return is_set ? resize_remove_unused(&slots) : semaphore_remove(object);
}

static int remove_one(const struct job *job, const struct object *object)
{
	int result = job->force ? semaphore_remove(object) : remove_unused(object);

	if (result == -1 && errno == EBUSY)
		result = refuse(object, "a process has just taken a token");
	if (result == 1)
		return CLI_FAILED;
	if (result == -1)
		return failure_tell(object, errno);
	if (job->verbose)
		cli_warn(object->word, "removed");
	return CLI_DONE;
}

int create_remove(const struct job *job)
{
	return operands_for_each(job, remove_one);
}
