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
#include "reconnect.h"

/* Results of next_message() other than the index of a queue. */
enum { NO_MESSAGE = -1, ASK_AGAIN = -2 };

/* Waits no longer for a queue that failed; the other queues are still served. */
static int drop_queue(struct job *job, int index, int err)
{
	struct queue *queue = job->open[index];
	int status;

	if (queue_is_lost(queue) && err != EINTR) {
		char cause[512], passed[64] = "";

		if (!queue_explain(queue, err, cause, sizeof(cause)))
			snprintf(cause, sizeof(cause), "%s", cli_text(err));
		if (job->done > 0)
			snprintf(passed, sizeof(passed), "%llu %s passed on, and ", (unsigned long long)job->done,
			         job->done == 1 ? "message was" : "messages were");
		cli_warn(queue->object->word, "%s; %severy message that the broker has not seen acknowledged comes again", cause, passed);
		status = cli_status_of(err);
	} else {
		status = cli_queue_fail(queue, err);
	}
	memmove(&job->open[index], &job->open[index + 1],
	        (size_t)(job->open_count - index - 1) * sizeof(*job->open));
	job->open_count--;
	return status;
}

/* Receives a message after queue_receive_now() found none, and all output was written: as queue_receive_any() does. */
static int wait_for_message(struct job *job, int *failed)
{
	const struct options *options = job->options;
	struct deadline deadline;

	if (job->open_count == 0) {
		reconnect_wait(job);
		errno = EINTR;
		return -1;
	}
	if (options->all || options->timeout == 0)
		return queue_receive_last(job->open, job->open_count, &job->message, failed);
	deadline = reconnect_next(job, deadline_after(options->timeout));
	return queue_receive_any(job->open, job->open_count, &job->message, &deadline, failed);
}

/* Ends the look for a message that failed with errno; returns as next_message() does. */
static int end_look(struct job *job, int failed, int *status)
{
	int never_waits = job->options->all || job->options->timeout == 0;

	/* The wait may have ended for the sake of a lost queue. */
	if (errno == EINTR || (errno == ETIMEDOUT && job->lost_count > 0))
		return ASK_AGAIN;
	/* Where nothing is waited for, only the answer of a broker can be late. */
	if (errno == EAGAIN || (errno == ETIMEDOUT && !never_waits)) {
		*status = job->options->all ? CLI_DONE : CLI_TIMEOUT;
		return NO_MESSAGE;
	}
	if (job->options->follow && queue_is_lost(job->open[failed])) {
		reconnect_later(job, failed, errno);
		return ASK_AGAIN;
	}
	*status = drop_queue(job, failed, errno);
	return job->open_count + job->lost_count > 0 ? ASK_AGAIN : NO_MESSAGE;
}

/*
 * Receives the next message into job->message.  Returns the index of its queue, NO_MESSAGE with the status in `*status`,
 * or ASK_AGAIN after a signal or, with the status, if one of several queues failed.
 */
static int next_message(struct job *job, int *status)
{
	int index, failed = 0;

	if (job->lost_count > 0 && (*status = reconnect_due(job)) != CLI_DONE)
		return job->open_count + job->lost_count > 0 ? ASK_AGAIN : NO_MESSAGE;
	index = queue_receive_now(job->open, job->open_count, &job->message, &failed);
	if (index == -1 && errno == EAGAIN) {
		*status = putback_flush(job);
		if (*status != CLI_DONE)
			return NO_MESSAGE;
		index = wait_for_message(job, &failed);
	}
	return index >= 0 ? index : end_look(job, failed, status);
}

/* Keeps the queues connected while no further command can be started; returns as next_message() does, but no index. */
static int keep_connected(struct job *job, int *status)
{
	int i;

	for (i = 0; i < job->open_count; i++)
		if (queue_is_lost(job->open[i])) {
			errno = ECONNRESET;
			return end_look(job, i, status);
		}
	*status = reconnect_due(job);
	return job->open_count + job->lost_count > 0 ? ASK_AGAIN : NO_MESSAGE;
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
			if (interrupt_requested() != 0 || interrupt_child())
				continue;
		}
		index = commands_are_full(job) ? keep_connected(job, &status) : next_message(job, &status);
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
	const struct options *options = job->options;
	const char *dead_letter = options->has_dead_letter ? cli_shown(options->dead_letter.word) : "";
	char buried[48] = "", given_up[48] = "", unnoted[48] = "";

	if (options->has_dead_letter)
		snprintf(buried, sizeof(buried), ", %llu sent to ", (unsigned long long)job->buried);
	else if (options->tries > 0)
		snprintf(given_up, sizeof(given_up), ", %llu given up", (unsigned long long)job->given_up);
	if (job->unnoted > 0)
		snprintf(unnoted, sizeof(unnoted), ", %llu not acknowledged", (unsigned long long)job->unnoted);
	cli_warn(NULL, "%s%llu %s passed on, %llu put back%s%s%s%s", before, (unsigned long long)job->done,
	         job->done == 1 ? "message" : "messages", (unsigned long long)job->returned, buried,
	         dead_letter, given_up, unnoted);
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
	if (job->unnoted && (status == CLI_DONE || status == CLI_TIMEOUT))
		status = cli_own_status(CLI_FAILED);
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
