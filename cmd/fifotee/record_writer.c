/* SPDX-License-Identifier: ISC */
#include "record_writer.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "framing.h"

int outlet_open(struct outlet *outlet, const struct record_format *format, size_t room)
{
	*outlet = (struct outlet){.sink.fd = -1, .format = *format};
	return ring_open(&outlet->ring, room);
}

int outlet_waits(const struct outlet *outlet, int begun_only)
{
	return outlet->rest != NULL || (begun_only ? outlet->begun > 0 : outlet->ring.size > 0);
}

uint64_t outlet_phase(const struct outlet *outlet)
{
	/* The rest of a block is shorter than it only at the end of a stream, after which nobody asks. */
	return outlet->rest != NULL ? outlet->format.block - outlet->rest_size : outlet->begun;
}

/* --- what waits --- */

/* What is left in the ring of the record that has begun: the number of pieces. */
static int begun_pieces(const struct outlet *outlet, struct iovec pieces[2])
{
	int i, count = ring_pieces(&outlet->ring, pieces);
	uint64_t phase = outlet->begun;

	for (i = 0; i < count; i++) {
		size_t first = cut_first(&outlet->format, phase, pieces[i].iov_base, pieces[i].iov_len);

		phase += pieces[i].iov_len;
		if (first > 0) {
			pieces[i].iov_len = first;
			return i + 1;
		}
	}
	return count;
}

/* The first `size` bytes in the ring were written. */
static void take_queued(struct outlet *outlet, size_t size)
{
	struct cut cut = {.format = outlet->format, .phase = outlet->begun};
	struct iovec pieces[2];
	int i, count = ring_pieces(&outlet->ring, pieces);

	outlet->bytes += size;
	for (i = 0; i < count && size > 0; i++) {
		size_t part = size < pieces[i].iov_len ? size : pieces[i].iov_len;

		cut_pass(&cut, pieces[i].iov_base, part);
		ring_take(&outlet->ring, part);
		size -= part;
	}
	/* The last record of all may lack its end. */
	if (outlet->ring.size == 0)
		cut_end(&cut);
	outlet->begun = cut.phase;
	outlet->records += cut.records;
	outlet->queued -= cut.records;
}

static int failed(void)
{
	return errno == EAGAIN || errno == EINTR ? 0 : -1;
}

static int write_rest(struct outlet *outlet)
{
	struct iovec piece = {outlet->rest + outlet->rest_from, outlet->rest_size};
	ssize_t put = sink_write(&outlet->sink, &piece, 1);

	if (put == -1)
		return failed();
	outlet->rest_from += (size_t)put;
	outlet->rest_size -= (size_t)put;
	outlet->bytes += (size_t)put;
	if (outlet->rest_size == 0) {
		free(outlet->rest);
		outlet->rest = NULL;
		outlet->records++;
	}
	return 0;
}

int outlet_flush(struct outlet *outlet, int begun_only)
{
	struct iovec pieces[2];
	ssize_t put;
	int count;

	if (outlet->rest != NULL && write_rest(outlet) == -1)
		return -1;
	if (outlet->rest != NULL || !outlet_waits(outlet, begun_only))
		return 0;
	count = begun_only ? begun_pieces(outlet, pieces) : ring_pieces(&outlet->ring, pieces);
	put = sink_write(&outlet->sink, pieces, count);
	if (put == -1)
		return failed();
	take_queued(outlet, (size_t)put);
	return 0;
}

/* --- what has come --- */

static void shorten(const struct outlet *outlet, struct outlet_row *row, size_t size)
{
	row->records -= size == row->size ? row->records : cut_count(&outlet->format, 0, row->bytes, size);
	row->bytes += size;
	row->size -= size;
}

static size_t first_of(const struct outlet *outlet, const struct outlet_row *row)
{
	size_t first = cut_first(&outlet->format, 0, row->bytes, row->size);

	return first > 0 ? first : row->size;
}

/* How much of the row can be written with no record torn; 0: nothing now. */
static size_t choose(const struct outlet *outlet, const struct outlet_row *row)
{
	int empty;
	size_t room = sink_room(&outlet->sink, &empty), whole, first;

	if (row->size <= room)
		return row->size;
	whole = cut_whole(&outlet->format, row->bytes, room);
	if (whole > 0)
		return whole;
	first = first_of(outlet, row);
	if (first <= PIPE_BUF) {
		/* All of it or nothing, pipe(7). */
		whole = cut_whole(&outlet->format, row->bytes, row->size < PIPE_BUF ? row->size : PIPE_BUF);
		return whole > 0 ? whole : row->size;
	}
	return empty && !outlet->at_once ? first : 0;
}

/* Keeps what is left of the record in which a write of `put` bytes has ended. */
static int keep_rest(struct outlet *outlet, const struct outlet_row *row, size_t put)
{
	size_t whole = cut_whole(&outlet->format, row->bytes, put);
	struct outlet_row torn = {row->bytes + whole, row->size - whole, 0};

	if (put == row->size || put == whole)
		return 0;
	outlet->rest_size = first_of(outlet, &torn) - (put - whole);
	outlet->rest_from = 0;
	outlet->rest = malloc(outlet->rest_size);
	if (outlet->rest == NULL)
		return -1;
	memcpy(outlet->rest, row->bytes + put, outlet->rest_size);
	return 0;
}

int outlet_write(struct outlet *outlet, struct outlet_row *row)
{
	if (outlet_flush(outlet, 0) == -1)
		return -1;
	while (row->size > 0 && !outlet_waits(outlet, 0)) {
		struct iovec piece = {(char *)(uintptr_t)row->bytes, choose(outlet, row)};
		uint64_t before = row->records;
		ssize_t put;

		if (piece.iov_len == 0)
			return 0;
		put = sink_write(&outlet->sink, &piece, 1);
		if (put == -1)
			return failed();
		outlet->bytes += (size_t)put;
		if (keep_rest(outlet, row, (size_t)put) == -1)
			return -1;
		shorten(outlet, row, (size_t)put + outlet->rest_size);
		/* The one of which a rest is kept counts when that is written. */
		outlet->records += before - row->records - (outlet->rest != NULL ? 1 : 0);
	}
	return 0;
}

void outlet_queue(struct outlet *outlet, struct outlet_row *row)
{
	struct ring *ring = &outlet->ring;

	while (row->size > 0 && ring->size < ring->room) {
		size_t room = ring->room - ring->size;
		size_t size = row->size <= room ? row->size : cut_whole(&outlet->format, row->bytes, room);
		uint64_t before = row->records;

		if (size > 0) {
			ring_add(ring, row->bytes, size);
			shorten(outlet, row, size);
			outlet->queued += before - row->records;
		} else {
			shorten(outlet, row, first_of(outlet, row));
			outlet->dropped += before - row->records;
		}
	}
	outlet->dropped += row->records;
	*row = (struct outlet_row){NULL, 0, 0};
}

/* --- readers who go --- */

static void forget_begun(struct outlet *outlet)
{
	struct iovec pieces[2];
	int i, count;

	if (outlet->rest != NULL) {
		free(outlet->rest);
		outlet->rest = NULL;
		outlet->rest_size = 0;
		outlet->dropped++;
	}
	if (outlet->begun == 0)
		return;
	count = begun_pieces(outlet, pieces);
	for (i = 0; i < count; i++)
		ring_take(&outlet->ring, pieces[i].iov_len);
	outlet->begun = 0;
	outlet->queued--;
	outlet->dropped++;
}

void outlet_lose_reader(struct outlet *outlet)
{
	forget_begun(outlet);
	sink_close(&outlet->sink);
}

void outlet_close(struct outlet *outlet)
{
	outlet_lose_reader(outlet);
	outlet->dropped += outlet->queued;
	outlet->queued = 0;
	ring_close(&outlet->ring);
}
