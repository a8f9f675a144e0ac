/* SPDX-License-Identifier: ISC */
#include "operands.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/number.h"
#include "cli/cli.h"
#include "failure.h"

static int value_or_exit(const char *word, int most)
{
	uint64_t value;

	if (number_parse(word, 0, (uint64_t)most, &value) == -1)
		cli_usage_exit("%s: a value is a number from 0 to %d", cli_shown(word), most);
	return (int)value;
}

int *operands_values_or_exit(const struct job *job, int count)
{
	int *values = calloc((size_t)count + 1, sizeof(*values)), i;

	if (values == NULL)
		exit(failure_tell(&job->object, errno));
	/* The default makes a lock. */
	values[0] = 1;
	for (i = 0; i < job->operands; i++)
		values[i] = value_or_exit(job->words[i], failure_limit(&job->object));
	return values;
}

int operands_open(struct semaphore *semaphore, const struct object *object)
{
	if (object->kind == OBJECT_NAME)
		cli_guard_semaphore(object->word);
	return semaphore_open(semaphore, object);
}

void operands_wait_until_finished(const struct semaphore *semaphore)
{
	const struct timespec moment = {0, 1000000};
	int i;

	for (i = 0; i < 1000 && semaphore_is_unfinished(semaphore); i++)
		nanosleep(&moment, NULL);
}

int operands_for_each(const struct job *job, int (*act)(const struct job *job, const struct object *object))
{
	int i, status = CLI_DONE;

	for (i = 0; i < job->operands; i++) {
		struct object object;
		int one;

		cli_object_or_exit(&object, job->words[i], SEMAPHORE_KINDS);
		one = act(job, &object);
		status = i == 0 ? one : cli_merge_status(status, one);
	}
	return status;
}
