/* SPDX-License-Identifier: ISC */
/*
 * fifotee - standard input to many FIFOs.
 *
 * What was read lies in one buffer.  An output that blocks has a place in it, and nothing more is read
 * until all of them are at its end; what arrives goes to them at once, be it part of a record.  To an
 * output that drops, buffers or fails go whole records alone.  No call ever waits but the one poll(2),
 * so that nobody waits for a reader whom the policies do not let him wait for.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/number.h"
#include "cli/cli.h"
#include "cli/cli_record.h"
#include "cli/progress.h"
#include "fifo.h"
#include "framing.h"
#include "outfd.h"
#include "record_writer.h"

enum { OPTION_READERS = CLI_FIRST_OWN, OPTION_STDOUT, OPTION_ZERO_COPY };

/* What is read at a time; with tee(2) it costs nothing to take more. */
#define PIECE ((size_t)256 * 1024)
#define TEE_PIECE ((size_t)1 << 20)
#define PIPE_SIZE (1 << 20)

/* A longer record is not kept whole in memory. */
#define RECORD_MOST ((size_t)64 << 20)

/* How often one looks for readers who have come, in nanoseconds: nothing tells of them. */
#define LOOK_FIRST INT64_C(1000000)
#define LOOK_LAST INT64_C(20000000)

/* How long after a signal a reader has to take the rest of a record. */
#define GRACE INT64_C(2000000000)

static const char usage[] = "fifotee [-0knv] [-b size] [-d char] [-m mode] [-o policy:fifo] [-p policy] [-w timeout]\n"
			    "               [--progress] [--readers=count] [--stdout=policy] [--zero-copy] fifo ...";
static const char help[] =
	"Copy standard input to FIFOs, whose readers may come and go, and to standard output.\n"
	"\n"
	"  -0, --null               records end with NULs\n"
	"  -b, --block=SIZE         records have SIZE bytes\n"
	"  -d, --delimiter=CHAR     records end with CHAR\n"
	"  -k, --keep               do not remove the FIFOs that were made\n"
	"  -m, --mode=MODE          permission of a new FIFO, octal or symbolic (default: 0600)\n"
	"  -n, --no-stdout          do not write to standard output\n"
	"  -o, --output=POLICY:FIFO a FIFO with a policy of its own\n"
	"  -p, --policy=POLICY      of the FIFOs (default: block)\n"
	"  -v, --verbose            say at the end what went to each output\n"
	"  -w, --timeout=DURATION   wait for a reader at most so long\n"
	"      --progress           show bytes and rate on a terminal; twice: everywhere\n"
	"      --readers=COUNT      begin once so many FIFOs have readers\n"
	"      --stdout=POLICY      of standard output (default: block)\n"
	"      --zero-copy          pass the pages of a pipe on without copying them\n"
	"  -h, --help               show this\n"
	"  -V, --version            show the version\n"
	"\n"
	"Policies: block  drop  buffer=SIZE  fail\n";

static const struct option long_options[] = {
	{"block", required_argument, NULL, 'b'},
	{"delimiter", required_argument, NULL, 'd'},
	{"help", no_argument, NULL, 'h'},
	{"keep", no_argument, NULL, 'k'},
	{"mode", required_argument, NULL, 'm'},
	{"no-stdout", no_argument, NULL, 'n'},
	{"null", no_argument, NULL, '0'},
	{"output", required_argument, NULL, 'o'},
	{"policy", required_argument, NULL, 'p'},
	{"progress", no_argument, NULL, CLI_PROGRESS},
	{"readers", required_argument, NULL, OPTION_READERS},
	{"stdout", required_argument, NULL, OPTION_STDOUT},
	{"timeout", required_argument, NULL, 'w'},
	{"verbose", no_argument, NULL, 'v'},
	{"version", no_argument, NULL, 'V'},
	{"zero-copy", no_argument, NULL, OPTION_ZERO_COPY},
	{NULL, 0, NULL, 0},
};

enum policy_kind { POLICY_BLOCK, POLICY_DROP, POLICY_BUFFER, POLICY_FAIL };

struct policy {
	enum policy_kind kind;
	uint64_t room; /* of POLICY_BUFFER */
};

struct output {
	const char *name;
	struct policy policy;
	struct fifo fifo; /* of standard output it is only which pipe or file it is */
	struct record_writer writer; /* of one that blocks it is only the sink and the counts */
	int met;          /* whether there was ever a reader */
	int over;         /* nothing will ever be written to it again */

	/* POLICY_BLOCK: its place in the buffer, and whether it waits there for a record to begin. */
	size_t at;
	int joining;
	/* --zero-copy: whether it must have room before more is passed on, and how much it has. */
	int full;
	size_t has_room;

	uint64_t base; /* records of the stream that it did not get, as long as it has a reader */
	uint64_t mark; /* records of the stream when it had none any more */

	int waited; /* whether somebody waits for it, until `patience` ends */
	struct deadline patience;
};

struct job {
	struct output *outputs;
	size_t count;
	struct policy policy, stdout_policy;
	int framed, has_stdout, keep, no_stdout, verbose, has_readers, progress_wanted, zero_copy;
	uint64_t readers;
	mode_t mode;
	int64_t timeout;

	char *buffer;
	size_t end, room;
	size_t parsed; /* up to here the records have been given out */
	uint64_t parsed_records, first_phase; /* first_phase: bytes of its record that came before the buffer */
	struct framing in;
	int skipping; /* a record that is too long */
	int odd;      /* the last record lacks its end */

	struct pollfd *polls; /* of standard input, of `report`, and of those in `order` */
	struct output **order;
	size_t ordered;
	int report; /* the signalfd of SIGUSR1 */
	int started, ended, finishing, status;
	int64_t pause; /* between two looks for readers */
	struct deadline look, may_look, start_by;
	struct progress progress;
};

static const char stdout_name[] = "standard output";

static int is_stdout(const struct output *output)
{
	return output->name == stdout_name;
}

static int has_reader(const struct output *output)
{
	return output->writer.outfd.fd != -1;
}

static int blocks(const struct output *output)
{
	return output->policy.kind == POLICY_BLOCK;
}

static void note_status(struct job *job, int status)
{
	job->status = job->status == CLI_DONE ? status : cli_merge_status(job->status, status);
}

/* Bytes of its record that come before this place in the buffer; it matters for blocks alone. */
static uint64_t phase_at(const struct job *job, size_t at)
{
	return job->in.format.kind == RECORD_BLOCK ? (job->first_phase + at) % job->in.format.block : 0;
}

/* Records of the stream that end in front of this place in the buffer. */
static uint64_t records_at(const struct job *job, size_t at)
{
	uint64_t behind = framing_count(&job->in.format, phase_at(job, at), job->buffer + at, job->end - at);

	return job->in.records - behind - (job->odd && at < job->end);
}

/* --- what happened to an output --- */

/* Who reads it is to see its end now, and not when the slowest of the others is done. */
static void close_stdout(struct job *job)
{
	int err = cli_check_output() == -1 ? errno : 0, null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (null != -1) {
		dup2(null, 1);
		close(null);
	}
	if (err != 0)
		note_status(job, cli_fail("standard output", err));
}

/* Whether the stream has ended in a record that lacks its end, and this output has got it. */
static int has_odd(const struct job *job, const struct output *output)
{
	return job->odd && (blocks(output) ? output->at == job->end : !record_writer_waits(&output->writer, 0));
}

/*
 * Takes what a reader who has left did not read out of the pipe, so that nobody else reads it, and none
 * of it counts as his.  Returns how many records end in it.
 */
static uint64_t take_back(const struct job *job, struct output *output)
{
	const struct record_format *format = &job->in.format;
	char piece[65536];
	uint64_t records = 0;
	size_t size, left;
	ssize_t got = 0;
	int back;

	if (job->zero_copy || !output->writer.outfd.is_pipe || outfd_is_read(&output->writer.outfd))
		return 0;
	back = outfd_open_back(&output->writer.outfd, &size);
	if (back == -1)
		return 0;
	for (left = size; left > 0; left -= (size_t)got) {
		got = read(back, piece, left < sizeof(piece) ? left : sizeof(piece));
		if (got <= 0)
			break;
		if (format->kind == RECORD_DELIMITED)
			records += framing_count(format, 0, piece, (size_t)got);
	}
	close(back);
	size -= left;
	if (format->kind == RECORD_BLOCK) {
		uint64_t phase = blocks(output) ? phase_at(job, output->at) : record_writer_phase(&output->writer);

		records = size > phase ? (size - phase - 1) / format->block + 1 : 0;
	}
	/* Others may have written to it, too. */
	output->writer.bytes -= size < output->writer.bytes ? size : output->writer.bytes;
	return records + (size > 0 && has_odd(job, output) ? 1 : 0);
}

/* Its reader is gone. */
static void lose_reader(struct job *job, struct output *output)
{
	uint64_t unread = take_back(job, output);

	if (blocks(output) && !output->joining) {
		output->mark = records_at(job, output->at);
		output->writer.records = output->mark - output->base;
	}
	if (unread > output->writer.records)
		unread = output->writer.records;
	output->writer.records -= unread;
	output->writer.dropped += unread;
	output->joining = 0;
	if (is_stdout(output)) {
		close_stdout(job);
		output->writer.outfd.fd = -1;
	}
	record_writer_lose_reader(&output->writer);
	job->pause = LOOK_FIRST;
	job->look = deadline_after(job->pause);
}

/* Nothing more goes to it. */
static void end_output(struct job *job, struct output *output)
{
	int last = -1;

	if (output->over)
		return;
	output->over = 1;
	/* Whoever waits in open(2) for a writer would wait for ever: he is to see an end, too. */
	if (!has_reader(output) && output->fifo.inode != 0 && !is_stdout(output))
		last = fifo_open(&output->fifo);
	if (!is_stdout(output) && !job->keep && fifo_remove(&output->fifo) == -1) {
		cli_warn(output->name, "it could not be removed: %s", strerror(errno));
		note_status(job, CLI_FAILED);
	}
	if (last != -1)
		close(last);
	if (has_reader(output))
		lose_reader(job, output);
	record_writer_close(&output->writer);
}

static void give_up(struct job *job, struct output *output, const char *cause, int status)
{
	cli_warn(output->name, "%s", cause);
	note_status(job, status);
	end_output(job, output);
}

static void fail_output(struct job *job, struct output *output, int err)
{
	const char *cause = err == ENODEV ? "not a FIFO" : err == EISDIR ? strerror(err) : cli_text(err);

	give_up(job, output, cause, err == ETIMEDOUT ? CLI_TIMEOUT : CLI_FAILED);
}

static void join_at(struct job *job, struct output *output, size_t at)
{
	uint64_t records = records_at(job, at);

	output->at = at;
	output->joining = 0;
	output->writer.dropped += records - output->mark;
	output->base = records - output->writer.records;
}

/* Somebody reads it now; he gets what begins from now on. */
static void welcome(struct job *job, struct output *output)
{
	output->met = 1;
	if (!blocks(output))
		return;
	output->at = job->end;
	output->joining = job->in.phase > 0;
	if (!output->joining)
		join_at(job, output, job->end);
}

/*
 * Whoever has come since the last reader left keeps the pipe, which is empty again.  To close it would
 * be the end to him before anything has come.
 */
static void change_reader(struct job *job, struct output *output)
{
	struct outfd outfd = output->writer.outfd;
	int kept = fcntl(outfd.fd, F_DUPFD_CLOEXEC, 3);

	lose_reader(job, output);
	outfd.fd = kept;
	if (kept == -1)
		return;
	if (outfd_is_read(&outfd)) {
		output->writer.outfd = outfd;
		welcome(job, output);
	} else {
		close(kept);
	}
}

static void reader_left(struct job *job, struct output *output)
{
	if (output->policy.kind == POLICY_FAIL) {
		fail_output(job, output, EPIPE);
		return;
	}
	/* Who came back to bytes that nobody looks at would begin in the middle of a record. */
	if (is_stdout(output) || !output->writer.outfd.is_named || job->zero_copy)
		end_output(job, output);
	else
		change_reader(job, output);
}

static void write_failed(struct job *job, struct output *output)
{
	if (errno == EPIPE || errno == ECONNRESET)
		reader_left(job, output);
	else if (errno != EAGAIN && errno != EINTR)
		fail_output(job, output, errno);
}

/* --- readers who come --- */

static void look_for_reader(struct job *job, struct output *output)
{
	int fd = fifo_open(&output->fifo);

	if (fd == -1) {
		if (errno != ENXIO && errno != EINTR)
			fail_output(job, output, errno);
		return;
	}
	outfd_take(&output->writer.outfd, fd);
	welcome(job, output);
}

static int is_sought(const struct output *output)
{
	return !output->over && !has_reader(output) && !is_stdout(output);
}

static void look_for_readers(struct job *job)
{
	size_t i;

	for (i = 0; i < job->count; i++)
		if (is_sought(&job->outputs[i]))
			look_for_reader(job, &job->outputs[i]);
	job->pause = job->pause * 2 < LOOK_LAST ? job->pause * 2 : LOOK_LAST;
	job->look = deadline_after(job->pause);
	job->may_look = deadline_after(LOOK_FIRST);
}

static int any_sought(const struct job *job)
{
	size_t i;

	for (i = 0; i < job->count; i++)
		if (is_sought(&job->outputs[i]))
			return 1;
	return 0;
}

/* --- writing --- */

/* Whether the record that a blocking output is in goes on at its place in the buffer. */
static int is_torn(const struct job *job, const struct output *output)
{
	if (output->joining || job->zero_copy || (job->ended && output->at == job->end))
		return 0;
	if (output->at == 0)
		return job->first_phase > 0;
	if (job->in.format.kind == RECORD_BLOCK)
		return (job->first_phase + output->at) % job->in.format.block > 0;
	return job->buffer[output->at - 1] != job->in.format.delimiter;
}

/* Up to where in the buffer a blocking output is to get now. */
static size_t goal(const struct job *job, const struct output *output)
{
	size_t first;

	if (output->joining)
		return output->at;
	if (!job->finishing || job->zero_copy)
		return job->end;
	if (!is_torn(job, output))
		return output->at;
	first = framing_first(&job->in.format, phase_at(job, output->at), job->buffer + output->at, job->end - output->at);
	return first > 0 ? output->at + first : job->end;
}

static void write_block(struct job *job, struct output *output)
{
	while (has_reader(output) && output->at < goal(job, output)) {
		struct iovec piece = {job->buffer + output->at, goal(job, output) - output->at};
		ssize_t put = outfd_write(&output->writer.outfd, &piece, 1);

		if (put == -1) {
			write_failed(job, output);
			return;
		}
		output->at += (size_t)put;
		output->writer.bytes += (size_t)put;
		output->waited = 0;
		/* What it did not take it would not take now. */
		if ((size_t)put < piece.iov_len)
			return;
	}
}

static void offer(struct job *job, struct output *output, struct record_writer_row row)
{
	if (has_reader(output) && record_writer_write(&output->writer, &row) == -1)
		write_failed(job, output);
	if (output->policy.kind == POLICY_FAIL && row.records > 0 && !output->over)
		give_up(job, output, "its reader is too slow", CLI_FAILED);
	record_writer_queue(&output->writer, &row);
}

/* A record that is too long to be kept is over, or goes on. */
static void skip(struct job *job)
{
	size_t first = framing_first(&job->in.format, job->first_phase, job->buffer + job->parsed, job->end - job->parsed), i;

	if (first == 0 && !job->ended) {
		job->parsed = job->end;
		return;
	}
	job->skipping = 0;
	job->parsed = first > 0 ? job->parsed + first : job->end;
	job->parsed_records++;
	for (i = 0; i < job->count; i++) {
		struct output *output = &job->outputs[i];

		if (blocks(output))
			continue;
		output->writer.dropped++;
		if (output->policy.kind == POLICY_FAIL && !output->over)
			give_up(job, output, "a record of more than 64 MiB is not kept in memory", CLI_FAILED);
	}
}

/* Gives out what has come: all of it to those that block, whole records to the others. */
static void give_out(struct job *job)
{
	struct record_writer_row row;
	size_t i;

	for (i = 0; i < job->count; i++)
		if (blocks(&job->outputs[i]))
			write_block(job, &job->outputs[i]);
	if (job->skipping)
		skip(job);
	if (job->skipping || job->in.records == job->parsed_records)
		return;
	row = (struct record_writer_row){job->buffer + job->parsed, job->end - job->parsed - (size_t)job->in.phase,
	                   job->in.records - job->parsed_records};
	for (i = 0; i < job->count; i++)
		if (!blocks(&job->outputs[i]))
			offer(job, &job->outputs[i], row);
	job->parsed += row.size;
	job->parsed_records = job->in.records;
}

/* --- reading --- */

static int any_by_record(const struct job *job)
{
	size_t i;

	for (i = 0; i < job->count; i++)
		if (!blocks(&job->outputs[i]) && !job->outputs[i].over)
			return 1;
	return 0;
}

/* Leaves in the buffer only the record that has not ended yet, and that only if somebody wants it as a whole. */
static int make_room(struct job *job)
{
	size_t left = any_by_record(job) ? job->end - job->parsed : 0, i;

	if (left >= RECORD_MOST) {
		job->skipping = 1;
		left = 0;
	}
	if (left > 0)
		memmove(job->buffer, job->buffer + job->parsed, left);
	job->first_phase = left > 0 ? 0 : job->in.phase;
	job->parsed = 0;
	job->end = left;
	for (i = 0; i < job->count; i++)
		job->outputs[i].at = left;
	if (job->room - left < PIECE) {
		char *buffer = realloc(job->buffer, job->room * 2);

		if (buffer == NULL)
			return -1;
		job->buffer = buffer;
		job->room *= 2;
	}
	return 0;
}

/* Those who wait for a record to begin find it among the bytes that have come. */
static void join_new(struct job *job, size_t from, uint64_t phase)
{
	size_t first = phase == 0 ? 0 : framing_first(&job->in.format, phase, job->buffer + from, job->end - from), i;

	for (i = 0; i < job->count; i++) {
		struct output *output = &job->outputs[i];

		if (!output->joining)
			continue;
		if (phase == 0 || first > 0)
			join_at(job, output, from + first);
		else
			output->at = job->end;
	}
}

static void input_ended(struct job *job)
{
	job->ended = 1;
	job->odd = job->in.phase > 0;
	framing_end(&job->in);
	give_out(job);
}

static void read_input(struct job *job)
{
	uint64_t phase = job->in.phase;
	size_t from;
	ssize_t got;

	if (any_sought(job) && deadline_left(&job->may_look) == 0)
		look_for_readers(job);
	if (make_room(job) == -1) {
		note_status(job, cli_fail("standard input", errno));
		input_ended(job);
		return;
	}
	from = job->end;
	got = read(0, job->buffer + from, PIECE);
	if (got == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got == -1)
		note_status(job, cli_fail("standard input", errno));
	if (got <= 0) {
		input_ended(job);
		return;
	}
	framing_pass(&job->in, job->buffer + from, (size_t)got);
	job->end += (size_t)got;
	progress_add(&job->progress, (uint64_t)got);
	join_new(job, from, phase);
	give_out(job);
}

/* --- passing on without copying --- */

/* Those that get something now, the fullest pipe first: what it takes, the others most likely take, too. */
static size_t order_by_room(struct job *job)
{
	struct output **order = job->order;
	size_t count = 0, i, k;

	for (i = 0; i < job->count; i++) {
		struct output *output = &job->outputs[i];
		int empty;

		if (!has_reader(output))
			continue;
		output->has_room = output->writer.outfd.is_pipe ? outfd_room(&output->writer.outfd, &empty) : SIZE_MAX;
		for (k = count++; k > 0 && order[k - 1]->has_room > output->has_room; k--)
			order[k] = order[k - 1];
		order[k] = output;
	}
	return count;
}

/* One tee(2) or, where it is the last, splice(2) of `size` bytes at most: how many there were, or -1 with errno. */
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
		output->writer.bytes += (size_t)put;
		output->waited = 0;
	} else if (put == -1 && errno == EAGAIN) {
		output->full = 1;
	} else if (put == -1) {
		write_failed(job, output);
		errno = EPIPE;
	}
	return put;
}

/* Takes `size` bytes off the pipe by copying them, for those who did not get all of its pages. */
static void read_pages(struct job *job, size_t size)
{
	ssize_t got = io_read_full(0, job->buffer, size);

	job->end = got > 0 ? (size_t)got : 0;
	if (got == -1)
		note_status(job, cli_fail("standard input", errno));
	job->ended |= got <= 0;
}

/*
 * One round: the first output says how much it is, the others get exactly that.  tee(2) always begins at
 * the front of the pipe, so that who took less cannot be given the rest of it: that is copied.
 */
static void pass_input(struct job *job)
{
	size_t count = order_by_room(job), size = TEE_PIECE, taken = 0, i;
	int behind = 0;

	if (count == 0 || !job->order[0]->writer.outfd.is_pipe) {
		read_input(job);
		return;
	}
	for (i = 0; i < count; i++) {
		int last = i == count - 1 && !behind;
		ssize_t put = pass_pages(job, job->order[i], size, last);

		/* It is full or gone, or the input has ended; nobody has got anything yet. */
		if (i == 0 && put <= 0) {
			job->ended |= put == 0;
			return;
		}
		if (i == 0)
			size = (size_t)put;
		if (last && put > 0)
			taken = (size_t)put;
		job->order[i]->at = put > 0 ? (size_t)put : 0;
		behind |= put < (ssize_t)size && has_reader(job->order[i]);
	}
	job->in.bytes += size;
	progress_add(&job->progress, size);
	job->end = 0;
	if (taken < size)
		read_pages(job, size - taken);
	for (i = 0; i < count; i++) {
		job->order[i]->at = job->order[i]->at > taken ? job->order[i]->at - taken : 0;
		if (job->end == 0)
			job->order[i]->at = 0;
		write_block(job, job->order[i]);
	}
}

/* --- who waits for what --- */

static int has_more(const struct job *job, const struct output *output)
{
	if (blocks(output))
		return output->at < goal(job, output);
	return record_writer_waits(&output->writer, job->finishing);
}

/* Whether somebody waits for this output, or for its reader. */
static int is_awaited(const struct job *job, const struct output *output)
{
	if (output->over)
		return 0;
	if (has_reader(output))
		return (has_more(job, output) || output->full) && (blocks(output) || job->ended);
	if (output->met)
		return 0;
	if (blocks(output))
		return !job->started && !job->has_readers;
	return job->ended && output->writer.ring.size > 0;
}

/* Whether this output can still get something. */
static int is_alive(const struct job *job, const struct output *output)
{
	if (output->over)
		return 0;
	if (job->ended)
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

/* Once the input has ended, whoever has got everything sees the end. */
static void end_outputs(struct job *job)
{
	size_t i;

	for (i = 0; i < job->count; i++) {
		struct output *output = &job->outputs[i];

		if (has_reader(output) ? !has_more(job, output) : !is_awaited(job, output))
			end_output(job, output);
	}
}

static int may_start(struct job *job)
{
	uint64_t there = 0, possible = 0;
	size_t i;

	for (i = 0; i < job->count; i++) {
		const struct output *output = &job->outputs[i];

		if (is_stdout(output) || output->over)
			continue;
		possible++;
		there += has_reader(output) ? 1 : 0;
		if (!job->has_readers && blocks(output) && !output->met)
			return 0;
	}
	if (!job->has_readers || there >= job->readers)
		return 1;
	if (possible < job->readers) {
		cli_warn("--readers", "of the FIFOs only %llu are left", (unsigned long long)possible);
		note_status(job, CLI_FAILED);
		job->ended = 1;
	}
	return 0;
}

static void start(struct job *job)
{
	size_t i;

	job->started = 1;
	for (i = 0; i < job->count; i++) {
		struct output *output = &job->outputs[i];

		if (has_reader(output) || output->over)
			continue;
		if (output->policy.kind == POLICY_FAIL)
			give_up(job, output, "nobody reads it", CLI_FAILED);
		/* Who comes later would begin in the middle of a record, see reader_left(). */
		if (job->zero_copy)
			end_output(job, output);
	}
}

static int may_read(const struct job *job)
{
	size_t i;

	if (!job->started || job->ended)
		return 0;
	for (i = 0; i < job->count; i++)
		if (has_reader(&job->outputs[i]) && blocks(&job->outputs[i]) &&
		    (has_more(job, &job->outputs[i]) || job->outputs[i].full))
			return 0;
	return 1;
}

/* --- the report --- */

static void report_records(const struct job *job, const struct output *output)
{
	uint64_t records = output->writer.records, dropped = output->writer.dropped;
	uint64_t waiting = output->writer.queued + (output->writer.rest != NULL ? 1 : 0);
	char more[40] = "";

	if (blocks(output) && has_reader(output) && !output->joining)
		records = records_at(job, output->at) - output->base;
	else if (blocks(output))
		dropped += job->in.records - output->mark;
	if (waiting > 0)
		snprintf(more, sizeof(more), ", %llu waiting", (unsigned long long)waiting);
	cli_warn(output->name, "%llu bytes, %llu records, %llu dropped%s", (unsigned long long)output->writer.bytes,
	         (unsigned long long)records, (unsigned long long)dropped, more);
}

static void report_output(const struct job *job, const struct output *output)
{
	if (job->zero_copy)
		cli_warn(output->name, "%llu bytes", (unsigned long long)output->writer.bytes);
	else
		report_records(job, output);
}

static void report(const struct job *job)
{
	size_t i;

	if (job->zero_copy)
		cli_warn("standard input", "%llu bytes", (unsigned long long)job->in.bytes);
	else
		cli_warn("standard input", "%llu bytes, %llu records", (unsigned long long)job->in.bytes,
		         (unsigned long long)job->in.records);
	for (i = 0; i < job->count; i++)
		report_output(job, &job->outputs[i]);
}

/* A handler could not tell poll(2) of a signal that comes just before it. */
static int open_report(void)
{
	struct sigaction old;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	if (sigaction(SIGUSR1, NULL, &old) == 0 && old.sa_handler == SIG_IGN)
		return -1;
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void answer_report(const struct job *job)
{
	struct signalfd_siginfo info;

	while (read(job->report, &info, sizeof(info)) == (ssize_t)sizeof(info))
		report(job);
}

/* --- the loop --- */

static int64_t least(int64_t one, int64_t other)
{
	return one < other ? one : other;
}

/* Fills in what is waited for; how long at most, in nanoseconds. */
static int64_t prepare(struct job *job)
{
	int64_t left = any_sought(job) ? deadline_left(&job->look) : INT64_MAX;
	size_t i;

	if (!job->started && job->has_readers)
		left = least(left, deadline_left(&job->start_by));
	job->polls[0] = (struct pollfd){.fd = may_read(job) ? 0 : -1, .events = POLLIN};
	job->polls[1] = (struct pollfd){.fd = job->report, .events = POLLIN};
	job->ordered = 0;
	for (i = 0; i < job->count; i++) {
		struct output *output = &job->outputs[i];

		/* More than may be open poll(2) does not take, not even of those that it is to ignore. */
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
			output->patience = deadline_after(job->timeout);
		output->waited = 1;
		left = least(left, deadline_left(&output->patience));
	}
	return left;
}

static void serve_output(struct job *job, struct output *output, short events)
{
	uint64_t before;

	if (events & (POLLERR | POLLNVAL) || (events & POLLHUP && !(events & POLLOUT))) {
		reader_left(job, output);
		return;
	}
	if ((events & POLLOUT) == 0)
		return;
	output->full = 0;
	if (blocks(output)) {
		write_block(job, output);
		return;
	}
	before = output->writer.bytes;
	if (record_writer_flush(&output->writer, job->finishing) == -1)
		write_failed(job, output);
	if (output->writer.bytes != before)
		output->waited = 0;
}

/* Those who were waited for too long. */
static void lose_patience(struct job *job)
{
	size_t i;

	for (i = 0; i < job->count; i++) {
		struct output *output = &job->outputs[i];

		if (output->waited && is_awaited(job, output) && deadline_left(&output->patience) == 0)
			fail_output(job, output, ETIMEDOUT);
	}
	if (!job->started && job->has_readers && deadline_left(&job->start_by) == 0) {
		note_status(job, cli_fail("--readers", ETIMEDOUT));
		job->ended = 1;
	}
}

/* Waits for `left` nanoseconds at most and serves the outputs; -1 where a signal has come. */
static int serve_outputs(struct job *job, int64_t left)
{
	size_t i;

	if (deadline_poll(job->polls, job->ordered + 2, left) == -1) {
		if (errno != EINTR) {
			note_status(job, cli_fail("poll", errno));
			job->ended = 1;
			for (i = 0; i < job->count; i++)
				end_output(job, &job->outputs[i]);
		}
		return -1;
	}
	if (job->polls[1].revents != 0)
		answer_report(job);
	for (i = 0; i < job->ordered; i++)
		if (job->polls[i + 2].revents != 0 && has_reader(job->order[i]))
			serve_output(job, job->order[i], job->polls[i + 2].revents);
	return 0;
}

static void pass_on(struct job *job)
{
	look_for_readers(job);
	while (interrupt_pending() == 0) {
		if (!job->started && !job->ended && may_start(job))
			start(job);
		if (job->ended)
			end_outputs(job);
		if (!any_alive(job))
			return;
		if (serve_outputs(job, prepare(job)) == -1)
			continue;
		if (any_sought(job) && deadline_left(&job->look) == 0)
			look_for_readers(job);
		lose_patience(job);
		if (job->polls[0].revents == 0 || !may_read(job))
			continue;
		if (job->zero_copy)
			pass_input(job);
		else
			read_input(job);
	}
}

/* Whether a reader has no whole record because more of it must be read. */
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
		lacks |= is_torn(job, output);
	}
	return lacks && !job->ended;
}

/* Reads on to the end of the record, for those alone who have begun it. */
static void read_on(struct job *job)
{
	ssize_t got = read(0, job->buffer, PIECE);
	size_t first, i;

	if (got == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		job->ended = 1;
		return;
	}
	first = framing_first(&job->in.format, job->in.phase, job->buffer, (size_t)got);
	job->first_phase = job->in.phase;
	job->end = first > 0 ? first : (size_t)got;
	for (i = 0; i < job->count; i++)
		job->outputs[i].at = 0;
	framing_pass(&job->in, job->buffer, job->end);
}

/* After a signal: nobody is left with a part of a record, if the rest of it can be had in time. */
static void finish_records(struct job *job)
{
	struct deadline grace = deadline_after(GRACE);
	size_t i;

	interrupt_defer();
	job->finishing = 1;
	while (interrupt_pending() == 0 && deadline_left(&grace) > 0) {
		int left = 0;

		for (i = 0; i < job->count; i++) {
			struct output *output = &job->outputs[i];

			if (has_reader(output) && (has_more(job, output) || (blocks(output) && is_torn(job, output))))
				left = 1;
			else
				end_output(job, output);
		}
		if (!left)
			return;
		prepare(job);
		job->polls[0].fd = lacks_input(job) ? 0 : -1;
		if (serve_outputs(job, deadline_left(&grace)) == -1)
			continue;
		if (job->polls[0].revents != 0)
			read_on(job);
	}
}

/* --- start and end --- */

/* Each output takes a descriptor. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* The name of what is the same pipe, FIFO or file as this output, or NULL. */
static const char *find_same(const struct job *job, const struct output *output)
{
	struct stat st;
	size_t i;

	if (fstat(0, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISREG(st.st_mode)) && st.st_dev == output->fifo.device &&
	    st.st_ino == output->fifo.inode)
		return "standard input";
	for (i = 0; &job->outputs[i] != output; i++)
		if (job->outputs[i].fifo.device == output->fifo.device && job->outputs[i].fifo.inode == output->fifo.inode)
			return job->outputs[i].name;
	return NULL;
}

/* What is read again as soon as it is written has no end, and of two writers to one FIFO each tears the other's records. */
static int refuse_same(struct job *job, struct output *output)
{
	const char *same = find_same(job, output);

	if (same == NULL)
		return 0;
	cli_warn(output->name, "the same as %s", same);
	note_status(job, CLI_FAILED);
	output->over = 1;
	record_writer_close(&output->writer);
	return 1;
}

static void open_stdout(struct job *job, struct output *output)
{
	struct stat st;

	if (cli_was_closed(1)) {
		fail_output(job, output, EBADF);
		return;
	}
	if (fstat(1, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISREG(st.st_mode))) {
		output->fifo.device = st.st_dev;
		output->fifo.inode = st.st_ino;
		if (refuse_same(job, output))
			return;
	}
	if (outfd_inherit(&output->writer.outfd, 1) == -1) {
		int err = errno;

		output->writer.outfd.fd = -1;
		if (err == EPIPE && output->policy.kind != POLICY_FAIL)
			end_output(job, output);
		else
			fail_output(job, output, err);
		return;
	}
	output->met = 1;
}

static void open_output(struct job *job, struct output *output)
{
	if (fifo_find(&output->fifo, output->name, job->mode) == -1)
		fail_output(job, output, errno);
	else
		refuse_same(job, output);
}

static int open_all(struct job *job)
{
	size_t i;

	job->room = job->zero_copy ? TEE_PIECE : 2 * PIECE;
	job->buffer = malloc(job->room);
	job->polls = calloc(job->count + 2, sizeof(*job->polls));
	job->order = calloc(job->count, sizeof(struct output *));
	if (job->buffer == NULL || job->polls == NULL || job->order == NULL)
		return cli_fail("outputs", errno);
	for (i = 0; i < job->count; i++) {
		struct output *output = &job->outputs[i];

		if (interrupt_pending() != 0) {
			/* It ends before it has begun. */
			output->writer.outfd.fd = -1;
			output->over = 1;
			continue;
		}
		if (record_writer_open(&output->writer, &job->in.format, (size_t)output->policy.room) == -1)
			fail_output(job, output, errno);
		else if (is_stdout(output))
			open_stdout(job, output);
		else
			open_output(job, output);
		output->writer.at_once = output->policy.kind == POLICY_FAIL;
	}
	return CLI_DONE;
}

static void run(struct job *job)
{
	struct stat st;
	size_t i;

	if (cli_was_closed(0)) {
		note_status(job, cli_fail("standard input", EBADF));
		return;
	}
	raise_descriptor_limit();
	/* What is no pipe is copied. */
	if (fstat(0, &st) == -1 || !S_ISFIFO(st.st_mode))
		job->zero_copy = 0;
	if (open_all(job) != CLI_DONE) {
		note_status(job, CLI_FAILED);
		return;
	}
	io_grow_pipe(0, PIPE_SIZE);
	job->start_by = deadline_after(job->timeout);
	job->pause = LOOK_FIRST;
	progress_start(&job->progress, job->progress_wanted, 0);
	pass_on(job);
	if (interrupt_pending() != 0)
		finish_records(job);
	for (i = 0; i < job->count; i++)
		end_output(job, &job->outputs[i]);
	progress_end(&job->progress);
	if (job->verbose)
		report(job);
}

/* --- the command line --- */

static struct policy policy_or_exit(const char *option, const char *word, size_t length)
{
	static const char buffer[] = "buffer=";
	struct policy policy = {POLICY_BLOCK, 0};
	char text[64];

	snprintf(text, sizeof(text), "%.*s", (int)(length < sizeof(text) ? length : 0), word);
	if (strncmp(text, buffer, strlen(buffer)) == 0) {
		policy.kind = POLICY_BUFFER;
		policy.room = cli_size_or_exit(option, text + strlen(buffer));
	} else if (strcmp(text, "drop") == 0) {
		policy.kind = POLICY_DROP;
	} else if (strcmp(text, "fail") == 0) {
		policy.kind = POLICY_FAIL;
	} else if (strcmp(text, "block") != 0) {
		cli_usage_exit("%s: a policy is block, drop, buffer=SIZE or fail", option);
	}
	return policy;
}

static void add_output(struct job *job, const char *name, struct policy policy)
{
	job->outputs[job->count++] = (struct output){.name = name, .policy = policy, .writer.outfd.fd = -1};
}

static void add_own_output(struct job *job, const char *word)
{
	const char *colon = strchr(word, ':');

	if (colon == NULL || colon[1] == '\0')
		cli_usage_exit("-o: needs a policy, a colon and a FIFO, as drop:/tmp/log");
	add_output(job, colon + 1, policy_or_exit("-o", word, (size_t)(colon - word)));
}

static void parse_options(struct job *job, int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, "0b:d:hkm:no:p:vVw:", long_options, NULL)) != -1) {
		if (cli_record_option(&job->in.format, option, optarg)) {
			job->framed = 1;
			continue;
		}
		switch (option) {
		case 'h': cli_help_exit();
		case 'k': job->keep = 1; break;
		case 'm': job->mode = cli_mode_or_exit("-m", optarg); break;
		case 'n': job->no_stdout = 1; break;
		case 'o': add_own_output(job, optarg); break;
		case 'p': job->policy = policy_or_exit("-p", optarg, strlen(optarg)); break;
		case 'v': job->verbose = 1; break;
		case 'V': cli_version_exit();
		case 'w': job->timeout = cli_duration_or_exit("-w", optarg); break;
		case CLI_PROGRESS: job->progress_wanted++; break;
		case OPTION_READERS:
			job->has_readers = 1;
			if (number_parse(optarg, 0, INT_MAX, &job->readers) == -1)
				cli_usage_exit("--readers: not a number of FIFOs");
			break;
		case OPTION_STDOUT:
			job->has_stdout = 1;
			job->stdout_policy = policy_or_exit("--stdout", optarg, strlen(optarg));
			break;
		case OPTION_ZERO_COPY: job->zero_copy = 1; break;
		default: cli_option_exit();
		}
	}
}

static void check_options(const struct job *job, size_t fifos)
{
	int by_record = any_by_record(job);

	if (fifos == 0)
		cli_usage_exit("which FIFO?");
	if (job->readers > fifos)
		cli_usage_exit("--readers: %llu readers, but only %zu FIFOs", (unsigned long long)job->readers, fifos);
	if (job->no_stdout && job->has_stdout)
		cli_usage_exit("--stdout is the policy of what -n leaves out");
	if (job->zero_copy && (by_record || job->framed))
		cli_usage_exit("--zero-copy does not look at the bytes and knows no records: only -p block goes with it");
	if (by_record && job->in.format.kind == RECORD_BLOCK && job->in.format.block > RECORD_MOST)
		cli_usage_exit("-b: of records of more than 64 MiB none is kept, so that only -p block goes with it");
}

int main(int argc, char **argv)
{
	static struct job job = {.mode = 0600, .in.format.delimiter = '\n', .timeout = -1};
	size_t fifos;
	int i;

	cli_start(argv, usage, help);
	/* No command line has more outputs than words. */
	job.outputs = calloc((size_t)argc + 1, sizeof(*job.outputs));
	if (job.outputs == NULL)
		return cli_fail("outputs", errno);
	parse_options(&job, argc, argv);
	for (i = optind; i < argc; i++)
		add_output(&job, argv[i], job.policy);
	fifos = job.count;
	if (!job.no_stdout)
		add_output(&job, stdout_name, job.stdout_policy);
	check_options(&job, fifos);

	cli_disarm(SIGPIPE);
	job.report = open_report();
	interrupt_catch();
	run(&job);
	free(job.buffer);
	free(job.order);
	free(job.polls);
	free(job.outputs);
	close(job.report);
	interrupt_die_if_pending();
	return job.status;
}
