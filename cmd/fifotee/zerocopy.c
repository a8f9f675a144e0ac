/* SPDX-License-Identifier: ISC */
#include "zerocopy.h"

#include <errno.h>
#include <fcntl.h>

#include "base/io.h"
#include "input.h"
#include "output.h"

/* Puts the outputs with a reader into `order`, the fullest pipe first: the others most likely have room for as much. */
static size_t order_by_room(struct job *job)
{
	struct output **order = job->order;
	size_t count = 0, i, k;

	for (i = 0; i < job->count; i++) {
		struct output *output = &job->outputs[i];
		int empty;

		if (!has_reader(output))
			continue;
		output->has_room = outfd_room(&output->writer.outfd, &empty);
		for (k = count++; k > 0 && order[k - 1]->has_room > output->has_room; k--)
			order[k] = order[k - 1];
		order[k] = output;
	}
	return count;
}

/* Passes up to `size` bytes on by one tee(2) or, for the last output, splice(2); returns how many, or -1 with errno. */
static ssize_t pass_pages(struct job *job, struct output *output, size_t size, int last)
{
	ssize_t put;

	if (!output->writer.outfd.is_pipe) {
		errno = EAGAIN;
		return -1;
	}
	if (last)
		put = splice(0, NULL, output->writer.outfd.fd, NULL, size, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
	else
		put = tee(0, output->writer.outfd.fd, size, SPLICE_F_NONBLOCK);
	if (put > 0) {
		output->block.at += (uint64_t)put;
		output->writer.counts.bytes += (uint64_t)put;
		output->waited = 0;
	} else if (put == -1 && errno == EAGAIN) {
		output->full = 1;
	} else if (put == -1) {
		output_write_failed(job, output);
		errno = EPIPE;
	}
	return put;
}

/* Reads the next `size` bytes into the buffer, for the outputs whose pipes did not take all of their pages. */
static void read_pages(struct job *job, size_t size)
{
	struct stream *stream = &job->stream;
	ssize_t got = io_read_full(0, stream->bytes, size);

	stream->size = got > 0 ? (size_t)got : 0;
	if (got == -1)
		note_status(job, cli_fail("standard input", errno));
	stream->ended |= got <= 0;
}

/* Writes the bytes of the buffer that this output has not got. */
static void write_rest(struct job *job, struct output *output)
{
	const struct stream *stream = &job->stream;

	if (output->block.at < stream->start)
		output->block.at = stream->start;
	if (output->block.at > stream_end(stream))
		output->block.at = stream_end(stream);
	if (has_reader(output))
		output_flush(job, output);
}

/*
 * One round: the first output decides how many bytes it takes, and the others get exactly as many.  tee(2) always
 * begins at the front of the pipe, so an output that took less gets the rest as a copy.
 */
void zerocopy_pass(struct job *job)
{
	size_t count = order_by_room(job), size = ZEROCOPY_PIECE, taken = 0, i;
	int behind = 0;

	if (count == 0 || !job->order[0]->writer.outfd.is_pipe) {
		input_read(job);
		return;
	}
	for (i = 0; i < count; i++) {
		int last = i == count - 1 && !behind;
		ssize_t put = pass_pages(job, job->order[i], size, last);

		/* The first one is full or gone, or the input has ended; no output has got anything yet. */
		if (i == 0 && put <= 0) {
			job->stream.ended |= put == 0;
			return;
		}
		if (i == 0)
			size = (size_t)put;
		if (last && put > 0)
			taken = (size_t)put;
		behind |= put < (ssize_t)size && has_reader(job->order[i]);
	}
	job->stream.start = stream_end(&job->stream) + taken;
	job->stream.size = 0;
	job->stream.in.bytes += size;
	progress_add(&job->progress, size);
	if (taken < size)
		read_pages(job, size - taken);
	for (i = 0; i < count; i++)
		write_rest(job, job->order[i]);
}
