/* SPDX-License-Identifier: ISC */
/*
 * Writes whole records to readers that come, read, and leave: each reader gets records in their order, none twice, none
 * torn but the one in which it leaves, and every record is counted once.
 */
#include "../../cmd/fifotee/record_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "fuzz.h"

#define RECORDS 24
#define LENGTH_MOST 20000
#define ALL ((size_t)RECORDS * LENGTH_MOST)

struct scene {
	struct record_format format;
	struct record_writer writer;
	char *bytes;
	size_t starts[RECORDS + 1]; /* of each record */
	size_t count, given;        /* records that there are, that were handed over */
	struct row row;
	int reader; /* a descriptor, or -1 */
	char *got;
	size_t got_size;
	long last; /* number of the last record that a reader saw whole */
};

/* Makes records that differ: each begins with its number. */
static void make_records(struct scene *s, struct input *in)
{
	size_t used = 0, i, length;

	s->bytes = malloc((size_t)RECORDS * (LENGTH_MOST + 1));
	CHECK(s->bytes != NULL);
	s->count = 1 + take_byte(in) % RECORDS;
	for (i = 0; i < s->count; i++) {
		length = take_byte(in);
		length = s->format.kind == RECORD_BLOCK ? (size_t)s->format.block : 2 + (length < 200 ? length : (length - 199) * 350);
		/* The last record may lack its end. */
		if (s->format.kind == RECORD_BLOCK && i + 1 == s->count)
			length -= take_byte(in) % (length - 1);
		s->starts[i] = used;
		memset(s->bytes + used, 'a' + (int)(i % 26), length);
		s->bytes[used] = (char)(0x80 + i);
		used += length;
		if (s->format.kind == RECORD_DELIMITED && (i + 1 < s->count || (take_byte(in) & 1)))
			s->bytes[used++] = s->format.delimiter;
	}
	s->starts[s->count] = used;
}

static size_t length_of(const struct scene *s, long i)
{
	return s->starts[i + 1] - s->starts[i];
}

/* Checks that the reader got whole records; `torn` allows a part of one at the end. */
static void check_got(struct scene *s, int torn)
{
	size_t at = 0, left;
	long i;

	while (at < s->got_size) {
		i = (unsigned char)s->got[at] - 0x80;
		CHECK(i > s->last && i < (long)s->given);
		left = s->got_size - at;
		if (left < length_of(s, i)) {
			CHECK(torn && memcmp(s->got + at, s->bytes + s->starts[i], left) == 0);
			/* No other reader gets a record that this one has begun. */
			s->last = i;
			break;
		}
		CHECK(memcmp(s->got + at, s->bytes + s->starts[i], length_of(s, i)) == 0);
		at += length_of(s, i);
		s->last = i;
	}
	s->got_size = 0;
}

static void drain(struct scene *s, size_t most)
{
	ssize_t got;

	while (s->reader != -1 && most > 0) {
		got = read(s->reader, s->got + s->got_size, most);
		if (got <= 0)
			break;
		s->got_size += (size_t)got;
		most -= (size_t)got;
	}
}

static void come(struct scene *s)
{
	int ends[2];

	if (s->writer.base.outfd.fd != -1)
		return;
	CHECK(pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0);
	CHECK(fcntl(ends[1], F_SETPIPE_SZ, 8192) >= 4096);
	s->reader = ends[0];
	s->writer.base.outfd = (struct outfd){.fd = ends[1], .is_pipe = 1};
	s->last = -1;
}

/* Lets the reader leave; unless it reads everything first, the rest is lost with it. */
static void leave(struct scene *s, int reads_all)
{
	if (s->reader == -1)
		return;
	if (reads_all)
		drain(s, ALL);
	check_got(s, 1);
	close(s->reader);
	s->reader = -1;
}

static void check_result(struct scene *s, int result)
{
	if (result == 0)
		return;
	CHECK(result == -1 && errno == EPIPE && s->reader == -1);
	writer_lose_reader(&s->writer.base);
	CHECK(!writer_waits(&s->writer.base, 1) && writer_phase(&s->writer.base) == 0);
}

static void give(struct scene *s, size_t records)
{
	if (s->row.size > 0 || s->given == s->count)
		return;
	if (records > s->count - s->given)
		records = s->count - s->given;
	s->row = (struct row){s->bytes + s->starts[s->given], s->starts[s->given + records] - s->starts[s->given], records};
	s->given += records;
}

static void step(struct scene *s, unsigned what, unsigned number)
{
	struct counts counts;

	switch (what & 7) {
	case 0: come(s); break;
	case 1: leave(s, number & 1); break;
	case 2: drain(s, 1 + (size_t)number * 97); break;
	case 3:
		if (s->writer.base.outfd.fd != -1)
			check_result(s, writer_flush(&s->writer.base, number & 1));
		break;
	case 4: s->writer.at_once = number & 1; break;
	case 5: writer_queue(&s->writer.base, &s->row); break;
	default:
		give(s, 1 + number % 8);
		if (s->writer.base.outfd.fd != -1)
			check_result(s, writer_write(&s->writer.base, &s->row));
		break;
	}
	counts = writer_count(&s->writer.base);
	CHECK(counts.records + counts.dropped + counts.waiting + s->row.records == s->given);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	unsigned how = take_byte(&in), kind;
	struct scene s = {.reader = -1};

	signal(SIGPIPE, SIG_IGN);
	s.format = (struct record_format){.kind = how & 1 ? RECORD_BLOCK : RECORD_DELIMITED, .delimiter = '\n'};
	s.format.block = 2 + take_short(&in) % (LENGTH_MOST - 2);
	CHECK(record_writer_open(&s.writer, &s.format, take_short(&in) % 40000) == 0);
	make_records(&s, &in);
	s.got = malloc(s.starts[s.count] + 1);
	CHECK(s.got != NULL);
	come(&s);
	while (in.size > 0) {
		kind = take_byte(&in);
		step(&s, kind, take_byte(&in));
	}
	/* A reader that reads on gets all that is queued. */
	while (s.reader != -1 && s.writer.base.outfd.fd != -1 && writer_waits(&s.writer.base, 0)) {
		drain(&s, ALL);
		check_result(&s, writer_flush(&s.writer.base, 0));
	}
	drain(&s, ALL);
	check_got(&s, 0);
	if (s.reader != -1)
		close(s.reader);
	writer_close(&s.writer.base);
	CHECK(s.writer.base.counts.records + s.writer.base.counts.dropped + s.row.records == s.given);
	free(s.got);
	free(s.bytes);
	return 0;
}
