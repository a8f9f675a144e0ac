/* SPDX-License-Identifier: ISC */
/* Commands that a tool runs: started as from a shell, whatever the tool does with signals for itself. */
#ifndef COMMAND_H
#define COMMAND_H

#include <signal.h>
#include <stddef.h>
#include <sys/types.h>

/* Exit statuses of tools that run commands, ipcutils(7). */
enum command_status {
	COMMAND_OWN_FAILURE = 125,
	COMMAND_NOT_EXECUTABLE = 126,
	COMMAND_NOT_FOUND = 127,
	COMMAND_SIGNALLED = 128, /* and the signal's number */
};

/* A descriptor of ours, and the number that a command has it under. */
struct command_descriptor {
	int from, to;
};

/* A command to run, and what it gets; all zero but for `argv`: as we have it ourselves. */
struct command {
	char *const *argv; /* the first word is found by PATH */
	const struct command_descriptor *descriptors;
	size_t count;
	const char *const *more; /* variables, as of command_start() */
	const sigset_t *mask;    /* the signals that are blocked in it */
};

/*
 * Starts a command.  Each `to` is another number; a `from` may be one of them, too, for another
 * descriptor.  Signals are as the tool found them: those it catches are reset by execve(2), those that
 * interrupt.h changed are put back.
 * Descriptors above 2 that it is not to have are the caller's to have marked O_CLOEXEC.  The pid, or
 * -1 with errno.
 */
pid_t command_start_with(const struct command *command);

/* Becomes the command; comes back only where that failed, with errno, and some descriptors are then as it was to have them. */
void command_become(const struct command *command);

/*
 * The same as command_start_with() with `input` as standard input (or the tool's own: -1), and the
 * variables `more`, "NAME=value", NULL behind the last, in its environment in place of those of the
 * same names; "NAME" alone takes a variable away.  Signals are as the tool found them.
 */
pid_t command_start(char *const *argv, int input, const char *const *more);

/* Whether there is such a program now: 0, or -1 with errno, ENOENT or EACCES. */
int command_look(const char *program);

/* The status that a shell gives for what waitpid(2) says. */
int command_status(int wait_status);

/* The status for the errno of a command that could not be started, 125 to 127. */
int command_status_of(int err);

/* The words for that errno: "command not found" if `program` is not in PATH, else those of strerror(3). */
const char *command_text(const char *program, int err);

#endif
