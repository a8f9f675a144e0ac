/* SPDX-License-Identifier: ISC */
#include "loop.h"

#include <errno.h>

#include "base/interrupt.h"
#include "input.h"
#include "output.h"
#include "readers.h"
#include "report.h"
#include "zerocopy.h"

/* The time after a signal in which a reader can take the rest of a record, in nanoseconds. */
#define GRACE INT64_C(2000000000)

/* Returns whether fifotee waits for the reader of this output, to come or to read. */
static int is_awaited(const struct job *job, const struct output *output)
{
	if (output->over)
		return 0;
	if (has_reader(output))
		return (has_more(job, output) || output->full) && (blocks(output) || job->stream.ended);
	if (output->met)
		return 0;
	if (blocks(output))
		return !job->started && !job->options->has_readers;
	return job->stream.ended && has_more(job, output);
}

/* Returns whether this output can still get something. */
static int is_alive(const struct job *job, const struct output *output)
{
	if (output->over)
		return 0;
	if (job->stream.ended)
		return has_reader(output) || is_awaited(job, output);
	return has_reader(output) || !output->met || !blocks(output);
}

static int any_alive(const struct job *job)
{
	size_t i;

	for (i = 0; i < job->count; i++)
		if (is_alive(job, &job->outputs[i]))
			return 1;
	return 0;
}

/* After the end of the input: ends each output that has got everything. */
static void end_outputs(struct job *job)
{
	size_t i;

	for (i = 0; i < job->count; i++) {
		struct output *output = &job->outputs[i];

		if (has_reader(output) ? !has_more(job, output) : !is_awaited(job, output))
			output_end(job, output);
	}
}

/* Returns whether the readers that must be waited for have come; gives up if they cannot come any more. */
static int may_start(struct job *job)
{
	const struct options *options = job->options;
	uint64_t read = 0, possible = 0;
	size_t i;

	for (i = 0; i < job->count; i++) {
		const struct output *output = &job->outputs[i];

		if (output->is_stdout || output->over)
			continue;
		possible++;
		read += has_reader(output) ? 1 : 0;
		if (!options->has_readers && blocks(output) && !output->met)
			return 0;
	}
	if (!options->has_readers || read >= options->readers)
		return 1;
	if (possible < options->readers) {
		cli_warn("--readers", "only %llu of the FIFOs %s left", (unsigned long long)possible, possible == 1 ? "is" : "are");
		note_status(job, CLI_FAILED);
		job->stream.ended = 1;
	}
	return 0;
}

/* Begins the copying, and ends the outputs whose policies want a reader now. */
static void start(struct job *job)
{
	size_t i;

	job->started = 1;
	for (i = 0; i < job->count; i++) {
		struct output *output = &job->outputs[i];

		if (has_reader(output) || output->over)
			continue;
		if (output->policy.kind == POLICY_FAIL)
			output_give_up(job, output, "it has no reader", CLI_FAILED);
		/* Without records a later reader would begin in the middle of one. */
		if (!job->stream.framed)
			output_end(job, output);
	}
}

/* Returns whether all outputs that block have written what was read. */
static int may_read(const struct job *job)
{
	size_t i;

	if (!job->started || job->stream.ended)
		return 0;
	for (i = 0; i < job->count; i++) {
		const struct output *output = &job->outputs[i];

		if (has_reader(output) && blocks(output) && (has_more(job, output) || output->full))
			return 0;
	}
	return 1;
}

static int64_t least(int64_t one, int64_t other)
{
	return one < other ? one : other;
}

/* Fills in `polls` and `order`; returns for how many nanoseconds poll(2) may wait. */
static int64_t prepare(struct job *job)
{
	int64_t left = readers_any_sought(job) ? deadline_left(&job->look) : INT64_MAX;
	size_t i;

	if (!job->started && job->options->has_readers)
		left = least(left, deadline_left(&job->start_by));
	job->polls[0] = (struct pollfd){.fd = may_read(job) ? 0 : -1, .events = POLLIN};
	job->polls[1] = (struct pollfd){.fd = job->report, .events = POLLIN};
	job->ordered = 0;
	for (i = 0; i < job->count; i++) {
		struct output *output = &job->outputs[i];

		/* poll(2) takes no more entries than files may be open, and counts those that it ignores. */
		if (has_reader(output)) {
			short events = has_more(job, output) || output->full ? POLLOUT : 0;

			job->polls[job->ordered + 2] = (struct pollfd){.fd = output->writer.outfd.fd, .events = events};
			job->order[job->ordered++] = output;
		}
		if (!is_awaited(job, output)) {
			output->waited = 0;
			continue;
		}
		if (!output->waited)
			output->patience = deadline_after(job->options->timeout);
		output->waited = 1;
		left = least(left, deadline_left(&output->patience));
	}
	return left;
}

static void serve_output(struct job *job, struct output *output, short events)
{
	if (events & (POLLERR | POLLNVAL) || (events & POLLHUP && !(events & POLLOUT))) {
		output_reader_left(job, output);
	} else if (events & POLLOUT) {
		output->full = 0;
		output_flush(job, output);
	}
}

/* Gives up the outputs whose readers were waited for too long. */
static void lose_patience(struct job *job)
{
	size_t i;

	for (i = 0; i < job->count; i++) {
		struct output *output = &job->outputs[i];

		if (output->waited && is_awaited(job, output) && deadline_left(&output->patience) == 0)
			output_fail(job, output, ETIMEDOUT);
	}
	if (!job->started && job->options->has_readers && deadline_left(&job->start_by) == 0) {
		note_status(job, cli_fail("--readers", ETIMEDOUT));
		job->stream.ended = 1;
	}
}

/* Waits for `left` nanoseconds at most and serves the outputs.  Returns 0, or -1 if a signal has come. */
static int serve_outputs(struct job *job, int64_t left)
{
	size_t i;

	if (deadline_poll(job->polls, job->ordered + 2, left) == -1) {
		if (errno != EINTR) {
			note_status(job, cli_fail("poll", errno));
			job->stream.ended = 1;
			for (i = 0; i < job->count; i++)
				output_end(job, &job->outputs[i]);
		}
		return -1;
	}
	if (job->polls[1].revents != 0)
		report_answer(job);
	for (i = 0; i < job->ordered; i++)
		if (job->polls[i + 2].revents != 0 && has_reader(job->order[i]))
			serve_output(job, job->order[i], job->polls[i + 2].revents);
	return 0;
}

void loop_pass_on(struct job *job)
{
	readers_look(job);
	while (interrupt_pending() == 0) {
		if (!job->started && !job->stream.ended && may_start(job))
			start(job);
		if (job->stream.ended)
			end_outputs(job);
		if (!any_alive(job))
			return;
		if (serve_outputs(job, prepare(job)) == -1)
			continue;
		if (readers_any_sought(job) && deadline_left(&job->look) == 0)
			readers_look(job);
		lose_patience(job);
		if (job->polls[0].revents == 0 || !may_read(job))
			continue;
		if (job->stream.framed)
			input_read(job);
		else
			zerocopy_pass(job);
	}
}

/* Returns whether the reader has a part of a record whose rest was not read yet. */
static int lacks_rest(const struct output *output)
{
	return blocks(output) && block_writer_lacks_input(&output->block);
}

/* Returns whether the rest of a record that a reader has begun must be read, and the buffer is free for it. */
static int lacks_input(const struct job *job)
{
	size_t i;
	int lacks = 0;

	for (i = 0; i < job->count; i++) {
		const struct output *output = &job->outputs[i];

		if (!has_reader(output) || !blocks(output))
			continue;
		if (has_more(job, output))
			return 0;
		lacks |= lacks_rest(output);
	}
	return lacks && !job->stream.ended;
}

/* Ends each output whose reader has not got only a part of a record; returns whether one is left. */
static int end_whole_outputs(struct job *job)
{
	size_t i;
	int left = 0;

	for (i = 0; i < job->count; i++) {
		struct output *output = &job->outputs[i];

		if (has_reader(output) && (has_more(job, output) || lacks_rest(output)))
			left = 1;
		else
			output_end(job, output);
	}
	return left;
}

void loop_finish_records(struct job *job)
{
	struct deadline grace = deadline_after(GRACE);

	interrupt_defer();
	job->finishing = 1;
	while (interrupt_pending() == 0 && deadline_left(&grace) > 0 && end_whole_outputs(job)) {
		prepare(job);
		job->polls[0].fd = lacks_input(job) ? 0 : -1;
		if (serve_outputs(job, deadline_left(&grace)) == -1)
			continue;
		if (job->polls[0].revents != 0)
			input_read_on(job);
	}
}
