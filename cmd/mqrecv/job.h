/* SPDX-License-Identifier: ISC */
/* The structures of mqrecv: its options, a command that runs, and the state of the whole run. */
#ifndef JOB_H
#define JOB_H

#include <stdint.h>
#include <sys/types.h>

#include "base/deadline.h"
#include "base/record.h"
#include "cli/cli_queue.h"
#include "cli/progress.h"
#include "inflight.h"
#include "ipc/queue.h"

/* Nanoseconds that putting back waits for room in a queue that others have filled. */
#define RETURN_TIME INT64_C(5000000000)

/* The command line; constant once it was parsed. */
struct options {
	struct object *objects; /* of the queues; the main program's to free */
	int queues;
	struct cli_queue_options create;
	struct record_format format;
	struct queue_wish wish;
	char **command; /* NULL: messages go to standard output */
	int has_format, has_count, has_type, has_dead_letter;
	int all, end, follow, unbuffered, verbose, with_rank, c_string, json, peek, progress;
	uint64_t count;  /* of messages to receive; UINT64_MAX: no limit */
	const char *ca;  /* file of certificates; NULL: the system's */
	int64_t timeout; /* nanoseconds for each message; negative: wait for ever */
	int jobs;        /* commands at once; 0: -j was not given */
	uint64_t tries;  /* attempts for each message; 0: --tries was not given */
	struct object dead_letter; /* if has_dead_letter; last, since its path is as large as a page of memory */
};

/* A command that runs or waits for its next attempt, and the message that it was given. */
struct task {
	enum { TASK_FREE, TASK_RUNS, TASK_WAITS } state;
	pid_t pid; /* of the command that runs */
	struct queue *queue;
	struct message message;
	uint64_t attempts; /* begun with this message */
};

/* A queue whose connection was lost. */
struct lost_queue {
	struct queue *queue;
	struct deadline next, end; /* the next attempt to connect; the last one */
	int64_t pause;             /* before the next attempt, in nanoseconds */
};

/* The running state. */
struct job {
	const struct options *options;
	struct queue *queues, **open; /* all queues, and those of them that still exist */
	int open_count;
	struct lost_queue *lost; /* with -f: those that are to be open again */
	int lost_count;
	struct queue dead_letter;
	struct message message; /* received last */
	uint64_t wanted;        /* messages to receive in all: options->count, or fewer with -a and a command */
	uint64_t taken, done, returned; /* messages received, passed on, put back */
	uint64_t buried, given_up;      /* messages sent to the dead letters, written to standard error after all attempts */
	uint64_t unnoted; /* messages whose queue could not be told that they have served their purpose: they come again */

	/* For output: messages under way, and whether a block was shorter than -b says. */
	struct inflight box;
	int block_was_short;
	struct progress progress;

	/* For commands: the places for them, how many are taken by commands that run or wait, and the pause after failures. */
	struct task *tasks;
	int places, running, waiting;
	unsigned failures;          /* commands that failed in a row, each of which left its message to be tried again */
	struct deadline not_before; /* no command starts earlier, if there were failures */
	int command_status;         /* of the first command that failed in its last attempt */
};

#endif
