/* SPDX-License-Identifier: ISC */
#include "reconnect.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/interrupt.h"
#include "cli/cli.h"
#include "commands.h"

/* Pauses between attempts, in nanoseconds, doubled each time. */
#define FIRST_PAUSE INT64_C(100000000)
#define LONGEST_PAUSE INT64_C(2000000000)

void reconnect_later(struct job *job, int index, int err)
{
	struct queue *queue = job->open[index];
	char cause[512];

	if (!queue_explain(queue, err, cause, sizeof(cause)))
		snprintf(cause, sizeof(cause), "the connection is lost");
	cli_warn(queue->object->word, "%s; connecting again", cause);
	job->lost[job->lost_count++] = (struct lost_queue){
		.queue = queue,
		.next = deadline_after(FIRST_PAUSE),
		.end = deadline_after(job->options->timeout),
		.pause = FIRST_PAUSE,
	};
	job->open_count--;
	memmove(&job->open[index], &job->open[index + 1], (size_t)(job->open_count - index) * sizeof(*job->open));
}

/* Puts a queue in its place among those that are open, which are served in the order of the command line. */
static void open_again(struct job *job, struct queue *queue)
{
	int i = job->open_count++;

	for (; i > 0 && job->open[i - 1] > queue; i--)
		job->open[i] = job->open[i - 1];
	job->open[i] = queue;
}

/* Tries one lost queue: CLI_DONE, also if it stays lost, or another status after a message. */
static int try(struct job *job, struct lost_queue *lost)
{
	struct queue *queue = lost->queue;
	int is_busy = commands_are_full(job), err;

	if (queue_reopen(queue) == 0) {
		cli_warn(queue->object->word, "connected again");
		open_again(job, queue);
		lost->queue = NULL;
		return CLI_DONE;
	}
	err = errno;
	if (err == EINTR)
		return CLI_DONE;
	/* The time limit is one for messages, and none is waited for while no further command can be started. */
	if (is_busy)
		lost->end = deadline_after(job->options->timeout);
	if (queue_is_lost(queue) && (is_busy || deadline_left(&lost->end) > 0)) {
		lost->pause = lost->pause * 2 < LONGEST_PAUSE ? lost->pause * 2 : LONGEST_PAUSE;
		lost->next = deadline_after(lost->pause);
		return CLI_DONE;
	}
	lost->queue = NULL;
	return cli_queue_fail(queue, err);
}

int reconnect_due(struct job *job)
{
	int i, kept = 0, status = CLI_DONE, result;

	for (i = 0; i < job->lost_count; i++) {
		struct lost_queue *lost = &job->lost[i];

		if (deadline_left(&lost->next) == 0 && (result = try(job, lost)) != CLI_DONE)
			status = result;
		if (lost->queue != NULL)
			job->lost[kept++] = *lost;
	}
	job->lost_count = kept;
	return status;
}

struct deadline reconnect_next(const struct job *job, struct deadline deadline)
{
	int i;

	for (i = 0; i < job->lost_count; i++)
		if (deadline_left(&job->lost[i].next) < deadline_left(&deadline))
			deadline = job->lost[i].next;
	return deadline;
}

void reconnect_wait(const struct job *job)
{
	struct deadline next = reconnect_next(job, deadline_after(-1));
	struct timespec left;

	while (deadline_left(&next) > 0 && interrupt_pending() == 0 && !interrupt_child()) {
		nanosleep(deadline_left_timespec(&next, &left), NULL);
		interrupt_serve();
	}
}
