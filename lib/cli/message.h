/* SPDX-License-Identifier: ISC */
/*
 * Messages and exit statuses, the same for every tool, ipcutils(7).  A message is one line on standard error, "tool:
 * object: cause", in one write(2), so that the messages of several processes do not mix; every byte in it that could act
 * on a terminal is escaped, base/escape.h.  These functions leave errno as it was.
 */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <stdnoreturn.h>

#include "ipc/object.h"

/* Exit statuses. */
enum cli_status {
	CLI_DONE = 0,
	CLI_FAILED = 1,
	CLI_USAGE = 2,
	CLI_MISSING = 3,
	CLI_TIMEOUT = 124,
	CLI_OWN_FAILURE = 125, /* of a tool that runs a command */
};

/* Sets the usage line, the text after "usage: "; `line` must stay valid. */
void cli_use(const char *line);

/* Returns the usage line. */
const char *cli_usage_line(void);

/* Says that the tool runs a command from now on: its own failures exit with CLI_OWN_FAILURE in place of 1, 2 and 3. */
void cli_runs_command(void);

/* The status to exit with for `status`, one of the tool's own: CLI_OWN_FAILURE where cli_runs_command() was called. */
int cli_own_status(int status);

/* The status for an errno: CLI_MISSING, CLI_TIMEOUT or CLI_FAILED, as cli_own_status() gives it. */
int cli_status_of(int err);

/* The status for two operands whose own are these: the same where they agree, else CLI_FAILED. */
int cli_merge_status(int status, int other);

/* Prints "tool: object: message"; `object` may be NULL.  Returns 0, or -1 if that was not printed as a whole. */
int cli_warn(const char *object, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Prints "tool: object: " and the text for `err`, and returns the status for it.  Prints nothing for an EINTR of a signal
 * that is about to end the tool, interrupt.h.
 */
int cli_fail(const char *object, int err);

/* Does the same for standard output.  ENOMEM is reported without it: the tool's own memory did not suffice. */
int cli_fail_output(int err);

/* The object that a message about a failed output names: "standard output", or NULL for ENOMEM. */
const char *cli_output_object(int err);

/* The text for an errno: strerror(3), but for those that mislead where the calls of lib give them. */
const char *cli_text(int err);

/*
 * Does what cli_fail() does for a segment or semaphore that could not be opened or created.  A missing /dev/shm or /proc is
 * reported as that, with CLI_FAILED, and not as a missing object; a full /dev/shm is named.
 */
int cli_fail_shared(const struct object *object, int err);

/* Does what cli_fail_shared() does for a semaphore: EINVAL then says that the file is not a semaphore. */
int cli_fail_semaphore(const struct object *object, int err);

/* Prints "tool: message" and the usage line, and exits with CLI_USAGE. */
noreturn void cli_usage_exit(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
