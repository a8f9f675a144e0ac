/* SPDX-License-Identifier: ISC */
#include "commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/command.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "cli/cli.h"
#include "putback.h"

/* The pause after a failure in nanoseconds, doubled with each further failure in a row. */
#define FIRST_PAUSE INT64_C(100000000)
#define LONGEST_PAUSE INT64_C(5000000000)

enum { MOST_VARIABLES = 8 };

/* Opens a file in memory that holds the message, as standard input: nobody has to feed a pipe. */
static int open_input(const struct job *job, const struct message *message)
{
	size_t size = message->size;
	const char *nul = job->options->c_string && size > 0 ? memchr(message->bytes, '\0', size) : NULL;
	int fd = memfd_create("message", MFD_CLOEXEC), saved;

	if (fd == -1)
		return -1;
	if (nul != NULL)
		size = (size_t)(nul - message->bytes);
	if (io_write_all(fd, message->bytes, size) == 0 && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

/* Adds the ranks of other kinds, to be removed: such a variable would belong to a message of an outer mqrecv. */
static void add_foreign_ranks(const char **variables, const struct queue_rank *rank)
{
	const char *variable;
	size_t i;

	for (i = 0; i < MOST_VARIABLES - 4 && (variable = queue_variable(i)) != NULL; i++)
		if (strcmp(variable, rank->variable) != 0)
			*variables++ = variable;
}

/* Starts the command; the pid, or -1 with errno. */
static pid_t start(const struct job *job, const struct queue *queue, const struct message *message)
{
	const struct queue_rank *rank = queue_rank(queue);
	const char *variables[MOST_VARIABLES] = {NULL};
	char *name = NULL, *number = NULL;
	pid_t pid = -1;
	int input = open_input(job, message), saved;

	if (input == -1)
		return -1;
	if (asprintf(&name, "MQ_QUEUE=%s", queue->object->word) == -1)
		name = NULL;
	else if (asprintf(&number, "%s=%ld", rank->variable, message->rank) == -1)
		number = NULL;
	if (number != NULL) {
		variables[0] = name;
		variables[1] = number;
		variables[2] = message->delivery == MESSAGE_UNKNOWN ? "MQ_REDELIVERED" :
		               message->delivery == MESSAGE_NEW     ? "MQ_REDELIVERED=0" : "MQ_REDELIVERED=1";
		add_foreign_ranks(variables + 3, rank);
		pid = command_start(job->options->command, input, variables);
	}
	saved = errno;
	free(name);
	free(number);
	close(input);
	errno = saved;
	return pid;
}

/* Starts the command of a task whose message is in place; CLI_DONE, or another status after a message. */
static int run_task(struct job *job, struct task *task)
{
	int err;

	task->pid = start(job, task->queue, &task->message);
	if (task->pid != -1) {
		task->state = TASK_RUNS;
		task->attempts++;
		return CLI_DONE;
	}
	err = errno;
	cli_warn(job->options->command[0], "%s", command_text(job->options->command[0], err));
	putback_message(job, task->queue, &task->message);
	task->state = TASK_FREE;
	return command_status_of(err);
}

int commands_start(struct job *job, struct queue *queue)
{
	struct task *task = job->tasks;
	struct message empty = {0};
	int status;

	while (task->state != TASK_FREE)
		task++;
	/* The task keeps the message, and its previous buffer serves for the next one. */
	empty.bytes = task->message.bytes;
	empty.room = task->message.room;
	task->message = job->message;
	job->message = empty;
	task->queue = queue;
	task->attempts = 0;
	status = run_task(job, task);
	if (status == CLI_DONE)
		job->running++;
	return status;
}

/* Sets the pause before the next start: a command that always fails would be started thousands of times a second. */
static void set_pause(struct job *job)
{
	int64_t pause = FIRST_PAUSE;
	unsigned i;

	job->failures++;
	for (i = 1; i < job->failures && pause < LONGEST_PAUSE; i++)
		pause *= 2;
	job->not_before = deadline_after(pause < LONGEST_PAUSE ? pause : LONGEST_PAUSE);
}

/* Moves the message of a task to the dead letters: 0, or -1 after a message. */
static int bury(struct job *job, struct task *task, int status)
{
	struct deadline deadline;
	int result = queue_is_lost(&job->dead_letter) ? queue_reopen(&job->dead_letter) : 0;

	if (result == 0) {
		deadline = deadline_after(RETURN_TIME);
		interrupt_hold();
		result = queue_forward(&job->dead_letter, task->queue, &task->message, &deadline);
		interrupt_release();
	}
	if (result == -1) {
		cli_warn(job->options->dead_letter.word, "%s; the message goes back to %s", cli_text(errno), task->queue->object->word);
		return -1;
	}
	cli_warn(task->queue->object->word, "command ended with status %d; its message was sent to %s", status,
	         job->options->dead_letter.word);
	job->buried++;
	return 0;
}

/* Writes the message of a task that had all its attempts to standard error: 0, or -1 if nobody can read it there. */
static int give_up(struct job *job, const struct task *task, int status)
{
	char cause[128];

	snprintf(cause, sizeof(cause), "command ended with status %d; its message is given up after %llu %s", status,
	         (unsigned long long)task->attempts, task->attempts == 1 ? "attempt" : "attempts");
	if (putback_to_stderr(task->queue, &task->message, cause) == -1)
		return -1;
	job->given_up++;
	return 0;
}

/* Tells the queue that the message of a task has served its purpose: 0, or -1 after a message. */
static int accept_message(struct job *job, const struct task *task)
{
	if (queue_accept(task->queue, &task->message) == 0)
		return 0;
	cli_warn(task->queue->object->word, "a command has ended, but the connection was lost before its message could be acknowledged: the broker sends it again");
	job->unnoted++;
	return -1;
}

/* Ends a message whose command failed for the last time: buried, given up, or put back to be tried again. */
static void send_away(struct job *job, struct task *task, int status)
{
	const struct options *options = job->options;
	int had_all = task->attempts >= options->tries, done = 0;

	if (had_all && options->has_dead_letter)
		done = bury(job, task, status) == 0;
	else if (had_all && options->tries > 0 && interrupt_requested() == 0)
		done = give_up(job, task, status) == 0;
	if (done) {
		/* The next message is not held up: this one does not come again. */
		job->failures = 0;
		accept_message(job, task);
		return;
	}
	set_pause(job);
	if (putback_message(job, task->queue, &task->message) == 0)
		cli_warn(task->queue->object->word, "command ended with status %d; its message was put back", status);
}

/* Handles a failure of the task's command: 1 if the task waits for its next attempt, 0 if its message has gone. */
static int end_failed(struct job *job, struct task *task, int status)
{
	const struct options *options = job->options;

	if (task->attempts < options->tries && interrupt_requested() == 0) {
		set_pause(job);
		if (options->verbose)
			cli_warn(task->queue->object->word, "command ended with status %d in attempt %llu of %llu", status,
			         (unsigned long long)task->attempts, (unsigned long long)options->tries);
		return 1;
	}
	if (job->command_status == 0)
		job->command_status = status;
	send_away(job, task, status);
	return 0;
}

static void end_task(struct job *job, struct task *task, int status)
{
	if (status == 0) {
		job->done += accept_message(job, task) == 0;
		job->failures = 0;
	} else if (end_failed(job, task, status)) {
		task->state = TASK_WAITS;
		job->running--;
		job->waiting++;
		return;
	}
	task->state = TASK_FREE;
	job->running--;
}

/* Ends the tasks of all commands that have ended; with `options` 0 waits until at least one has. */
static void reap(struct job *job, int options)
{
	int wait_status, i;
	pid_t pid;

	interrupt_clear_child();
	while (job->running > 0 && (pid = waitpid(-1, &wait_status, options)) > 0) {
		for (i = 0; i < job->places; i++)
			if (job->tasks[i].state == TASK_RUNS && job->tasks[i].pid == pid)
				end_task(job, &job->tasks[i], command_status(wait_status));
		options = WNOHANG;
	}
	interrupt_serve();
}

/* Starts the commands that wait, or puts their messages back after a signal; returns as run_task() does. */
static int end_waiting(struct job *job)
{
	int i, status = CLI_DONE, result;

	for (i = 0; i < job->places && job->waiting > 0; i++) {
		struct task *task = &job->tasks[i];

		if (task->state != TASK_WAITS)
			continue;
		job->waiting--;
		if (!queue_holds(task->queue, &task->message)) {
			cli_warn(task->queue->object->word, "the connection was lost before the next attempt: the broker sends the message again");
			job->returned++;
			task->state = TASK_FREE;
		} else if (interrupt_requested() != 0) {
			putback_message(job, task->queue, &task->message);
			task->state = TASK_FREE;
		} else if ((result = run_task(job, task)) == CLI_DONE) {
			job->running++;
		} else {
			status = result;
		}
	}
	return status;
}

int commands_are_full(const struct job *job)
{
	return job->running + job->waiting == job->places;
}

int commands_wait_for_turn(struct job *job)
{
	int must_wait = job->running == job->places;
	struct timespec left;

	if (interrupt_child() || must_wait)
		reap(job, must_wait ? 0 : WNOHANG);
	while (job->failures > 0 && interrupt_pending() == 0 && !interrupt_child() && deadline_left(&job->not_before) > 0) {
		nanosleep(deadline_left_timespec(&job->not_before, &left), NULL);
		interrupt_serve();
	}
	if (job->waiting > 0 && interrupt_requested() == 0 && !interrupt_child())
		return end_waiting(job);
	return CLI_DONE;
}

int commands_finish(struct job *job)
{
	int status = CLI_DONE, result;

	while (job->running + job->waiting > 0) {
		interrupt_defer();
		if (interrupt_requested() != 0)
			end_waiting(job);
		if (job->waiting == 0)
			reap(job, 0);
		else if ((result = commands_wait_for_turn(job)) != CLI_DONE)
			status = result;
	}
	return status;
}
