/* SPDX-License-Identifier: ISC */
/* Other processes, as proc(5) shows them. */
#ifndef PROCESS_H
#define PROCESS_H

#include <sys/types.h>

/* The command of a process, or "-" where it has ended or may not be seen; valid until the next call. */
const char *process_command(pid_t pid);

/* Whether this process, its parent, or an ancestor further up is `pid`, and has not ended. */
int process_is_ours(pid_t pid);

/*
 * Waits, a second at most, until a process that is about to end has ended and the kernel has closed its files.  Does not wait
 * for a process that is not about to end, nor for one that the kernel does not name to us (0: of another pid namespace).
 */
void process_wait_for_exit(pid_t pid);

#endif
