/* SPDX-License-Identifier: ISC */
#include "values.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "failure.h"
#include "ipc/semset.h"
#include "ipc/sysv.h"
#include "operands.h"
#include "rows.h"

static struct rows rows; /* of get -v, for all operands */

/* The label of semaphore number `at` of a set. */
static void set_label(char *label, size_t room, enum semset_kind kind, int at)
{
	static const char *const of_barrier[] = {"lacking", "leaving", "count"};

	if (kind == SEMSET_SLOTS)
		snprintf(label, room, at == SEMSET_TOKENS ? "tokens" : at == SEMSET_SURPLUS ? "surplus" : "slot-%d", at - SEMSET_FIRST_SLOT);
	else if (kind == SEMSET_BARRIER)
		snprintf(label, room, "%s", of_barrier[at]);
	else
		snprintf(label, room, "%d", at);
}

static int add_row(const struct object *object, const struct semaphore_state *state, enum semset_kind kind, int at)
{
	char label[32];

	set_label(label, sizeof(label), kind, at);
	return rows_add(&rows, object->word, label, state);
}

/* Shows a POSIX semaphore that we may read but not use. */
static int glance_one(const struct job *job, const struct object *object)
{
	struct semaphore_state state;

	if (semaphore_glance(object, &state) == -1)
		return failure_tell(object, errno);
	if (!job->verbose)
		printf("%d\n", state.value);
	else if (add_row(object, &state, SEMSET_PLAIN, 0) == -1)
		return failure_tell(object, errno);
	return CLI_DONE;
}

static enum semset_kind kind_of(const struct semaphore *semaphore)
{
	return semaphore->is_posix ? SEMSET_PLAIN : semset_kind_of(semaphore->id, semaphore->size);
}

/* Whether a semaphore of a set of run is shown: the tokens, slots within the limit, and others that are taken. */
static int is_shown(int at, int size, int limit, int value)
{
	if (at == SEMSET_TOKENS || (at >= SEMSET_FIRST_SLOT && at < SEMSET_FIRST_SLOT + limit))
		return 1;
	return at != SEMSET_LIMIT && at < SEMSET_FIRST_SLOT + semset_room(size) && value > 0;
}

static int add_rows(const struct object *object, const struct semaphore *semaphore)
{
	enum semset_kind kind = kind_of(semaphore);
	int shown = kind == SEMSET_PLAIN ? semaphore->size : semaphore->size - 1, limit = 0, i;
	struct semaphore_state state;

	if (kind == SEMSET_SLOTS) {
		limit = semctl(semaphore->id, SEMSET_LIMIT, GETVAL);
		shown = SEMSET_FIRST_SLOT + semset_room(semaphore->size);
	}
	for (i = 0; i < shown; i++) {
		if (semaphore_look(semaphore, i, &state) == -1)
			return -1;
		if (kind == SEMSET_SLOTS && !is_shown(i, semaphore->size, limit, state.value))
			continue;
		if (add_row(object, &state, kind, i) == -1)
			return -1;
	}
	return 0;
}

/* Prints the values.  What run and barrier made is one semaphore to its users: its tokens, or the processes that are missing. */
static int print_values(const struct semaphore *semaphore)
{
	int shown = kind_of(semaphore) == SEMSET_PLAIN ? semaphore->size : 1, i, result;
	int *values = calloc((size_t)semaphore->size, sizeof(*values));

	result = values == NULL ? -1 : semaphore_values(semaphore, values);
	for (i = 0; result == 0 && i < shown; i++)
		printf("%d\n", values[i]);
	free(values);
	return result;
}

static int get_one(const struct job *job, const struct object *object)
{
	struct semaphore semaphore;
	int result, status = CLI_DONE;

	if (operands_open(&semaphore, object) == -1)
		return object->kind == OBJECT_NAME && (errno == EACCES || errno == EROFS) ? glance_one(job, object) :
		                                                                            failure_tell(object, errno);
	operands_wait_until_finished(&semaphore);
	errno = EACCES;
	result = semaphore.size == 0 ? -1 : job->verbose ? add_rows(object, &semaphore) : print_values(&semaphore);
	if (result == -1) {
		sysv_fail_removed(errno);
		status = failure_tell(object, errno);
	}
	semaphore_close(&semaphore);
	return status;
}

int values_get(const struct job *job)
{
	int status;

	if (cli_was_closed(1))
		return cli_fail("standard output", EBADF);
	status = operands_for_each(job, get_one);
	rows_print(&rows);
	rows_free(&rows);
	if (fflush(stdout) == EOF)
		return cli_fail("standard output", errno);
	return cli_finish(status);
}

static int set_one(const struct job *job, struct semaphore *semaphore, const int *values)
{
	enum semset_kind kind = kind_of(semaphore);

	if (kind == SEMSET_BARRIER) {
		cli_warn(job->object.word, "this set is a barrier, which has no value to set");
		return CLI_FAILED;
	}
	if (kind == SEMSET_SLOTS)
		semaphore->size = 1;
	/* The size of a set that we may not read is unknown. */
	if (semaphore->size == 0)
		return failure_tell(&job->object, EACCES);
	if (job->operands != semaphore->size) {
		cli_warn(job->object.word, "the set has %d semaphore%s, but %d value%s given", semaphore->size,
		         semaphore->size == 1 ? "" : "s", job->operands, job->operands == 1 ? " was" : "s were");
		return CLI_FAILED;
	}
	if (semaphore_set(semaphore, values) == -1) {
		sysv_fail_removed(errno);
		return failure_tell(&job->object, errno);
	}
	if (job->verbose)
		cli_warn(job->object.word, "set");
	return CLI_DONE;
}

int values_set(const struct job *job)
{
	struct semaphore semaphore;
	int *values = operands_values_or_exit(job, job->operands);
	int status;

	if (operands_open(&semaphore, &job->object) == -1) {
		status = failure_tell(&job->object, errno);
	} else {
		operands_wait_until_finished(&semaphore);
		status = set_one(job, &semaphore, values);
		semaphore_close(&semaphore);
	}
	free(values);
	return status;
}
