/* SPDX-License-Identifier: ISC */
#include "receive.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/interrupt.h"
#include "cli/cli.h"
#include "commands.h"
#include "emit.h"
#include "putback.h"

/* Results of next_message() other than the index of a queue. */
enum { NO_MESSAGE = -1, ASK_AGAIN = -2 };

/* Waits no longer for a queue that failed; the other queues are still served. */
static int drop_queue(struct job *job, int index, int err)
{
	int status = cli_queue_fail(job->open[index], err);

	memmove(&job->open[index], &job->open[index + 1],
	        (size_t)(job->open_count - index - 1) * sizeof(*job->open));
	job->open_count--;
	return status;
}

/*
 * Receives the next message into job->message.  Returns the index of its queue, NO_MESSAGE with the status in `*status`,
 * or ASK_AGAIN after a signal or, with the status, if one of several queues failed.
 */
static int next_message(struct job *job, int *status)
{
	struct deadline deadline;
	int index, failed = 0;

	index = queue_receive_now(job->open, job->open_count, &job->message, &failed);
	if (index == -1 && errno == EAGAIN) {
		*status = putback_flush(job);
		if (*status != CLI_DONE || job->options->all)
			return NO_MESSAGE;
		deadline = deadline_after(job->options->timeout);
		index = queue_receive_any(job->open, job->open_count, &job->message, &deadline, &failed);
	}
	if (index >= 0)
		return index;
	if (errno == EINTR)
		return ASK_AGAIN;
	if (errno == ETIMEDOUT) {
		*status = CLI_TIMEOUT;
		return NO_MESSAGE;
	}
	*status = drop_queue(job, failed, errno);
	return job->open_count > 0 ? ASK_AGAIN : NO_MESSAGE;
}

/* Hands job->message on, or sets `*stop` if it is the empty message that ends the stream. */
static int handle(struct job *job, struct queue *queue, int *stop)
{
	if (job->options->end && job->message.size == 0) {
		queue_accept(queue, &job->message);
		*stop = 1;
		return CLI_DONE;
	}
	return job->options->command ? commands_start(job, queue) : emit_message(job, queue);
}

static int receive(struct job *job)
{
	int status = CLI_DONE, lasting = CLI_DONE, stop = 0, index;

	while (!stop && job->taken < job->wanted && interrupt_requested() == 0) {
		if (job->options->command != NULL) {
			status = commands_wait_for_turn(job);
			if (status != CLI_DONE)
				break;
			if (interrupt_requested() != 0 || interrupt_child() || commands_are_full(job))
				continue;
		}
		index = next_message(job, &status);
		if (index == NO_MESSAGE)
			break;
		if (index == ASK_AGAIN) {
			lasting = status != CLI_DONE ? status : lasting;
			status = CLI_DONE;
			continue;
		}
		job->taken++;
		status = handle(job, job->open[index], &stop);
		if (status != CLI_DONE)
			break;
	}
	return status != CLI_DONE ? status : lasting;
}

static int peek(struct job *job)
{
	long cursor = 0;
	struct queue *queue = job->open[0];
	int status = CLI_DONE;

	while (status == CLI_DONE && job->taken < job->wanted && interrupt_requested() == 0) {
		if (queue_peek(queue, &job->message, &cursor) == -1) {
			if (errno != ENOMSG)
				return cli_queue_fail(queue, errno);
			return job->options->all || job->taken > 0 ? putback_flush(job) : CLI_TIMEOUT;
		}
		job->taken++;
		status = emit_message(job, queue);
	}
	return status;
}

/* Limits -a with a command to the messages that exist now, since those whose command fails come back. */
static int limit_all(struct job *job)
{
	uint64_t all = 0;
	int i;

	for (i = 0; i < job->open_count; i++) {
		long count = queue_count(job->open[i]);

		if (count == -1)
			return cli_queue_fail(job->open[i], errno);
		all += (uint64_t)count;
	}
	if (all < job->wanted)
		job->wanted = all;
	return CLI_DONE;
}

void receive_report(const struct job *job, const char *before)
{
	cli_warn(NULL, "%s%llu %s passed on, %llu put back", before, (unsigned long long)job->done,
	         job->done == 1 ? "message" : "messages", (unsigned long long)job->returned);
}

/* Reports that no message came in time, and how many came before. */
static void report_timeout(const struct job *job)
{
	const struct options *options = job->options;
	const char *cause = options->timeout > 0                ? "timed out" :
	                    options->wish.choice != QUEUE_ANY   ? "no message of this type" :
	                    options->queues > 1                 ? "the queues are empty" : "the queue is empty";
	char passed[64] = "";

	if (job->done > 0)
		snprintf(passed, sizeof(passed), "; %llu %s passed on", (unsigned long long)job->done,
		         job->done == 1 ? "message was" : "messages were");
	cli_warn(options->queues == 1 ? options->objects[0].word : NULL, "%s%s", cause, passed);
}

/* Ends commands and output after the last message; merges their status with that of receiving. */
static int finish(struct job *job, int status)
{
	int last = commands_finish(job);

	if (interrupt_requested() != 0) {
		errno = EINTR;
		last = putback_output(job);
		if (job->returned > 0)
			receive_report(job, "interrupted; ");
	} else if (job->box.count > 0) {
		last = putback_flush(job);
	}
	if (status == CLI_DONE)
		status = last;
	/* With -f a timeout is the expected end, and the commands have the last word. */
	if (job->command_status != 0 && (status == CLI_DONE || (status == CLI_TIMEOUT && job->options->follow)))
		return job->command_status;
	if (status == CLI_TIMEOUT)
		report_timeout(job);
	return status;
}

int receive_all(struct job *job)
{
	int status = CLI_DONE;

	job->wanted = job->options->count;
	if (job->options->all && job->options->command != NULL && (status = limit_all(job)) != CLI_DONE)
		return status;
	return finish(job, job->options->peek ? peek(job) : receive(job));
}
