/* SPDX-License-Identifier: ISC */
/* The structures of sigsend: its options, and a process or process group that gets a signal. */
#ifndef JOB_H
#define JOB_H

#include <stdint.h>
#include <sys/types.h>

/* The command line; constant once it was parsed. */
struct options {
	int signal, then;    /* numbers of signals; then: -1 if --then was not given */
	int has_value, group, verbose, wait;
	int value;           /* of -q, or 0 */
	const char *command; /* that the process must run; NULL: any */
	int64_t timeout;     /* nanoseconds to wait for room in a full queue; negative: for ever */
	int64_t patience;    /* nanoseconds that --wait waits; negative: for ever */
};

/* A process, or with -g a process group. */
struct target {
	const char *word; /* the operand */
	pid_t pid;
	int fd;     /* its pidfd, or that of the leader of the group; -1: none */
	int awaited; /* whether a signal was sent, and the end of the process has not been seen */
};

#endif
