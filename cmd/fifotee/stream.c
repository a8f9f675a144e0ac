/* SPDX-License-Identifier: ISC */
#include "stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

int stream_open(struct stream *stream, size_t room)
{
	stream->bytes = malloc(room);
	stream->room = room;
	return stream->bytes != NULL ? 0 : -1;
}

uint64_t stream_end(const struct stream *stream)
{
	return stream->start + stream->size;
}

char *stream_at(const struct stream *stream, uint64_t position)
{
	return stream->bytes + (position - stream->start);
}

uint64_t stream_phase(const struct stream *stream, uint64_t position)
{
	return stream->in.format.kind == RECORD_BLOCK ? position % stream->in.format.block : 0;
}

uint64_t stream_records(const struct stream *stream, uint64_t position)
{
	size_t size = (size_t)(stream_end(stream) - position);
	uint64_t later;

	if (!stream->framed)
		return 0;
	later = framing_count(&stream->in.format, stream_phase(stream, position), stream_at(stream, position), size);

	return stream->in.records - later - (stream->odd && size > 0);
}

int stream_is_within(const struct stream *stream, uint64_t position)
{
	if (!stream->framed || (stream->ended && position == stream_end(stream)))
		return 0;
	if (stream->in.format.kind == RECORD_BLOCK)
		return stream_phase(stream, position) > 0;
	if (position == stream->start)
		return stream->phase > 0;
	return *stream_at(stream, position - 1) != stream->in.format.delimiter;
}

uint64_t stream_record_end(const struct stream *stream, uint64_t position)
{
	size_t size = (size_t)(stream_end(stream) - position);
	size_t first = framing_first(&stream->in.format, stream_phase(stream, position), stream_at(stream, position), size);

	return first > 0 ? position + first : stream_end(stream);
}

int stream_make_room(struct stream *stream, int keep, size_t size)
{
	size_t left = keep ? stream->size - stream->given : 0;
	char *bytes;

	if (left >= STREAM_RECORD_MOST) {
		stream->skipping = 1;
		left = 0;
	}
	if (left > 0)
		memmove(stream->bytes, stream->bytes + stream->given, left);
	stream->phase = left > 0 ? 0 : stream->in.phase;
	stream->start = stream_end(stream) - left;
	stream->size = left;
	stream->given = 0;
	bytes = array_grow(stream->bytes, &stream->room, left + size, 1);
	if (bytes == NULL)
		return -1;
	stream->bytes = bytes;
	return 0;
}

void stream_add(struct stream *stream, size_t size)
{
	framing_pass(&stream->in, stream->bytes + stream->size, size);
	stream->size += size;
}

void stream_finish(struct stream *stream)
{
	stream->ended = 1;
	stream->odd = stream->in.phase > 0;
	framing_end(&stream->in);
}

int stream_skip(struct stream *stream)
{
	uint64_t at = stream->start + stream->given;
	size_t size = stream->size - stream->given;
	size_t first = framing_first(&stream->in.format, stream_phase(stream, at), stream->bytes + stream->given, size);

	if (first == 0 && !stream->ended) {
		stream->given = stream->size;
		return 0;
	}
	stream->skipping = 0;
	stream->given += first > 0 ? first : size;
	stream->given_records++;
	return 1;
}

struct row stream_give(struct stream *stream)
{
	struct row row = {0};

	if (stream->skipping || stream->in.records == stream->given_records)
		return row;
	row.bytes = stream->bytes + stream->given;
	row.size = stream->size - stream->given - (size_t)stream->in.phase;
	row.records = stream->in.records - stream->given_records;
	stream->given += row.size;
	stream->given_records = stream->in.records;
	return row;
}

void stream_close(struct stream *stream)
{
	free(stream->bytes);
	stream->bytes = NULL;
}
