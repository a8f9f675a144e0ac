/* SPDX-License-Identifier: ISC */
/* The structures that the files of shmput share. */
#ifndef JOB_H
#define JOB_H

#include <stdint.h>
#include <sys/types.h>

#include "cli/cli_lock.h"
#include "cli/input.h"
#include "cli/progress.h"
#include "ipc/object.h"
#include "ipc/segment.h"

#define UNLIMITED ((uint64_t)INT64_MAX)

/* The command line; constant once it has been parsed. */
struct options {
	struct object object, lock; /* `lock` is that of -l, where `has_lock` */
	int append, exclusive, keep, has_lock, recover, replace, verbose, c_string, progress;
	int has_mode, has_offset, has_size, has_timeout;
	mode_t mode;
	uint64_t offset, size; /* bytes of -o and -s */
	int64_t timeout;       /* nanoseconds of -w */
};

/* The run of the tool. */
struct job {
	const struct options *options;
	struct segment segment;
	struct cli_lock lock;       /* of -l */
	struct input input;         /* in memory, if `in_memory` */
	struct progress progress;
	int in_memory, created;
	uint64_t old_size; /* of the segment before */
	uint64_t written;
	int64_t known; /* length of the input, or -1 if it is not known */
	int64_t room;  /* free bytes of the file system, or -1 if that is not known */
};

#endif
