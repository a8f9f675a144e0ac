/* SPDX-License-Identifier: ISC */
/*
 * The start and the end of every tool, and what they share on the command line.  A tool includes this file alone: it
 * brings messages and exit statuses, message.h, and the command line, line.h and words.h.  lib/cli is the only part of
 * lib that prints and exits.
 */
#ifndef CLI_H
#define CLI_H

#include <stdnoreturn.h>

#include "cli/line.h"
#include "cli/message.h"
#include "cli/words.h"

/*
 * Begins a tool; to be called first.  `usage` is the line after "usage: ", `help` the text that --help prints after it;
 * both must stay valid.  Opens /dev/null on descriptors 0 to 2 that are closed, so that no object gets one of these
 * numbers, and disarms SIGXFSZ, so that a file size limit is an error (EFBIG).
 *
 * A tool that is set-user-ID or set-group-ID ends here with a message and CLI_OWN_FAILURE.  If it has other rights that
 * its caller lacks, such as file capabilities, the variables that could misdirect it are removed from its environment
 * and from that of its commands.
 */
void cli_start(char **argv, const char *usage, const char *help);

/* Replaces the usage line and the text of --help, for a tool with commands of its own. */
void cli_explain(const char *usage, const char *help);

/*
 * Prepare for a POSIX semaphore, or a mutex, whose file is truncated or overwritten while it is used: the tool then fails
 * with a message about `object`, where SIGBUS or SIGABRT would have killed it.  `object` must stay valid.
 */
void cli_guard_semaphore(const char *object);
void cli_guard_mutex(const char *object);

/*
 * Makes a signal harmless that would kill the tool, so that its cause is reported as an errno.  Commands that the tool
 * runs get the signal's default back, execve(2).
 */
void cli_disarm(int number);

/* Returns whether descriptor 0, 1 or 2 was closed when the tool began: using it is the error EBADF. */
int cli_was_closed(int fd);

/* Closes those of descriptors 0 to 2 in commands that are run from now on that were closed when the tool began. */
void cli_close_for_commands(void);

/* Checks standard output as io_check_written() does. */
int cli_check_output(void);

/*
 * Prints the name "id:N" of a new System V object: CLI_DONE, or the status after a message if the name cannot have been
 * read, for instance because the reader has gone; the caller should then remove the object.
 */
int cli_print_id(int id);

/*
 * Ends a tool that writes to standard output; to be called last, with the status to exit with.  Closes standard output and
 * returns the status, or CLI_FAILED after a message if that failed.
 */
int cli_finish(int status);

/* Print what -h and -V promise, and exit. */
noreturn void cli_help_exit(void);
noreturn void cli_version_exit(void);

#endif
