/* SPDX-License-Identifier: ISC */
/* The life of a command: it is looked up, started, signalled, and its status taken. */
#ifndef TASK_H
#define TASK_H

#include "base/command.h"
#include "base/supervise.h"
#include "job.h"

/* Reports that `program` cannot be run, for the reason `err`.  Returns the status to exit with, 125 to 127. */
int task_fail(const char *program, int err);

/* Looks whether the command can be run: CLI_DONE, or a status after a message. */
int task_look_up(char *const *argv);

/* The words "ended with status N" for -v, valid until the next call. */
const char *task_end_text(int status);

/* The number that a command finds descriptor `index` of --take-fd under: 3, 4 and so on without the one of -f. */
int task_taken_number(const struct options *options, size_t index);

/* Starts a command with its ends of a pair, `in` and `out`: CLI_DONE, or a status after a message. */
int task_start(const struct job *job, struct task *task, char **argv, int in, int out);

/* Descriptors and environment for the command of a connection; the fields are private to task.c. */
struct task_gift {
	struct command_descriptor descriptors[2 + SOCKET_PASS_MOST];
	char pid[48], uid[48], gid[48], address[32 + TCP_TEXT], port[48], fds[16 + 8 * SOCKET_PASS_MOST];
	const char *variables[10];
};

/*
 * Sets `command` to the command of -l or -c, on the connection `task->fd` and with the descriptors that came.  It
 * refers to `gift`, which must outlive it.
 */
void task_prepare(const struct options *options, const struct task *task, struct command *command, struct task_gift *gift);

/* Sends a signal to each command that runs. */
void task_signal_all(const struct job *job, int number);

/*
 * Acts on a signal that came: passes it on to the commands, stops sockpair on SIGTSTP, and notes in job->end_signal a
 * signal that asks for an end.  Signals that were ignored or blocked when sockpair was started are only passed on.
 */
void task_handle_signal(struct job *job, const struct supervise_signal *signal);

/* Stores the status of each command that has ended.  Returns how many still run. */
size_t task_reap(struct job *job);

/*
 * Dies of job->end_signal if that is the signal that ended a command with this status, so that the caller of sockpair
 * sees which signal it was.  Returns if there is no such signal.
 */
void task_die_of_signal(const struct job *job, int status);

#endif
