/* SPDX-License-Identifier: ISC */
#include "block_writer.h"

#include <errno.h>

static struct block_writer *of(struct writer *base)
{
	return (struct block_writer *)base;
}

static const struct block_writer *of_const(const struct writer *base)
{
	return (const struct block_writer *)base;
}

static int is_torn(const struct block_writer *writer)
{
	return !writer->joining && stream_is_within(writer->stream, writer->at);
}

/* Returns the position up to which the reader is to get the stream now. */
static uint64_t find_goal(const struct block_writer *writer, int begun_only)
{
	if (writer->joining)
		return writer->at;
	if (!begun_only || !writer->stream->framed)
		return stream_end(writer->stream);
	return is_torn(writer) ? stream_record_end(writer->stream, writer->at) : writer->at;
}

static int waits(const struct writer *base, int begun_only)
{
	return of_const(base)->at < find_goal(of_const(base), begun_only);
}

static int flush(struct writer *base, int begun_only)
{
	struct block_writer *writer = of(base);
	uint64_t goal = find_goal(writer, begun_only);
	struct iovec piece;
	ssize_t put;

	if (writer->at >= goal)
		return 0;
	piece = (struct iovec){stream_at(writer->stream, writer->at), (size_t)(goal - writer->at)};
	put = outfd_write(&base->outfd, &piece, 1);
	if (put == -1)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	writer->at += (size_t)put;
	base->counts.bytes += (size_t)put;
	return 0;
}

/* Begins at this position, at which a record begins. */
static void join_at(struct block_writer *writer, uint64_t position)
{
	uint64_t records = stream_records(writer->stream, position);

	writer->at = position;
	writer->joining = 0;
	writer->base.counts.dropped += records - writer->left_at;
	writer->missed = records - writer->base.counts.records;
}

/* Looks for the beginning of a record among the bytes that have come since the reader. */
static void join(struct block_writer *writer)
{
	const struct stream *stream = writer->stream;
	size_t size = (size_t)(stream_end(stream) - writer->at);
	size_t first = framing_first(&stream->in.format, stream_phase(stream, writer->at), stream_at(stream, writer->at), size);

	if (first > 0)
		join_at(writer, writer->at + first);
	else
		writer->at = stream_end(stream);
}

static int write_stream(struct writer *base, struct row *row)
{
	(void)row;
	if (of(base)->joining)
		join(of(base));
	return flush(base, 0);
}

static void ignore_row(struct writer *base, struct row *row)
{
	(void)base;
	(void)row;
}

static uint64_t get_phase(const struct writer *base)
{
	return stream_phase(of_const(base)->stream, of_const(base)->at);
}

static struct counts read_counts(const struct writer *base)
{
	const struct block_writer *writer = of_const(base);
	struct counts counts = base->counts;

	if (base->outfd.fd != -1 && !writer->joining)
		counts.records = stream_records(writer->stream, writer->at) - writer->missed;
	else
		counts.dropped += writer->stream->in.records - writer->left_at;
	return counts;
}

static void take_reader(struct writer *base, const struct outfd *outfd)
{
	struct block_writer *writer = of(base);

	base->outfd = *outfd;
	writer->at = stream_end(writer->stream);
	writer->joining = writer->stream->framed && writer->stream->in.phase > 0;
	if (!writer->joining)
		join_at(writer, writer->at);
}

static void lose_reader(struct writer *base)
{
	struct block_writer *writer = of(base);

	if (base->outfd.fd != -1 && !writer->joining) {
		writer->left_at = stream_records(writer->stream, writer->at);
		base->counts.records = writer->left_at - writer->missed;
	}
	writer->joining = 0;
	outfd_close(&base->outfd);
}

static const struct writer_kind kind = {
	.waits = waits,
	.flush = flush,
	.write = write_stream,
	.queue = ignore_row,
	.phase = get_phase,
	.count = read_counts,
	.take_reader = take_reader,
	.lose_reader = lose_reader,
	.close = lose_reader,
};

void block_writer_open(struct block_writer *writer, const struct stream *stream)
{
	*writer = (struct block_writer){.base = {.kind = &kind, .outfd.fd = -1}, .stream = stream};
}

int block_writer_lacks_input(const struct block_writer *writer)
{
	return is_torn(writer) && !waits(&writer->base, 1);
}
