/* SPDX-License-Identifier: ISC */
/* The structures that the files of shmcat share. */
#ifndef JOB_H
#define JOB_H

#include <stdint.h>

#include "base/deadline.h"
#include "cli/cli_lock.h"
#include "cli/progress.h"
#include "ipc/object.h"
#include "ipc/segment.h"
#include "hexdump.h"
#include "zerocopy.h"

#define UNLIMITED UINT64_MAX

/* The command line; constant once it has been parsed. */
struct options {
	int has_lock, recover, follow, hex, remove, verbose, c_string, watch, zero_copy, progress;
	int has_length, has_timeout, from_end;
	uint64_t length;           /* bytes of -n */
	const char *next;          /* the file of --next, or NULL */
	int64_t offset;            /* bytes of -o; 0 or negative if `from_end` */
	int64_t timeout, interval; /* nanoseconds of -w and --watch */
	struct object lock;        /* of -l, where `has_lock` */
};

/* The run of the tool. */
struct job {
	const struct options *options;
	struct cli_lock lock;     /* of -l */
	struct deadline deadline; /* of -w */
	struct zerocopy zerocopy;
	int broken; /* standard output or the lock has failed: further objects could not be written either */
};

/* One object that is being written. */
struct reading {
	struct job *job;
	const struct object *object;
	struct progress progress;
	struct hexdump hex;
	uint64_t at, end; /* the next byte, and where to stop; an end of UNLIMITED is that of the segment */
	int stopped;      /* at a NUL, for -z */
	struct segment segment;
};

#endif
