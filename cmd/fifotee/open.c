/* SPDX-License-Identifier: ISC */
#include "open.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/interrupt.h"
#include "input.h"
#include "output.h"
#include "zerocopy.h"

/* Raises the soft limit to the hard one: each output takes a descriptor. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static void open_stdout(struct job *job, struct output *output)
{
	struct outfd outfd;
	struct stat st;

	if (cli_was_closed(1)) {
		output_fail(job, output, EBADF);
		return;
	}
	if (fstat(1, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISREG(st.st_mode))) {
		output->fifo.device = st.st_dev;
		output->fifo.inode = st.st_ino;
		if (output_refuse_same(job, output))
			return;
	}
	if (outfd_inherit(&outfd, 1) == -1) {
		if (errno == EPIPE && output->policy.kind != POLICY_FAIL)
			output_end(job, output);
		else
			output_fail(job, output, errno);
		return;
	}
	output->met = 1;
	writer_take_reader(&output->writer, &outfd);
}

static void open_fifo(struct job *job, struct output *output)
{
	if (fifo_find(&output->fifo, output->name, job->options->mode) == -1)
		output_fail(job, output, errno);
	else
		output_refuse_same(job, output);
}

static int open_writer(const struct job *job, struct output *output)
{
	if (blocks(output)) {
		block_writer_open(&output->block, &job->stream);
		return 0;
	}
	if (record_writer_open(&output->record, &job->options->format, (size_t)output->policy.room) == -1)
		return -1;
	output->record.at_once = output->policy.kind == POLICY_FAIL;
	return 0;
}

static void open_output(struct job *job, struct output *output, const struct target *target)
{
	*output = (struct output){.name = target->name, .policy = target->policy, .is_stdout = target->is_stdout};
	if (open_writer(job, output) == -1)
		output_fail(job, output, errno);
	/* After a signal the output ends before it has begun. */
	else if (interrupt_pending() != 0)
		output_end(job, output);
	else if (output->is_stdout)
		open_stdout(job, output);
	else
		open_fifo(job, output);
}

int open_outputs(struct job *job)
{
	size_t i;

	raise_descriptor_limit();
	job->outputs = calloc(job->options->count, sizeof(*job->outputs));
	job->polls = calloc(job->options->count + 2, sizeof(*job->polls));
	job->order = calloc(job->options->count, sizeof(struct output *));
	if (job->outputs == NULL || job->polls == NULL || job->order == NULL ||
	    stream_open(&job->stream, job->stream.framed ? 2 * INPUT_PIECE : ZEROCOPY_PIECE) == -1)
		return cli_fail("outputs", errno);
	job->count = job->options->count;
	for (i = 0; i < job->count; i++)
		open_output(job, &job->outputs[i], &job->options->targets[i]);
	return CLI_DONE;
}

void open_free(struct job *job)
{
	share_close(&job->share);
	stream_close(&job->stream);
	free(job->order);
	free(job->polls);
	free(job->outputs);
}
