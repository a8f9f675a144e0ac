/* SPDX-License-Identifier: ISC */
#include "readers.h"

#include <errno.h>
#include <unistd.h>

#include "output.h"

/* The longest pause between two looks for readers, in nanoseconds: the kernel does not report that a FIFO is opened. */
#define LOOK_LAST INT64_C(20000000)

/*
 * The time after which a missing FIFO is created again, in nanoseconds.  Another process may be about to do so, and its
 * mkfifo(1) would fail if fifotee were quicker.
 */
#define CREATE_AFTER INT64_C(1000000000)

/* Waits a moment for another process to create the missing FIFO, and then creates it. */
static void create_again(struct job *job, struct output *output)
{
	if (!output->missing)
		output->create_at = deadline_after(CREATE_AFTER);
	output->missing = 1;
	if (deadline_left(&output->create_at) > 0)
		return;
	if (fifo_find(&output->fifo, output->name, job->options->mode) == -1)
		output_fail(job, output, errno);
	else if (job->options->verbose)
		cli_warn(output->name, "created again, because its name was missing");
}

/* Goes on with another FIFO that has the name now.  Returns 0, or -1 if it is an output already. */
static int accept_other(struct job *job, struct output *output)
{
	if (output_refuse_same(job, output))
		return -1;
	if (job->options->verbose)
		cli_warn(output->name, "found again: another FIFO has this name now");
	return 0;
}

static int is_sought(const struct output *output)
{
	return !output->over && !has_reader(output) && !output->is_stdout;
}

static void look_for_reader(struct job *job, struct output *output)
{
	struct outfd outfd;
	int is_other, fd = fifo_open(&output->fifo, &is_other);

	if (fd == -1 && errno == ENOENT) {
		create_again(job, output);
		return;
	}
	output->missing = 0;
	if (fd == -1) {
		if (errno != ENXIO && errno != EINTR)
			output_fail(job, output, errno);
	} else if (is_other && accept_other(job, output) == -1) {
		close(fd);
	} else {
		outfd_take(&outfd, fd);
		output->met = 1;
		writer_take_reader(&output->writer, &outfd);
	}
}

int readers_any_sought(const struct job *job)
{
	size_t i;

	for (i = 0; i < job->count; i++)
		if (is_sought(&job->outputs[i]))
			return 1;
	return 0;
}

void readers_look(struct job *job)
{
	size_t i;

	for (i = 0; i < job->count; i++)
		if (is_sought(&job->outputs[i]))
			look_for_reader(job, &job->outputs[i]);
	job->pause = job->pause * 2 < LOOK_LAST ? job->pause * 2 : LOOK_LAST;
	job->look = deadline_after(job->pause);
	job->may_look = deadline_after(LOOK_FIRST);
}
