/* SPDX-License-Identifier: ISC */
#include "input.h"

#include <errno.h>
#include <unistd.h>

#include "output.h"
#include "readers.h"

int input_any_by_record(const struct job *job)
{
	size_t i;

	for (i = 0; i < job->count; i++)
		if (!blocks(&job->outputs[i]) && !job->outputs[i].over)
			return 1;
	return 0;
}

/* Drops a record that was too long to be kept, for the outputs that want whole records. */
static void drop_long_record(struct job *job)
{
	size_t i;

	for (i = 0; i < job->count; i++) {
		struct output *output = &job->outputs[i];
		struct row none = {.records = 1};

		writer_queue(&output->writer, &none);
		if (output->policy.kind == POLICY_FAIL && !output->over)
			output_give_up(job, output, "a record of more than 64 MiB is not kept in memory", CLI_FAILED);
	}
}

static void give_out(struct job *job)
{
	struct row row;
	size_t i;

	if (job->stream.skipping && stream_skip(&job->stream))
		drop_long_record(job);
	row = stream_give(&job->stream);
	for (i = 0; i < job->count; i++)
		if (blocks(&job->outputs[i]) || row.records > 0)
			output_offer(job, &job->outputs[i], row);
}

static void end_input(struct job *job)
{
	stream_finish(&job->stream);
	give_out(job);
}

void input_read(struct job *job)
{
	struct stream *stream = &job->stream;
	ssize_t got;

	if (readers_any_sought(job) && deadline_left(&job->may_look) == 0)
		readers_look(job);
	if (stream_make_room(stream, input_any_by_record(job), INPUT_PIECE) == -1) {
		note_status(job, cli_fail("standard input", errno));
		end_input(job);
		return;
	}
	got = read(0, stream->bytes + stream->size, INPUT_PIECE);
	if (got == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got == -1)
		note_status(job, cli_fail("standard input", errno));
	if (got <= 0) {
		end_input(job);
		return;
	}
	stream_add(stream, (size_t)got);
	share_write(job, stream_end(stream) - (size_t)got);
	progress_add(&job->progress, (uint64_t)got);
	give_out(job);
}

void input_read_on(struct job *job)
{
	struct stream *stream = &job->stream;
	ssize_t got;
	size_t first;

	if (stream_make_room(stream, 0, INPUT_PIECE) == -1)
		return;
	got = read(0, stream->bytes, INPUT_PIECE);
	if (got == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		stream->ended = 1;
		return;
	}
	first = framing_first(&stream->in.format, stream->phase, stream->bytes, (size_t)got);
	stream_add(stream, first > 0 ? first : (size_t)got);
}
