/* SPDX-License-Identifier: ISC */
/* A call of mqsend: its options and what it does now. */
#ifndef JOB_H
#define JOB_H

#include <stdint.h>

#include "base/record.h"
#include "cli/cli_queue.h"
#include "cli/progress.h"
#include "ipc/queue.h"

/* The command line; constant once it was parsed. */
struct options {
	struct cli_queue_options create;
	struct record_format format;
	int has_format, end, verbose, with_rank, c_string, progress;
	const char *rank_word; /* of -p or -t; NULL: neither was given */
	char rank_option;      /* 'p' or 't' */
	long rank;             /* of all messages, but for -P */
	int64_t timeout;       /* nanoseconds; negative: wait for ever */
	const char *ca;        /* file of certificates; NULL: the system's */
	struct object object;  /* last, since its path is as large as a page of memory */
};

/* The running state. */
struct job {
	const struct options *options;
	struct queue queue;
	struct progress progress;
	char *copy; /* of a message that gets a NUL */
	size_t copy_room;
	int queue_failed; /* the queue failed while input was waited for */
	const char *unit; /* "line", "record" or "message", for reports */
	uint64_t number;  /* of the unit that is being sent, from 1 */
};

#endif
