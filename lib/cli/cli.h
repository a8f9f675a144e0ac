/* SPDX-License-Identifier: ISC */
/*
 * The command line and its surroundings, the same for every tool: start and end, messages, exit
 * statuses, words that are parsed or refused.  This is the only part of the lib that prints and
 * exits.
 */
#ifndef CLI_H
#define CLI_H

#include <stdint.h>
#include <stdnoreturn.h>
#include <sys/types.h>

#include "ipc/object.h"

/* Exit statuses, ipcutils(7). */
enum cli_status {
	CLI_DONE = 0,
	CLI_FAILED = 1,
	CLI_USAGE = 2,
	CLI_MISSING = 3,
	CLI_TIMEOUT = 124,
	CLI_OWN_FAILURE = 125, /* of a tool that runs a command */
};

/* Values of getopt_long(3) for long options that have no letter. */
enum cli_long_option {
	CLI_PROGRESS = 256,
	CLI_FIRST_OWN, /* a tool's own start here */
};

/*
 * Called first.  `usage` is the line that follows "usage: "; `help` all that --help prints behind
 * it.  Opens /dev/null on descriptors 0 to 2 that are closed, so that no object lands there, and
 * disarms SIGXFSZ, so that a file size limit is an error (EFBIG) instead of a death.
 *
 * Set-user-ID and set-group-ID, a tool ends here with a message and CLI_OWN_FAILURE.  With other rights that its
 * caller does not have, such as file capabilities, it goes on without the variables by which that could lead it, and
 * so do its commands.
 */
void cli_start(char **argv, const char *usage, const char *help);

/* The usage line from now on, for a tool with commands of its own; `line` is kept. */
void cli_use(const char *line);

/*
 * From now on the file of a POSIX semaphore that somebody cuts short or overwrites is a failure, with a
 * message about `object`, and not a death by SIGBUS or SIGABRT.
 */
void cli_guard_semaphore(const char *object);

/*
 * A signal that would end the tool does nothing from now on, and its cause is an errno; the commands
 * that the tool runs find it as it was, execve(2).
 */
void cli_disarm(int number);

/* From now on the tool runs a command: failures of its own are CLI_OWN_FAILURE where they were 1, 2 or 3. */
void cli_runs_command(void);

/* The status to exit with for one of the tool's own. */
int cli_own_status(int status);

/* Whether descriptor 0, 1 or 2 was closed when the tool began: using it is the error EBADF. */
int cli_was_closed(int fd);

/* Commands that are run from now on find descriptors 0 to 2 closed where the tool did. */
void cli_close_for_commands(void);

/* As io_check_written(), of standard output. */
int cli_check_output(void);

/*
 * Prints the name of a System V object without a key, "id:N": CLI_DONE, or the status after a message where
 * nobody can have read it, a reader that has gone included; the object is then the caller's to remove.
 */
int cli_print_id(int id);

/*
 * Called last by a tool that writes to standard output, with the status to exit with: closes it, and
 * returns the status, or CLI_FAILED after a message where that fails.
 */
int cli_finish(int status);

/* -h and -V. */
noreturn void cli_help_exit(void);
noreturn void cli_version_exit(void);

/* A wrong command line: "tool: message" and the usage line; exits with CLI_USAGE. */
noreturn void cli_usage_exit(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same where getopt_long(3) has said already what is wrong. */
noreturn void cli_option_exit(void);

/* "tool: object: message" on standard error in one write(2); control bytes of both are shown by vis(3). */
void cli_warn(const char *object, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same with the text for `err` behind it, and the status that goes with it (ENOENT, EIDRM: CLI_MISSING ...). */
int cli_fail(const char *object, int err);

/* The words for an errno: strerror(3), but for those that mislead where the lib's calls give them. */
const char *cli_text(int err);

/* The same for a segment or semaphore that could not be opened or made: a missing /dev/shm or /proc is no missing object, and a full one is named. */
int cli_fail_shared(const struct object *object, int err);

/* The same for a semaphore: EINVAL is then a file that is none. */
int cli_fail_semaphore(const struct object *object, int err);

/* Writes `name` as it may be shown to `out`, which has room for 4 times its length and 1; returns the length. */
int cli_show_name(char *out, const char *name);

/*
 * From now on names are shown by `put` in place of vis(3), so that messages have them as the tool's lists do.
 * It writes to `out` as above, without a NUL, and returns the end.
 */
void cli_show_names_by(char *(*put)(char *out, const char *name));

/* The status that goes with an errno. */
int cli_status_of(int err);

/* The status for two operands whose own are these: the same where they are, else CLI_FAILED. */
int cli_merge_status(int status, int other);

/* Parses an operand or the value of an option, or exits with CLI_USAGE; `kinds` are what the tool takes. */
void cli_object_or_exit(struct object *object, const char *word, unsigned kinds);
uint64_t cli_number_or_exit(const char *option, const char *word, uint64_t least, uint64_t most);
uint64_t cli_size_or_exit(const char *option, const char *word);
int64_t cli_offset_or_exit(const char *option, const char *word, int *from_end);
int64_t cli_duration_or_exit(const char *option, const char *word);
mode_t cli_mode_or_exit(const char *option, const char *word);

#endif
