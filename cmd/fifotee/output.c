/* SPDX-License-Identifier: ISC */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int is_same(const struct fifo *one, dev_t device, ino_t inode)
{
	return inode != 0 && one->device == device && one->inode == inode;
}

/* Returns the name of standard input or another output that is the same pipe, FIFO or file, or NULL. */
static const char *find_same(const struct job *job, const struct output *output)
{
	const struct fifo *fifo = &output->fifo;
	struct stat st;
	size_t i;

	if (fstat(0, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISREG(st.st_mode)) && is_same(fifo, st.st_dev, st.st_ino))
		return "standard input";
	for (i = 0; i < job->count; i++)
		if (&job->outputs[i] != output && is_same(fifo, job->outputs[i].fifo.device, job->outputs[i].fifo.inode))
			return job->outputs[i].name;
	return NULL;
}

int output_refuse_same(struct job *job, struct output *output)
{
	const char *same = find_same(job, output);

	if (same == NULL)
		return 0;
	cli_warn(output->name, "the same as %s", same);
	note_status(job, CLI_FAILED);
	output->over = 1;
	writer_close(&output->writer);
	return 1;
}

/* Closes standard output now, so that its reader does not wait for the slower outputs. */
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

/*
 * Takes the bytes that the reader left unread out of the pipe, so that the next reader does not get them and they do
 * not count as read.  Returns how many records end in them.
 */
static uint64_t take_back(const struct job *job, struct output *output)
{
	const struct record_format *format = &job->stream.in.format;
	uint64_t *bytes = &output->writer.counts.bytes, records = 0;
	static char piece[65536];
	size_t size, left;
	ssize_t got = 0;
	int back;

	if (!job->stream.framed || !output->writer.outfd.is_pipe || outfd_is_read(&output->writer.outfd))
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
		uint64_t phase = writer_phase(&output->writer);

		records = size > phase ? (size - phase - 1) / format->block + 1 : 0;
	}
	/* Other processes may have written to the pipe, too. */
	*bytes -= size < *bytes ? size : *bytes;
	/* The last record of the stream has no end that could be counted. */
	return records + (size > 0 && job->stream.odd && !writer_waits(&output->writer, 0));
}

static void lose_reader(struct job *job, struct output *output)
{
	struct counts *counts = &output->writer.counts;
	uint64_t unread = take_back(job, output);

	if (output->is_stdout)
		close_stdout(job);
	writer_lose_reader(&output->writer);
	if (unread > counts->records)
		unread = counts->records;
	counts->records -= unread;
	counts->dropped += unread;
	job->pause = LOOK_FIRST;
	job->look = deadline_after(job->pause);
}

void output_end(struct job *job, struct output *output)
{
	int last = -1, is_other;

	if (output->over)
		return;
	output->over = 1;
	/* A reader that waits in open(2) would wait for ever.  Opening and closing the FIFO shows it the end. */
	if (!has_reader(output) && output->fifo.inode != 0 && !output->is_stdout)
		last = fifo_open(&output->fifo, &is_other);
	if (!output->is_stdout && !job->options->keep && fifo_remove(&output->fifo) == -1) {
		cli_warn(output->name, "it could not be removed: %s", strerror(errno));
		note_status(job, CLI_FAILED);
	}
	if (last != -1)
		close(last);
	if (has_reader(output))
		lose_reader(job, output);
	writer_close(&output->writer);
}

void output_give_up(struct job *job, struct output *output, const char *cause, int status)
{
	cli_warn(output->name, "%s", cause);
	note_status(job, status);
	output_end(job, output);
}

void output_fail(struct job *job, struct output *output, int err)
{
	const char *cause = err == ENODEV ? "not a FIFO" : err == EISDIR ? strerror(err) : cli_text(err);

	output_give_up(job, output, cause, err == ETIMEDOUT ? CLI_TIMEOUT : CLI_FAILED);
}

/*
 * Waits for the next reader.  A reader that has come since the last one left keeps the pipe, which is empty again: if
 * the pipe were closed, the new reader would see an end before anything has come.
 */
static void change_reader(struct job *job, struct output *output)
{
	struct outfd outfd = output->writer.outfd;

	outfd.fd = fcntl(outfd.fd, F_DUPFD_CLOEXEC, 3);
	lose_reader(job, output);
	if (outfd.fd == -1)
		return;
	if (outfd_is_read(&outfd))
		writer_take_reader(&output->writer, &outfd);
	else
		outfd_close(&outfd);
}

void output_reader_left(struct job *job, struct output *output)
{
	if (output->policy.kind == POLICY_FAIL)
		output_fail(job, output, EPIPE);
	/* Without records a reader that comes back would begin in the middle of one. */
	else if (output->is_stdout || !output->writer.outfd.is_named || !job->stream.framed)
		output_end(job, output);
	else
		change_reader(job, output);
}

void output_write_failed(struct job *job, struct output *output)
{
	if (errno == EPIPE || errno == ECONNRESET)
		output_reader_left(job, output);
	else if (errno != EAGAIN && errno != EINTR)
		output_fail(job, output, errno);
}

void output_flush(struct job *job, struct output *output)
{
	uint64_t before = output->writer.counts.bytes;

	if (writer_flush(&output->writer, job->finishing) == -1)
		output_write_failed(job, output);
	if (output->writer.counts.bytes != before)
		output->waited = 0;
}

void output_offer(struct job *job, struct output *output, struct row row)
{
	if (has_reader(output) && writer_write(&output->writer, &row) == -1)
		output_write_failed(job, output);
	if (output->policy.kind == POLICY_FAIL && row.records > 0 && !output->over)
		output_give_up(job, output, "its reader is too slow", CLI_FAILED);
	writer_queue(&output->writer, &row);
}
