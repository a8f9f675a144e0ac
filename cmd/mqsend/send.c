/* SPDX-License-Identifier: ISC */
#include "send.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/deadline.h"
#include "base/io.h"
#include "base/number.h"
#include "cli/cli.h"

const char *send_describe(const struct job *job, char *text)
{
	uint64_t open = queue_unsettled(&job->queue), sent = queue_taken(&job->queue);
	int length = sprintf(text, "%llu %s sent", (unsigned long long)sent, sent == 1 ? "message was" : "messages were");

	if (open > 0)
		sprintf(text + length, ", up to %llu more may have been", (unsigned long long)open);
	return text;
}

/* Reports "/q: line 17: cause; 16 messages were sent"; returns `status`. */
static int __attribute__((format(printf, 3, 4))) fail_record(const struct job *job, int status, const char *format, ...)
{
	char cause[512], sent[SEND_DESCRIBE_ROOM];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(cause, sizeof(cause), format, arguments);
	va_end(arguments);
	cli_warn(job->options->object.word, "%s %llu: %s; %s", job->unit, (unsigned long long)job->number, cause,
	         send_describe(job, sent));
	return status;
}

static int refuse_length(const struct job *job, size_t size)
{
	/* Beyond that the record reader does not look for the end of a record. */
	if (size > RECORD_LOOK && job->options->format.kind != RECORD_LENGTH)
		return fail_record(job, CLI_FAILED, "message of more than 64 MiB is longer than the queue takes (%zu)",
		                   job->queue.most);
	return fail_record(job, CLI_FAILED, "message of %zu bytes is longer than the queue takes (%zu)", size,
	                   job->queue.most);
}

/* Takes "12<TAB>" off the front of a record. */
static int take_rank(const struct job *job, const char **bytes, size_t *size, long *rank)
{
	const struct queue_rank *range = queue_rank(&job->queue);
	const char *tab = *size > 0 ? memchr(*bytes, '\t', *size) : NULL;
	char digits[24];
	uint64_t value;

	if (tab == NULL || (size_t)(tab - *bytes) >= sizeof(digits))
		return fail_record(job, CLI_FAILED, "it does not begin with a %s and a TAB (-P)", range->name);
	memcpy(digits, *bytes, (size_t)(tab - *bytes));
	digits[tab - *bytes] = '\0';
	if (number_parse(digits, (uint64_t)range->least, (uint64_t)range->most, &value) == -1)
		return fail_record(job, CLI_FAILED, "the text before its TAB is not a %s from %ld to %ld (-P)", range->name,
		                   range->least, range->most);
	*rank = (long)value;
	*size -= (size_t)(tab + 1 - *bytes);
	*bytes = tab + 1;
	return CLI_DONE;
}

/* Replaces a message by a copy with a NUL at its end. */
static int add_nul(struct job *job, const char **bytes, size_t *size)
{
	if (job->copy_room < *size + 1) {
		char *copy = realloc(job->copy, *size + 1);

		if (copy == NULL)
			return -1;
		job->copy = copy;
		job->copy_room = *size + 1;
	}
	if (*size > 0)
		memcpy(job->copy, *bytes, *size);
	job->copy[(*size)++] = '\0';
	*bytes = job->copy;
	return 0;
}

static int send_one(struct job *job, const char *bytes, size_t size, long rank)
{
	struct deadline deadline = deadline_after(job->options->timeout);

	if (queue_send(&job->queue, bytes, size, rank, &deadline) == -1) {
		int err = errno;
		char cause[512];

		if (err == EINTR)
			return CLI_FAILED;
		if (err == EMSGSIZE)
			return refuse_length(job, size);
		if (queue_explain(&job->queue, err, cause, sizeof(cause)))
			return fail_record(job, cli_status_of(err), "%s", cause);
		return fail_record(job, cli_status_of(err), "%s",
		                   err == ETIMEDOUT && job->options->timeout == 0 ? "the queue is full" : cli_text(err));
	}
	progress_add(&job->progress, size);
	return CLI_DONE;
}

static int send_record(struct job *job, const char *bytes, size_t size)
{
	const struct options *options = job->options;
	long rank = options->rank;
	int status;

	if (options->with_rank && (status = take_rank(job, &bytes, &size, &rank)) != CLI_DONE)
		return status;
	if (options->end && size == 0 && !options->c_string)
		return fail_record(job, CLI_FAILED, "an empty message would end the stream too early (-E)");
	if (options->c_string && add_nul(job, &bytes, &size) == -1)
		return fail_record(job, CLI_FAILED, "%s", strerror(errno));
	if (size > job->queue.most)
		return refuse_length(job, size);
	return send_one(job, bytes, size, rank);
}

static int send_operands(struct job *job, int count, char **words)
{
	int i, status = CLI_DONE;

	job->unit = "message";
	for (i = 0; i < count && status == CLI_DONE; i++) {
		job->number = (uint64_t)i + 1;
		status = send_record(job, words[i], strlen(words[i]));
	}
	return status;
}

/* Reports that not all messages have arrived, with the number of those that did. */
static int fail_settle(const struct job *job, int err)
{
	char cause[512], sent[SEND_DESCRIBE_ROOM];

	if (!queue_is_remote(&job->queue))
		return cli_queue_fail(&job->queue, err);
	if (err == EINTR)
		return CLI_FAILED;
	if (!queue_explain(&job->queue, err, cause, sizeof(cause)))
		snprintf(cause, sizeof(cause), "%s", cli_text(err));
	cli_warn(job->options->object.word, "%s; %s", cause, send_describe(job, sent));
	return cli_status_of(err);
}

/* Reports that no further record could be read from standard input. */
static int fail_input(const struct job *job, size_t size)
{
	char sent[SEND_DESCRIBE_ROOM];

	if (errno == EINTR)
		return CLI_FAILED;
	if (job->queue_failed)
		return fail_settle(job, errno);
	if (errno == EMSGSIZE)
		return refuse_length(job, size);
	if (errno == EPROTO)
		return fail_record(job, CLI_FAILED, "standard input ends in the middle of it");
	cli_warn("standard input", "%s; %s", strerror(errno), send_describe(job, sent));
	return CLI_FAILED;
}

/* Waits for input: 0, or -1 with errno if the queue fails before there is any. */
static int await_input(void *context)
{
	struct job *job = context;

	job->queue_failed = queue_await_input(&job->queue, 0, job->options->timeout) == -1;
	return job->queue_failed ? -1 : 0;
}

static int send_input(struct job *job)
{
	const struct record_format *format = &job->options->format;
	/* With -P a record is longer than its message, by up to 19 digits and a TAB. */
	size_t most = job->queue.most + (job->options->with_rank ? 20 : 0), size = 0;
	struct record_reader reader;
	const char *bytes;
	int result, status = CLI_DONE;

	job->unit = format->kind == RECORD_DELIMITED && format->delimiter == '\n' ? "line" : "record";
	if (format->kind == RECORD_BLOCK && format->block > job->queue.most) {
		job->number = 1;
		return refuse_length(job, (size_t)format->block);
	}
	record_open(&reader, format, 0, most);
	record_await(&reader, await_input, job);
	while (status == CLI_DONE && (result = record_next(&reader, &bytes, &size)) != 0) {
		job->number = reader.number;
		status = result == -1 ? fail_input(job, size) : send_record(job, bytes, size);
	}
	record_close(&reader);
	return status;
}

/* Sends the end of the stream: an empty message after all others of its rank. */
static int send_end(struct job *job)
{
	job->unit = "end, message";
	job->number = job->queue.sent + 1;
	return send_one(job, "", 0, job->options->rank);
}

int send_all(struct job *job, int count, char **words)
{
	struct deadline deadline;
	int status = count > 0 ? send_operands(job, count, words) : send_input(job);

	if (status == CLI_DONE && job->options->end)
		status = send_end(job);
	if (job->queue.sent == 0 && !queue_is_remote(&job->queue))
		return status;
	/* A queue that was just created on a broker may have to grow older before it is safe to use, by others too. */
	deadline = deadline_after(job->options->timeout);
	if (status == CLI_DONE && queue_settle(&job->queue, &deadline) == -1)
		status = fail_settle(job, errno);
	return status;
}
