/* SPDX-License-Identifier: ISC */
#include "receive.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/interrupt.h"
#include "base/io.h"
#include "base/number.h"
#include "cli/cli.h"
#include "commands.h"
#include "show.h"

/* The kernel can hold as many pending signals as RLIMIT_SIGPENDING says, and one of each standard number. */
enum { MOST_QUEUED = 1000000, STANDARD = 31 };

/* Output that is not written yet: at most one batch of signals. */
static char output[SOURCE_BATCH * SHOW_ROOM];
static size_t output_size;

/* Writes the output.  The tool's own signals are unblocked meanwhile, so that a reader that does not read holds up no end. */
static int flush(struct job *job)
{
	sigset_t before;
	int result, err;

	if (output_size == 0)
		return CLI_DONE;
	sigprocmask(SIG_UNBLOCK, &job->source.own, &before);
	result = io_write_all(1, output, output_size);
	err = errno;
	sigprocmask(SIG_SETMASK, &before, NULL);
	output_size = 0;
	if (interrupt_pending() != 0)
		job->ended_by = interrupt_pending();
	return result == 0 ? CLI_DONE : cli_fail_output(err);
}

/* Hands a received signal on. */
static int handle(struct job *job, const struct arrival *arrival)
{
	job->taken++;
	if (job->options->command != NULL)
		return commands_start(job, arrival);
	output_size = (size_t)(show_record(output + output_size, job->options, arrival) - output);
	return source_has_more(&job->source) ? CLI_DONE : flush(job);
}

/* Returns how many signals may be taken now: with a command one, if it can start at once. */
static uint64_t signals_wanted(const struct job *job)
{
	if (job->options->command != NULL)
		return job->running < job->places;
	return job->options->count - job->taken;
}

/*
 * Waits for one signal, of those received or the tool's own, and handles it.  `*deadline` is that of the wait for a signal
 * to receive.
 */
static int receive_one(struct job *job, const struct deadline *deadline)
{
	struct arrival arrival;
	uint64_t wanted = signals_wanted(job);
	struct deadline never = deadline_after(-1);
	int number = source_next(&job->source, wanted, wanted > 0 ? deadline : &never, &arrival);

	if (number == -1 && errno == EINTR) {
		job->ended_by = interrupt_pending();
		return CLI_DONE;
	}
	if (number == -1)
		return errno == ETIMEDOUT ? CLI_TIMEOUT : cli_fail("the received signals", errno);
	if (sigismember(&job->options->received, number))
		return handle(job, &arrival);
	if (number == SIGCHLD)
		commands_reap(job);
	else
		job->ended_by = number;
	return CLI_DONE;
}

static int receive(struct job *job)
{
	struct deadline deadline = deadline_after(job->options->timeout);
	int status = CLI_DONE;

	while (status == CLI_DONE && job->taken < job->options->count && job->ended_by == 0) {
		uint64_t before = job->taken;
		int was_full = signals_wanted(job) == 0;

		status = receive_one(job, &deadline);
		/* The time for a signal runs only while one can be taken. */
		if (job->taken > before || was_full)
			deadline = deadline_after(job->options->timeout);
	}
	return status;
}

/* Whether a record can be handed on at the end: no command is started any more, and a reader that does not read is not waited for. */
static int can_hand_on(const struct job *job)
{
	struct pollfd polled = {.fd = 1, .events = POLLOUT};

	return job->options->command == NULL && job->taken < job->options->count && poll(&polled, 1, 0) == 1;
}

/*
 * Takes what was pending when a signal ended the tool, since the kernel delivers the lowest number first: no more than it
 * can hold, so that new ones do not hold up the end.
 */
static int take_pending(struct job *job)
{
	struct rlimit limit = {0, 0};
	struct arrival arrival;
	unsigned long long lost = 0;
	rlim_t most;
	int status = CLI_DONE;

	getrlimit(RLIMIT_SIGPENDING, &limit);
	most = (limit.rlim_cur < MOST_QUEUED ? limit.rlim_cur : MOST_QUEUED) + STANDARD;
	for (; most > 0 && source_take_pending(&job->source, &arrival) > 0; most--) {
		if (status == CLI_DONE && can_hand_on(job))
			status = handle(job, &arrival);
		else
			lost++;
	}
	if (lost > 0 && job->taken < job->options->count)
		cli_warn(NULL, "%llu signal%s pending at the end and %s lost", lost, lost == 1 ? " was" : "s were", lost == 1 ? "is" : "are");
	return status;
}

/* Waits until all commands have ended, also those that run when a signal ends the tool. */
static void finish_commands(struct job *job)
{
	struct deadline never = deadline_after(-1);
	struct arrival arrival;
	int number;

	while (job->running > 0) {
		number = source_next(&job->source, 0, &never, &arrival);
		if (number == SIGCHLD)
			commands_reap(job);
		else if (number > 0 && job->ended_by == 0)
			job->ended_by = number;
	}
}

void receive_report(const struct job *job)
{
	cli_warn(NULL, "%llu signal%s received", (unsigned long long)job->taken, job->taken == 1 ? " was" : "s were");
}

static void report_timeout(const struct job *job)
{
	const struct options *options = job->options;
	char received[64] = "";

	if (job->taken > 0)
		snprintf(received, sizeof(received), "; %llu signal%s received", (unsigned long long)job->taken,
		         job->taken == 1 ? " was" : "s were");
	cli_warn(options->signals == 1 ? options->first_word : NULL, "%s%s",
	         options->timeout > 0 ? "timed out" : "no signal is pending", received);
}

int receive_all(struct job *job)
{
	int status = receive(job);

	if (job->ended_by != 0 && status == CLI_DONE)
		status = take_pending(job);
	finish_commands(job);
	/* With -f a timeout is the expected end, and the commands have the last word. */
	if (job->command_status != 0 && (status == CLI_DONE || (status == CLI_TIMEOUT && job->options->follow)))
		return job->command_status;
	if (status == CLI_TIMEOUT)
		report_timeout(job);
	return status;
}
