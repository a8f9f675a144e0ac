/* SPDX-License-Identifier: ISC */
/* Commands that a tool runs: started as from a shell, whatever the tool does with signals for itself. */
#ifndef COMMAND_H
#define COMMAND_H

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
 * same names; "NAME" alone takes a variable away.  Signals are as the tool found them.  Descriptors above 2 are the caller's to have
 * marked O_CLOEXEC.  The pid, or -1 with errno.
 */
pid_t command_start(char *const *argv, int input, const char *const *more);

/* The status that a shell gives for what waitpid(2) says. */
int command_status(int wait_status);

/* The status for an errno of command_start(). */
int command_status_of(int err);

#endif
