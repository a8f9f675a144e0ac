/* SPDX-License-Identifier: ISC */
/* The structures of sigrecv: its options, a signal that arrived, and the state of the whole run. */
#ifndef JOB_H
#define JOB_H

#include <signal.h>
#include <stdint.h>
#include <sys/types.h>

#include "source.h"

/* The command line; constant once it was parsed. */
struct options {
	sigset_t received;
	const char *first_word; /* the first signal as it was typed, for messages */
	int signals;            /* operands */
	char **command;         /* NULL: signals go to standard output */
	int has_count, follow, verbose, with_number, json, null;
	uint64_t count;         /* of signals to receive; UINT64_MAX: no limit */
	int64_t timeout;        /* nanoseconds for each signal; negative: wait for ever */
	int jobs;               /* commands at once; 0: -j was not given */
	const char *pid_file;   /* NULL: none */
	int ready_fd;           /* -1: none */
};

/* The running state. */
struct job {
	const struct options *options;
	sigset_t mask_before; /* the signals that were blocked when the tool began: commands get this mask */
	struct source source;
	uint64_t taken;       /* signals received */
	int ended_by;         /* the signal that ends the tool, or 0 */

	/* For commands: one place for each that may run, 0 where it is free. */
	pid_t *pids;
	int *numbers;         /* of the signals that the commands were given */
	int places, running;
	int command_status;   /* of the first command that failed */
};

#endif
