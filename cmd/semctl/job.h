/* SPDX-License-Identifier: ISC */
/* The command line of semctl, as its commands find it. */
#ifndef JOB_H
#define JOB_H

#include <limits.h>
#include <stdint.h>
#include <sys/types.h>

#include "ipc/object.h"

/* A set has at most 32000 semaphores unless kernel.sem was raised, semget(2); semop(2) numbers them up to USHRT_MAX. */
enum { VALUES_MOST = USHRT_MAX };

/* What one command is to do; constant once the command line was parsed. */
struct job {
	const struct action *action;
	struct object object; /* the first operand */
	int count;            /* 0: not given */
	int jobs;             /* 0: not given */
	mode_t mode;
	int descendants, exclusive, force, nested, recover, verbose;
	int64_t timeout; /* nanoseconds, negative: for ever */
	int conflict;    /* the status where that is over, or where -n would have to wait */
	int operands;    /* after the semaphore; of post, get and rm including it */
	char **words;
	char **command; /* run, op: the command, ended by NULL and perhaps empty; NULL without one */
};

/* A command of semctl. */
struct action {
	const char *name, *options, *usage, *help;
	unsigned kinds;  /* names of its one semaphore; 0: it takes several semaphores */
	int least, most; /* operands after the semaphore */
	int command;     /* where a command begins, cli_option() */
	int (*run)(const struct job *job);
};

static inline int is_posix(const struct job *job)
{
	return job->object.kind == OBJECT_NAME;
}

static inline int is_mutex(const struct job *job)
{
	return job->object.kind == OBJECT_MUTEX;
}

#endif
