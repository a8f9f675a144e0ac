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
#include "tcp.h"

/* The words of -l and -c: a path, @NAME, tcp:[HOST:]PORT, or inherit[:NAME]. */
enum address_kind {
	ADDRESS_UNIX,
	ADDRESS_TCP,
	ADDRESS_INHERIT, /* sockets that an init system has opened, sd_listen_fds(3) */
};

struct address {
	const char *word; /* the command line's, kept */
	enum address_kind kind;
	struct socket_name name;
	struct tcp_name tcp;
	const char *inherit; /* the name of the sockets to take, or NULL: all of them */
};

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
	struct address address;       /* of -l or -c */
};

/* Whether an option was given that only connections of Unix sockets have. */
static inline int has_unix_option(const struct options *options)
{
	return options->allowed_count > 0 || options->allow_any || options->passed_count > 0 || options->taken_count > 0;
}

/* The other end of a connection. */
struct peer {
	int family;          /* AF_UNIX, AF_INET or AF_INET6; AF_UNSPEC: unknown, as for datagrams */
	struct ucred user;   /* AF_UNIX */
	struct tcp_peer tcp; /* AF_INET, AF_INET6 */
};

/* A command that runs, or a connection that waits for its command. */
struct task {
	pid_t pid;         /* 0: no command was started yet, or it has ended */
	int fd;            /* the connection until its command is started, else -1 */
	int *taken;        /* descriptors that came with the connection, or NULL */
	int status;        /* of a command that has ended, as a shell gives it; -1: unknown so far */
	struct peer peer;
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
