/* SPDX-License-Identifier: ISC */
#include "record_writer.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "framing.h"

int record_writer_open(struct record_writer *writer, const struct record_format *format, size_t room)
{
	*writer = (struct record_writer){.outfd.fd = -1, .format = *format};
	return ring_open(&writer->ring, room);
}

int record_writer_waits(const struct record_writer *writer, int begun_only)
{
	return writer->rest != NULL || (begun_only ? writer->begun > 0 : writer->ring.size > 0);
}

uint64_t record_writer_phase(const struct record_writer *writer)
{
	/* The rest of a block is shorter than it only at the end of a stream, after which nobody asks. */
	return writer->rest != NULL ? writer->format.block - writer->rest_size : writer->begun;
}

/* --- what waits --- */

/* What is left in the ring of the record that has begun: the number of pieces. */
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

/* The first `size` bytes in the ring were written. */
static void take_queued(struct record_writer *writer, size_t size)
{
	struct framing framing = {.format = writer->format, .phase = writer->begun};
	struct iovec pieces[2];
	int i, count = ring_pieces(&writer->ring, pieces);

	writer->bytes += size;
	for (i = 0; i < count && size > 0; i++) {
		size_t part = size < pieces[i].iov_len ? size : pieces[i].iov_len;

		framing_pass(&framing, pieces[i].iov_base, part);
		ring_take(&writer->ring, part);
		size -= part;
	}
	/* The last record of all may lack its end. */
	if (writer->ring.size == 0)
		framing_end(&framing);
	writer->begun = framing.phase;
	writer->records += framing.records;
	writer->queued -= framing.records;
}

static int failed(void)
{
	return errno == EAGAIN || errno == EINTR ? 0 : -1;
}

static int write_rest(struct record_writer *writer)
{
	struct iovec piece = {writer->rest + writer->rest_from, writer->rest_size};
	ssize_t put = outfd_write(&writer->outfd, &piece, 1);

	if (put == -1)
		return failed();
	writer->rest_from += (size_t)put;
	writer->rest_size -= (size_t)put;
	writer->bytes += (size_t)put;
	if (writer->rest_size == 0) {
		free(writer->rest);
		writer->rest = NULL;
		writer->records++;
	}
	return 0;
}

int record_writer_flush(struct record_writer *writer, int begun_only)
{
	struct iovec pieces[2];
	ssize_t put;
	int count;

	if (writer->rest != NULL && write_rest(writer) == -1)
		return -1;
	if (writer->rest != NULL || !record_writer_waits(writer, begun_only))
		return 0;
	count = begun_only ? begun_pieces(writer, pieces) : ring_pieces(&writer->ring, pieces);
	put = outfd_write(&writer->outfd, pieces, count);
	if (put == -1)
		return failed();
	take_queued(writer, (size_t)put);
	return 0;
}

/* --- what has come --- */

static void shorten(const struct record_writer *writer, struct record_writer_row *row, size_t size)
{
	row->records -= size == row->size ? row->records : framing_count(&writer->format, 0, row->bytes, size);
	row->bytes += size;
	row->size -= size;
}

static size_t first_of(const struct record_writer *writer, const struct record_writer_row *row)
{
	size_t first = framing_first(&writer->format, 0, row->bytes, row->size);

	return first > 0 ? first : row->size;
}

/* How much of the row can be written with no record torn; 0: nothing now. */
static size_t choose(const struct record_writer *writer, const struct record_writer_row *row)
{
	int empty;
	size_t room = outfd_room(&writer->outfd, &empty), whole, first;

	if (row->size <= room)
		return row->size;
	whole = framing_whole(&writer->format, row->bytes, room);
	if (whole > 0)
		return whole;
	first = first_of(writer, row);
	if (first <= PIPE_BUF) {
		/* All of it or nothing, pipe(7). */
		whole = framing_whole(&writer->format, row->bytes, row->size < PIPE_BUF ? row->size : PIPE_BUF);
		return whole > 0 ? whole : row->size;
	}
	return empty && !writer->at_once ? first : 0;
}

/* Keeps what is left of the record in which a write of `put` bytes has ended. */
static int keep_rest(struct record_writer *writer, const struct record_writer_row *row, size_t put)
{
	size_t whole = framing_whole(&writer->format, row->bytes, put);
	struct record_writer_row torn = {row->bytes + whole, row->size - whole, 0};

	if (put == row->size || put == whole)
		return 0;
	writer->rest_size = first_of(writer, &torn) - (put - whole);
	writer->rest_from = 0;
	writer->rest = malloc(writer->rest_size);
	if (writer->rest == NULL)
		return -1;
	memcpy(writer->rest, row->bytes + put, writer->rest_size);
	return 0;
}

int record_writer_write(struct record_writer *writer, struct record_writer_row *row)
{
	if (record_writer_flush(writer, 0) == -1)
		return -1;
	while (row->size > 0 && !record_writer_waits(writer, 0)) {
		struct iovec piece = {(char *)(uintptr_t)row->bytes, choose(writer, row)};
		uint64_t before = row->records;
		ssize_t put;

		if (piece.iov_len == 0)
			return 0;
		put = outfd_write(&writer->outfd, &piece, 1);
		if (put == -1)
			return failed();
		writer->bytes += (size_t)put;
		if (keep_rest(writer, row, (size_t)put) == -1)
			return -1;
		shorten(writer, row, (size_t)put + writer->rest_size);
		/* The one of which a rest is kept counts when that is written. */
		writer->records += before - row->records - (writer->rest != NULL ? 1 : 0);
	}
	return 0;
}

void record_writer_queue(struct record_writer *writer, struct record_writer_row *row)
{
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
			shorten(writer, row, first_of(writer, row));
			writer->dropped += before - row->records;
		}
	}
	writer->dropped += row->records;
	*row = (struct record_writer_row){NULL, 0, 0};
}

/* --- readers who go --- */

static void forget_begun(struct record_writer *writer)
{
	struct iovec pieces[2];
	int i, count;

	if (writer->rest != NULL) {
		free(writer->rest);
		writer->rest = NULL;
		writer->rest_size = 0;
		writer->dropped++;
	}
	if (writer->begun == 0)
		return;
	count = begun_pieces(writer, pieces);
	for (i = 0; i < count; i++)
		ring_take(&writer->ring, pieces[i].iov_len);
	writer->begun = 0;
	writer->queued--;
	writer->dropped++;
}

void record_writer_lose_reader(struct record_writer *writer)
{
	forget_begun(writer);
	outfd_close(&writer->outfd);
}

void record_writer_close(struct record_writer *writer)
{
	record_writer_lose_reader(writer);
	writer->dropped += writer->queued;
	writer->queued = 0;
	ring_close(&writer->ring);
}
