/* SPDX-License-Identifier: ISC */
#include "wait.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/deadline.h"
#include "base/interrupt.h"
#include "base/signame.h"
#include "cli/cli.h"
#include "target.h"

/*
 * Puts the pidfds of the targets that are awaited into `polled`, and their indexes into `indexes`; returns their number.
 */
static nfds_t list_awaited(const struct target *targets, int count, struct pollfd *polled, int *indexes)
{
	nfds_t listed = 0;
	int i;

	for (i = 0; i < count; i++) {
		if (!targets[i].awaited)
			continue;
		indexes[listed] = i;
		polled[listed++] = (struct pollfd){.fd = targets[i].fd, .events = POLLIN};
	}
	return listed;
}

/* Waits until no target is awaited any more: CLI_DONE, CLI_TIMEOUT, or CLI_FAILED after a message or a signal. */
static int wait_once(struct target *targets, int count, struct pollfd *polled, int *indexes, int64_t patience)
{
	struct deadline deadline = deadline_after(patience);
	nfds_t listed, i;
	int64_t left;
	int ready;

	while ((listed = list_awaited(targets, count, polled, indexes)) > 0) {
		if (interrupt_pending() != 0)
			return CLI_FAILED;
		left = deadline_left(&deadline);
		ready = deadline_poll(polled, listed, left);
		if (ready == -1 && errno != EINTR)
			return cli_fail("ppoll(2)", errno);
		if (ready == 0 && left == 0)
			return CLI_TIMEOUT;
		for (i = 0; i < listed && ready > 0; i++)
			if (polled[i].revents != 0)
				targets[indexes[i]].awaited = 0;
	}
	return CLI_DONE;
}

/* Writes the time that --wait was given, "0.5 s", to `text`; returns it. */
static const char *describe_patience(char *text, size_t room, int64_t patience)
{
	snprintf(text, room, "%g s", (double)patience / 1e9);
	return text;
}

/* Sends the signal of --then to the targets that are still awaited, and reports each. */
static int send_then(struct target *targets, int count, const struct options *options)
{
	char name[SIGNAME_ROOM], time[40];
	int i, status = CLI_TIMEOUT;

	signame_put(name, options->then);
	describe_patience(time, sizeof(time), options->patience);
	for (i = 0; i < count; i++) {
		if (!targets[i].awaited)
			continue;
		if (target_send(&targets[i], options, options->then) == CLI_DONE)
			cli_warn(targets[i].word, "did not end within %s; %s was sent", time, name);
		else if (!target_has_ended(&targets[i]))
			status = CLI_FAILED;
	}
	return status;
}

static void report_living(const struct target *targets, int count, const struct options *options)
{
	char name[SIGNAME_ROOM], time[40];
	int i;

	describe_patience(time, sizeof(time), options->patience);
	for (i = 0; i < count; i++) {
		if (!targets[i].awaited)
			continue;
		if (options->then >= 0)
			cli_warn(targets[i].word, "did not end within another %s after %s either", time,
			         signame_put(name, options->then));
		else
			cli_warn(targets[i].word, "timed out: it did not end within %s", time);
	}
}

int wait_for_targets(struct target *targets, int count, const struct options *options)
{
	struct pollfd *polled = calloc((size_t)count, sizeof(*polled));
	int *indexes = calloc((size_t)count, sizeof(*indexes));
	int status, then;

	if (polled == NULL || indexes == NULL) {
		status = cli_fail(NULL, ENOMEM);
		goto done;
	}
	status = wait_once(targets, count, polled, indexes, options->patience);
	if (status == CLI_TIMEOUT && options->then >= 0) {
		then = send_then(targets, count, options);
		status = wait_once(targets, count, polled, indexes, options->patience);
		if (status == CLI_TIMEOUT) {
			report_living(targets, count, options);
			status = CLI_FAILED;
		} else if (status == CLI_DONE) {
			status = then;
		}
	} else if (status == CLI_TIMEOUT) {
		report_living(targets, count, options);
	}
done:
	free(polled);
	free(indexes);
	return status;
}
