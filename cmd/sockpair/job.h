/* SPDX-License-Identifier: ISC */
/* The structures of sockpair: what the command line says, and the commands that run. */
#ifndef JOB_H
#define JOB_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "socket.h"

/* The command line, constant once options_parse() has returned. */
struct options {
	const char *listen, *connect; /* the words of -l and -c, or NULL */
	const char *separator;        /* the word of -s, or "--" */
	const char *type_word;        /* the word of -t, or NULL */
	char **first, **second;       /* the commands; with -l and -c there is only the first, or NULL */
	int type;                     /* SOCK_STREAM, SOCK_SEQPACKET or SOCK_DGRAM */
	int fd;                       /* of -f, or -1 */
	int pipes, verbose, end, keep_open, has_mode, has_separator;
	mode_t mode;
	int64_t timeout;              /* nanoseconds, negative: no limit */
	uint64_t jobs, total;         /* of -j and --total, 0: no limit */
	uid_t *allowed;               /* of --allow-uid */
	size_t allowed_count;
	int allow_any;
	int passed[SOCKET_PASS_MOST]; /* of --pass-fd */
	size_t passed_count, taken_count;
	struct socket_name name;      /* of -l or -c */
};

/* A command that runs, or a connection that waits for its command. */
struct task {
	pid_t pid;         /* 0: no command was started yet, or it has ended */
	int fd;            /* the connection until its command is started, else -1 */
	int *taken;        /* descriptors that came with the connection, or NULL */
	int status;        /* of a command that has ended, as a shell gives it; -1: unknown so far */
	struct ucred peer;
};

/* The commands that run. */
struct job {
	const struct options *options;
	sigset_t mask;     /* the signal mask that sockpair was given: that of the commands */
	int end_signal;    /* the last signal that asked sockpair to end, or 0 */
	struct task *tasks;
	size_t task_count;
};

#endif
