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

	for (i = 0; i < MOST_VARIABLES - 3 && (variable = queue_variable(i)) != NULL; i++)
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
		add_foreign_ranks(variables + 2, rank);
		pid = command_start(job->options->command, input, variables);
	}
	saved = errno;
	free(name);
	free(number);
	close(input);
	errno = saved;
	return pid;
}

int commands_start(struct job *job, struct queue *queue)
{
	struct message empty = {0};
	struct task *task = job->tasks;
	pid_t pid = start(job, queue, &job->message);

	if (pid == -1) {
		int err = errno;

		cli_warn(job->options->command[0], "%s", command_text(job->options->command[0], err));
		putback_message(job, queue, &job->message);
		return command_status_of(err);
	}
	while (task->pid != 0)
		task++;
	task->pid = pid;
	task->queue = queue;
	/* The task keeps the message, and its previous buffer serves for the next one. */
	empty.bytes = task->message.bytes;
	empty.room = task->message.room;
	task->message = job->message;
	job->message = empty;
	job->running++;
	return CLI_DONE;
}

/* Sets the pause before the next start: a command that always fails would be started thousands of times a second. */
static void set_pause(struct job *job)
{
	int64_t pause = FIRST_PAUSE;
	unsigned i;

	for (i = 1; i < job->failures && pause < LONGEST_PAUSE; i++)
		pause *= 2;
	job->not_before = deadline_after(pause < LONGEST_PAUSE ? pause : LONGEST_PAUSE);
}

/* Moves the message of a command that failed to the dead letters, or puts it back. */
static void send_away(struct job *job, struct task *task)
{
	struct deadline deadline = deadline_after(RETURN_TIME);

	if (job->options->has_dead_letter) {
		if (queue_forward(&job->dead_letter, task->queue, &task->message, &deadline) == 0) {
			queue_accept(task->queue, &task->message);
			return;
		}
		cli_warn(job->options->dead_letter.word, "%s; the message goes back to %s", cli_text(errno), task->queue->object->word);
	}
	putback_message(job, task->queue, &task->message);
}

static void end_failed(struct job *job, struct task *task, int status)
{
	if (job->command_status == 0)
		job->command_status = status;
	job->failures++;
	set_pause(job);
	if (job->options->verbose)
		cli_warn(task->queue->object->word, "command ended with status %d, its message %s", status,
		         job->options->has_dead_letter ? "goes to the dead letters" : "goes back");
	send_away(job, task);
}

static void end_task(struct job *job, struct task *task, int status)
{
	if (status == 0) {
		queue_accept(task->queue, &task->message);
		job->done++;
		job->failures = 0;
	} else {
		end_failed(job, task, status);
	}
	task->pid = 0;
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
			if (job->tasks[i].pid == pid)
				end_task(job, &job->tasks[i], command_status(wait_status));
		options = WNOHANG;
	}
}

void commands_wait_for_turn(struct job *job)
{
	struct timespec left;

	if (interrupt_child() || job->running == job->places)
		reap(job, job->running == job->places ? 0 : WNOHANG);
	while (job->failures > 0 && interrupt_pending() == 0 && !interrupt_child() && deadline_left(&job->not_before) > 0)
		nanosleep(deadline_left_timespec(&job->not_before, &left), NULL);
}

void commands_finish(struct job *job)
{
	interrupt_defer();
	while (job->running > 0)
		reap(job, 0);
}
