/* SPDX-License-Identifier: ISC */
#include "share.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/io.h"
#include "input.h"
#include "job.h"

/* Fewer bytes are written to each pipe: a page that is passed on takes a whole place of a pipe, be it full or not. */
#define LEAST ((size_t)32 * 1024)

/* Returns whether the pipe is open; opens it the first time. */
static int is_open(struct share *share)
{
	int room;

	if (share->room > 0 || share->failed)
		return share->room > 0;
	if (pipe2(share->pipe, O_CLOEXEC | O_NONBLOCK) == -1) {
		share->failed = 1;
		return 0;
	}
	room = io_grow_pipe(share->pipe[1], (int)INPUT_PIECE);
	share->room = room > 0 ? (size_t)room : LEAST;
	return 1;
}

void share_close(struct share *share)
{
	if (share->room > 0) {
		close(share->pipe[0]);
		close(share->pipe[1]);
	}
	*share = (struct share){.failed = 1};
}

/* Puts the outputs that can share the bytes from this position on into `order`; returns their number. */
static size_t choose(struct job *job, uint64_t from)
{
	size_t count = 0, i;

	for (i = 0; i < job->count; i++) {
		struct output *output = &job->outputs[i];

		if (has_reader(output) && blocks(output) && output->writer.outfd.is_pipe && !output->block.joining &&
		    output->block.at == from)
			job->order[count++] = output;
	}
	return count;
}

/* Passes on as many of the `size` bytes in the pipe as the output has room for; returns how many left the pipe. */
static size_t pass(struct job *job, struct output *output, size_t size, int last)
{
	int from = job->share.pipe[0], to = output->writer.outfd.fd;
	ssize_t put = last ? splice(from, NULL, to, NULL, size, SPLICE_F_NONBLOCK) : tee(from, to, size, SPLICE_F_NONBLOCK);

	/* The next write(2) to the output fails in the same way. */
	if (put <= 0)
		return 0;
	output->block.at += (size_t)put;
	output->writer.counts.bytes += (size_t)put;
	output->waited = 0;
	return last ? (size_t)put : 0;
}

/* Empties the pipe of bytes that the last output had no room for. */
static void drop(struct share *share, size_t size)
{
	static char dropped[65536];

	while (size > 0) {
		ssize_t got = read(share->pipe[0], dropped, size < sizeof(dropped) ? size : sizeof(dropped));

		if (got <= 0) {
			share_close(share);
			return;
		}
		size -= (size_t)got;
	}
}

void share_write(struct job *job, uint64_t from)
{
	struct share *share = &job->share;
	const struct stream *stream = &job->stream;

	while (stream_end(stream) - from >= LEAST) {
		size_t count = choose(job, from), size = (size_t)(stream_end(stream) - from), i, left;
		ssize_t put;

		if (count < 2 || !is_open(share))
			return;
		put = write(share->pipe[1], stream_at(stream, from), size < share->room ? size : share->room);
		if (put <= 0)
			return;
		left = (size_t)put;
		for (i = 0; i < count; i++)
			left -= pass(job, job->order[i], (size_t)put, i == count - 1);
		drop(share, left);
		from += (size_t)put;
	}
}
