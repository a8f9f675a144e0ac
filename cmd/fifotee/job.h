/* SPDX-License-Identifier: ISC */
/* The structures of fifotee: what the command line asks for, and what runs. */
#ifndef JOB_H
#define JOB_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/deadline.h"
#include "block_writer.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "fifo.h"
#include "record_writer.h"
#include "share.h"
#include "stream.h"

enum policy_kind { POLICY_BLOCK, POLICY_DROP, POLICY_BUFFER, POLICY_FAIL };

struct policy {
	enum policy_kind kind;
	uint64_t room; /* of POLICY_BUFFER: bytes of the queue */
};

/* An output as the command line names it. */
struct target {
	const char *name;
	struct policy policy;
	int is_stdout;
};

/* The command line; it does not change once it was parsed. */
struct options {
	struct target *targets; /* FIFOs, and last standard output; owned by main() */
	size_t count, room;
	struct record_format format;
	int has_format, keep, verbose, progress_wanted, zero_copy;
	int has_readers;
	uint64_t readers; /* FIFOs that must have readers before the copying begins, if `has_readers` */
	mode_t mode;
	int64_t timeout; /* nanoseconds, or -1: none */
};

struct output {
	const char *name;
	struct policy policy;
	int is_stdout;
	struct fifo fifo; /* of standard output only the device and inode of its pipe or file */
	union {
		struct writer writer;
		struct block_writer block; /* POLICY_BLOCK */
		struct record_writer record;
	};
	int met;  /* it has had a reader */
	int over; /* nothing will be written to it any more */

	int missing; /* the name of the FIFO does not exist; it is created again at `create_at` */
	struct deadline create_at;

	/* --zero-copy: its pipe is full, so that nothing is passed on before it has room; and how much room it has. */
	int full;
	size_t has_room;

	int waited; /* fifotee waits for its reader, until `patience` ends */
	struct deadline patience;
};

/* The first pause between two looks for readers, in nanoseconds. */
#define LOOK_FIRST INT64_C(1000000)

struct job {
	const struct options *options;
	struct output *outputs;
	size_t count;
	struct stream stream;
	struct share share;
	struct pollfd *polls; /* of standard input, of `report`, and of the outputs in `order` */
	struct output **order;
	size_t ordered;
	int report;    /* signalfd(2) of SIGUSR1, or -1 */
	int started;   /* the readers that must be waited for have come */
	int finishing; /* after a signal: no record is begun any more */
	int status;
	int64_t pause; /* between two looks for readers */
	struct deadline look, may_look; /* the next look for readers, and the earliest one when input arrives */
	struct deadline start_by;       /* the end of the wait for `readers` */
	struct progress progress;
};

static inline int has_reader(const struct output *output)
{
	return output->writer.outfd.fd != -1;
}

/* Returns whether the others wait for this output. */
static inline int blocks(const struct output *output)
{
	return output->policy.kind == POLICY_BLOCK;
}

/* Returns whether bytes wait to be written to the reader. */
static inline int has_more(const struct job *job, const struct output *output)
{
	return writer_waits(&output->writer, job->finishing);
}

/* Adds the status of one failure to that of the whole run. */
static inline void note_status(struct job *job, int status)
{
	job->status = job->status == CLI_DONE ? status : cli_merge_status(job->status, status);
}

#endif
