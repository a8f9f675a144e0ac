/* SPDX-License-Identifier: ISC */
/* Commands that a tool runs: started as from a shell, whatever the tool does with signals for itself. */
#ifndef COMMAND_H
#define COMMAND_H

#include <signal.h>
#include <sys/types.h>

/* Exit statuses of tools that run commands, ipcutils(7). */
enum command_status {
	COMMAND_OWN_FAILURE = 125,
	COMMAND_NOT_EXECUTABLE = 126,
	COMMAND_NOT_FOUND = 127,
	COMMAND_SIGNALLED = 128, /* and the signal's number */
};

/*
 * Starts `argv`, found by PATH, with `input` as standard input (or the tool's own: -1), and the
 * variables `more`, "NAME=value", NULL behind the last, in its environment in place of those of the
 * same names; "NAME" alone takes a variable away.  Signals are as the tool found them: those it catches are
 * reset by execve(2), those that interrupt.h changed are put back.  Descriptors above 2 are the caller's
 * to have marked O_CLOEXEC.  The pid, or -1 with errno, also where the command could not be executed.
 */
pid_t command_start(char *const *argv, int input, const char *const *more);

/* The same with the signal mask that the command is to have, where the caller's own is another. */
pid_t command_start_masked(char *const *argv, int input, const char *const *more, const sigset_t *mask);

/* The status that a shell gives for what waitpid(2) says. */
int command_status(int wait_status);

/* The status for an errno of command_start(). */
int command_status_of(int err);

#endif
