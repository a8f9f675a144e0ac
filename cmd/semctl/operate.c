/* SPDX-License-Identifier: ISC */
#include "operate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sem.h>

#include "base/deadline.h"
#include "base/number.h"
#include "cli/cli.h"
#include "failure.h"
#include "ipc/semset.h"
#include "operands.h"
#include "run.h"

/* The parts of an operation have room for so many digits, with which leading zeros count. */
enum { PART_ROOM = 24 };

/* Copies the part of an operation, and exits where that is too long. */
static void copy_part(char *part, const char *start, size_t length, const char *word)
{
	if (length >= PART_ROOM)
		cli_usage_exit("%s: not an operation (such as 0-1, 1+2u, 2=0n)", cli_shown(word));
	memcpy(part, start, length);
	part[length] = '\0';
}

/* Parses "0-1", "1+2u", "2=0n": the semaphore's number in the set, what to do, and flags. */
static struct sembuf operation_or_exit(const char *word)
{
	size_t digits = strcspn(word, "-+="), amount;
	struct sembuf operation = {0, 0, 0};
	char part[PART_ROOM];
	const char *flags;
	uint64_t at, by;

	if (digits == 0 || word[digits] == '\0')
		cli_usage_exit("%s: not an operation (such as 0-1, 1+2u, 2=0n)", cli_shown(word));
	copy_part(part, word, digits, word);
	if (number_parse(part, 0, VALUES_MOST, &at) == -1)
		cli_usage_exit("%s: %s is not the number of a semaphore", cli_shown(word), part);
	flags = word + digits + 1;
	amount = strcspn(flags, "un");
	copy_part(part, flags, amount, word);
	if (number_parse(part, 0, SEMAPHORE_MOST_SYSV, &by) == -1 || (word[digits] == '=') != (by == 0))
		cli_usage_exit("%s: an operation takes (-) or adds (+) 1 to %d, or waits for zero (=0)", cli_shown(word), SEMAPHORE_MOST_SYSV);
	for (flags += amount; *flags != '\0'; flags++) {
		if (*flags != 'u' && *flags != 'n')
			cli_usage_exit("%s: only u (undo at exit) and n (do not wait) may follow the number", cli_shown(word));
		operation.sem_flg |= *flags == 'u' ? SEM_UNDO : IPC_NOWAIT;
	}
	operation.sem_num = (unsigned short)at;
	operation.sem_op = (short)(word[digits] == '-' ? -(int)by : (int)by);
	return operation;
}

static int fail_operation(const struct job *job, const struct semaphore *semaphore, int err)
{
	switch (err) {
	case EAGAIN:
		if (job->timeout < 0) {
			cli_warn(job->object.word, "the operations would have to wait");
			return job->conflict;
		}
		return failure_wait(job, ETIMEDOUT, "the operations would have to wait");
	case EFBIG:
		if (semaphore->size == 0)
			cli_warn(job->object.word, "an operation names a semaphore that the set does not have");
		else
			cli_warn(job->object.word, "the set has only %d semaphore%s, numbered from 0", semaphore->size,
			         semaphore->size == 1 ? "" : "s");
		return cli_own_status(CLI_FAILED);
	case ERANGE:
		cli_warn(job->object.word, "a value, or what is to be undone for this process, would exceed %d; nothing was done",
		         SEMAPHORE_MOST_SYSV);
		return cli_own_status(CLI_FAILED);
	case EINVAL: return failure_wait(job, EIDRM, "");
	default: return failure_wait(job, err, "");
	}
}

static int operate(const struct job *job, struct sembuf *operations, size_t count)
{
	struct deadline deadline = deadline_after(job->timeout);
	struct semaphore semaphore;

	if (operands_open(&semaphore, &job->object) == -1)
		return failure_tell(&job->object, errno);
	operands_wait_until_finished(&semaphore);
	if (semset_operate(semaphore.id, operations, count, &deadline) == -1)
		return fail_operation(job, &semaphore, errno);
	if (job->verbose)
		cli_warn(job->object.word, "done");
	return CLI_DONE;
}

int operate_run(const struct job *job)
{
	struct sembuf *operations;
	int count = job->operands, status;

	if (job->command != NULL)
		cli_runs_command();
	if (is_posix(job))
		cli_usage_exit("%s: op is for System V sets; a POSIX semaphore has wait and post", cli_shown(job->object.word));
	if (count == 0)
		cli_usage_exit("the operations are missing (such as 0-1, 1+2u, 2=0n)");
	if (job->command != NULL && job->command[0] == NULL)
		cli_usage_exit("the command after -- is missing");
	operations = calloc((size_t)count, sizeof(*operations));
	if (operations == NULL)
		return failure_tell(&job->object, errno);
	for (int i = 0; i < count; i++)
		operations[i] = operation_or_exit(job->words[i]);
	status = operate(job, operations, (size_t)count);
	free(operations);
	if (status != CLI_DONE || job->command == NULL)
		return status;
	return run_become(job->command);
}
