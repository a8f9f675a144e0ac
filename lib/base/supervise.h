/* SPDX-License-Identifier: ISC */
/*
 * Standing in for a command: what happens to the tool happens to the command, and the other way round, so
 * that the tool can stay behind to bring something in order at the end.
 */
#ifndef SUPERVISE_H
#define SUPERVISE_H

#include <signal.h>
#include <sys/types.h>

/*
 * From now on signals wait until supervise_wait() passes them on; `before` gets the mask as it was, which is the
 * command's.  SIGCHLD is at its default from now on.
 */
void supervise_begin(sigset_t *before);

/*
 * Waits until the child has ended and returns its status as waitpid(2) gives it, or -1 with errno.  Signals
 * that come meanwhile are passed on to it, but for those of the terminal's keys, which it had as well.  When
 * it stops, so do we, until SIGCONT continues both; but not in a process group that no shell would continue.
 */
int supervise_wait(pid_t child);

/*
 * Stops us where SIGTSTP is blocked, as that would have done: not in a process group that no shell would
 * continue, setpgid(2).
 */
void supervise_stop(void);

#endif
