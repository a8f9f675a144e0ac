/* SPDX-License-Identifier: ISC */
#include "failure.h"

#include <errno.h>

#include "cli/cli.h"
#include "holders.h"
#include "ipc/semaphore.h"

int failure_limit(const struct object *object)
{
	return object->kind == OBJECT_NAME ? SEMAPHORE_MOST_POSIX : SEMAPHORE_MOST_SYSV;
}

static int tell(const struct object *object, const char *cause)
{
	cli_warn(object->word, "%s", cause);
	return cli_own_status(CLI_FAILED);
}

int failure_tell(const struct object *object, int err)
{
	switch (err) {
	case EDEADLK: return tell(object, "this process holds the only token already, and would wait for itself");
	case EOVERFLOW:
		cli_warn(object->word, "the value would exceed %d; nothing was added", failure_limit(object));
		return cli_own_status(CLI_FAILED);
	case E2BIG: return tell(object, "too many operations for one step (sysctl kernel.sem, third number)");
	case EINVAL:
		if (object->kind == OBJECT_NAME)
			return cli_own_status(cli_fail_semaphore(object, err));
		return tell(object, "too many semaphores for one set (sysctl kernel.sem, first number)");
	default: return cli_fail_shared(object, err);
	}
}

int failure_create(const struct object *object, int err)
{
	if (err != ENOSPC || object->kind == OBJECT_NAME)
		return failure_tell(object, err);
	return tell(object, "the system limit for semaphore sets is reached (sysctl kernel.sem, second and fourth number; ipcls -t sem)");
}

int failure_wait(const struct job *job, int err, const char *would_wait)
{
	const char *holders;

	if (err == ETIMEDOUT) {
		holders = holders_text(&job->object);
		cli_warn(job->object.word, "%s%s%s", job->timeout == 0 ? would_wait : cli_text(err), holders != NULL ? "; held by " : "",
		         holders != NULL ? holders : "");
		return job->conflict;
	}
	if (err == ENOSPC)
		return tell(&job->object, "the kernel has no room to record what a process gives back when it ends (SEMMNU)");
	return failure_tell(&job->object, err);
}
