/* SPDX-License-Identifier: ISC */
#include "record_writer.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "framing.h"

static struct record_writer *of(struct writer *base)
{
	return (struct record_writer *)base;
}

static const struct record_writer *of_const(const struct writer *base)
{
	return (const struct record_writer *)base;
}

static int has_waiting(const struct record_writer *writer, int begun_only)
{
	return writer->rest != NULL || (begun_only ? writer->begun > 0 : writer->ring.size > 0);
}

/* Sets `pieces` to the unwritten bytes of the first record in the ring; returns their number. */
static int begun_pieces(const struct record_writer *writer, struct iovec pieces[2])
{
	int i, count = ring_pieces(&writer->ring, pieces);
	uint64_t phase = writer->begun;

	for (i = 0; i < count; i++) {
		size_t first = framing_first(&writer->format, phase, pieces[i].iov_base, pieces[i].iov_len);

		phase += pieces[i].iov_len;
		if (first > 0) {
			pieces[i].iov_len = first;
			return i + 1;
		}
	}
	return count;
}

/* Removes the first `size` bytes of the ring, which were written, and counts them. */
static void take_queued(struct record_writer *writer, size_t size)
{
	struct framing framing = {.format = writer->format, .phase = writer->begun};
	struct iovec pieces[2];
	int i, count = ring_pieces(&writer->ring, pieces);

	writer->base.counts.bytes += size;
	for (i = 0; i < count && size > 0; i++) {
		size_t part = size < pieces[i].iov_len ? size : pieces[i].iov_len;

		framing_pass(&framing, pieces[i].iov_base, part);
		ring_take(&writer->ring, part);
		size -= part;
	}
	/* The last record of the stream may lack its end. */
	if (writer->ring.size == 0)
		framing_end(&framing);
	writer->begun = framing.phase;
	writer->base.counts.records += framing.records;
	writer->queued -= framing.records;
}

/* Returns what a write that failed means: 0 if it can be repeated later, else -1. */
static int judge_failure(void)
{
	return errno == EAGAIN || errno == EINTR ? 0 : -1;
}

static int write_rest(struct record_writer *writer)
{
	struct iovec piece = {writer->rest + writer->rest_from, writer->rest_size};
	ssize_t put = outfd_write(&writer->base.outfd, &piece, 1);

	if (put == -1)
		return judge_failure();
	writer->rest_from += (size_t)put;
	writer->rest_size -= (size_t)put;
	writer->base.counts.bytes += (size_t)put;
	if (writer->rest_size == 0) {
		free(writer->rest);
		writer->rest = NULL;
		writer->base.counts.records++;
	}
	return 0;
}

static int write_waiting(struct record_writer *writer, int begun_only)
{
	struct iovec pieces[2];
	ssize_t put;
	int count;

	if (writer->rest != NULL && write_rest(writer) == -1)
		return -1;
	if (writer->rest != NULL || !has_waiting(writer, begun_only))
		return 0;
	count = begun_only ? begun_pieces(writer, pieces) : ring_pieces(&writer->ring, pieces);
	put = outfd_write(&writer->base.outfd, pieces, count);
	if (put == -1)
		return judge_failure();
	take_queued(writer, (size_t)put);
	return 0;
}

/* Takes the first `size` bytes, whole records, off the row. */
static void shorten(const struct record_writer *writer, struct row *row, size_t size)
{
	row->records -= size == row->size ? row->records : framing_count(&writer->format, 0, row->bytes, size);
	row->bytes += size;
	row->size -= size;
}

static size_t find_first(const struct record_writer *writer, const struct row *row)
{
	size_t first = framing_first(&writer->format, 0, row->bytes, row->size);

	return first > 0 ? first : row->size;
}

/* Returns how many bytes of the row can be written without tearing a record; 0: none now. */
static size_t choose(const struct record_writer *writer, const struct row *row)
{
	int empty;
	size_t room = outfd_room(&writer->base.outfd, &empty), whole, first;

	if (row->size <= room)
		return row->size;
	whole = framing_whole(&writer->format, row->bytes, room);
	if (whole > 0)
		return whole;
	first = find_first(writer, row);
	if (first <= PIPE_BUF) {
		/* The kernel writes up to PIPE_BUF bytes as a whole or not at all, see pipe(7). */
		whole = framing_whole(&writer->format, row->bytes, row->size < PIPE_BUF ? row->size : PIPE_BUF);
		return whole > 0 ? whole : row->size;
	}
	return empty && !writer->at_once ? first : 0;
}

/* Keeps the rest of the record in which a write of `put` bytes ended. */
static int keep_rest(struct record_writer *writer, const struct row *row, size_t put)
{
	size_t whole = framing_whole(&writer->format, row->bytes, put);
	struct row torn = {row->bytes + whole, row->size - whole, 0};

	if (put == row->size || put == whole)
		return 0;
	writer->rest_size = find_first(writer, &torn) - (put - whole);
	writer->rest_from = 0;
	writer->rest = malloc(writer->rest_size);
	if (writer->rest == NULL)
		return -1;
	memcpy(writer->rest, row->bytes + put, writer->rest_size);
	return 0;
}

static int write_records(struct writer *base, struct row *row)
{
	struct record_writer *writer = of(base);

	if (write_waiting(writer, 0) == -1)
		return -1;
	while (row->size > 0 && !has_waiting(writer, 0)) {
		struct iovec piece = {(char *)(uintptr_t)row->bytes, choose(writer, row)};
		uint64_t before = row->records;
		ssize_t put;

		if (piece.iov_len == 0)
			return 0;
		put = outfd_write(&writer->base.outfd, &piece, 1);
		if (put == -1)
			return judge_failure();
		writer->base.counts.bytes += (size_t)put;
		if (keep_rest(writer, row, (size_t)put) == -1)
			return -1;
		shorten(writer, row, (size_t)put + writer->rest_size);
		/* A record whose rest is kept counts once that is written. */
		base->counts.records += before - row->records - (writer->rest != NULL ? 1 : 0);
	}
	return 0;
}

static void queue_records(struct writer *base, struct row *row)
{
	struct record_writer *writer = of(base);
	struct ring *ring = &writer->ring;

	while (row->size > 0 && ring->size < ring->room) {
		size_t room = ring->room - ring->size;
		size_t size = row->size <= room ? row->size : framing_whole(&writer->format, row->bytes, room);
		uint64_t before = row->records;

		if (size > 0) {
			ring_add(ring, row->bytes, size);
			shorten(writer, row, size);
			writer->queued += before - row->records;
		} else {
			shorten(writer, row, find_first(writer, row));
			base->counts.dropped += before - row->records;
		}
	}
	base->counts.dropped += row->records;
	*row = (struct row){NULL, 0, 0};
}

/* Drops the record that the reader got a part of. */
static void drop_begun(struct record_writer *writer)
{
	struct iovec pieces[2];
	int i, count;

	if (writer->rest != NULL) {
		free(writer->rest);
		writer->rest = NULL;
		writer->rest_size = 0;
		writer->base.counts.dropped++;
	}
	if (writer->begun == 0)
		return;
	count = begun_pieces(writer, pieces);
	for (i = 0; i < count; i++)
		ring_take(&writer->ring, pieces[i].iov_len);
	writer->begun = 0;
	writer->queued--;
	writer->base.counts.dropped++;
}

static int waits(const struct writer *base, int begun_only)
{
	return has_waiting(of_const(base), begun_only);
}

static int flush(struct writer *base, int begun_only)
{
	return write_waiting(of(base), begun_only);
}

static uint64_t get_phase(const struct writer *base)
{
	const struct record_writer *writer = of_const(base);

	/* Only the last block of a stream can be shorter, and its phase is not asked for. */
	return writer->rest != NULL ? writer->format.block - writer->rest_size : writer->begun;
}

static struct counts read_counts(const struct writer *base)
{
	struct counts counts = base->counts;

	counts.waiting = of_const(base)->queued + (of_const(base)->rest != NULL ? 1 : 0);
	return counts;
}

static void take_reader(struct writer *base, const struct outfd *outfd)
{
	base->outfd = *outfd;
}

static void lose_reader(struct writer *base)
{
	drop_begun(of(base));
	outfd_close(&base->outfd);
}

static void close_writer(struct writer *base)
{
	struct record_writer *writer = of(base);

	lose_reader(base);
	base->counts.dropped += writer->queued;
	writer->queued = 0;
	ring_close(&writer->ring);
}

static const struct writer_kind kind = {
	.waits = waits,
	.flush = flush,
	.write = write_records,
	.queue = queue_records,
	.phase = get_phase,
	.count = read_counts,
	.take_reader = take_reader,
	.lose_reader = lose_reader,
	.close = close_writer,
};

int record_writer_open(struct record_writer *writer, const struct record_format *format, size_t room)
{
	*writer = (struct record_writer){.base = {.kind = &kind, .outfd.fd = -1}, .format = *format};
	return ring_open(&writer->ring, room);
}
