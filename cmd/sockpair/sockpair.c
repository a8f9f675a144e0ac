/* SPDX-License-Identifier: ISC */
/*
 * sockpair - two commands, one socket pair; and Unix sockets and TCP from the shell.
 *
 * No process copies between two commands: each has one end of a socketpair(2), and sockpair only waits for both.  A
 * socket reports its end only after every process has closed the other one, so all that sockpair opens is
 * close-on-exec.
 *
 * Signals are not caught: they stay blocked, and sockpair waits for them and for the end of commands in one place, so
 * that none is lost.  Commands get the signal mask that sockpair was given.
 *
 *	sockpair.c	the help text, -E, main()
 *	options.c	the command line
 *	pair.c		two commands
 *	serve.c		-l: a server, its connections and their commands
 *	listen.c	the sockets that a server listens on
 *	inherit.c	those that an init system hands over
 *	connect.c	-c: a client
 *	peer.c		the other end of a connection: users that are refused, descriptors that are passed
 *	task.c		the life of one command, and signals for all of them
 *	bridge.c	copying between a socket and standard input and output
 *	socket.c	Unix sockets by name
 *	tcp.c		TCP by name: addresses, servers
 *	tcp_connect.c	TCP clients
 *	job.h		the structures that these share
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "cli/cli.h"
#include "connect.h"
#include "options.h"
#include "pair.h"
#include "peer.h"
#include "serve.h"
#include "task.h"

static const char usage[] =
	"sockpair [-pv] [-f fd] [-s word] [-t type] command [argument ...] -- command [argument ...]\n"
	"       sockpair -l address [-v] [-f fd] [-j jobs] [-m mode] [-t type] [-w timeout] [--allow-uid=uid]\n"
	"                [--pass-fd=fd[,fd...]] [--take-fd=count] [--total=count] -- command [argument ...]\n"
	"       sockpair -c address [-knv] [-f fd] [-t type] [-w timeout] [--allow-uid=uid]\n"
	"                [--pass-fd=fd[,fd...]] [--take-fd=count] [-- command [argument ...]]\n"
	"       sockpair -E [-f fd]";
static const char help[] =
	"Run two commands, each with one end of a socket pair as its standard input and output.\n"
	"With -l serve a socket and run a command for each connection; with -c connect to a socket.\n"
	"\n"
	"  -c, --connect=ADDRESS   connect to ADDRESS: copy standard input and output, or run a command\n"
	"  -E, --end               shut down standard output, a socket: its reader sees the end\n"
	"  -f, --fd=FD             give commands the socket as descriptor FD instead of 0 and 1\n"
	"  -j, --jobs=JOBS         with -l: run at most JOBS commands at once (default: no limit)\n"
	"  -k, --keep-open         with -c: do not shut the connection down at the end of standard input\n"
	"  -l, --listen=ADDRESS    serve ADDRESS\n"
	"  -m, --mode=MODE         permission bits of the socket's file, octal or symbolic (default: 0600)\n"
	"  -n, --nonblock          do not wait for a server; the same as -w 0\n"
	"  -p, --pipes             connect the commands by two pipes instead of a socket pair\n"
	"  -s, --separator=WORD    separate the two commands by WORD (default: --)\n"
	"  -t, --type=TYPE         type of socket: stream, seqpacket or dgram (default: stream)\n"
	"  -v, --verbose           report how each command ended, and who connects\n"
	"  -w, --timeout=DURATION  wait at most DURATION for the server, or with -l for a connection\n"
	"      --allow-uid=UID     talk only to user UID (can be repeated); any: to all users\n"
	"      --pass-fd=FD,...    send these descriptors to the other side\n"
	"      --take-fd=COUNT     take COUNT descriptors from the other side, for the command\n"
	"      --total=COUNT       with -l: exit after COUNT connections\n"
	"  -h, --help              print this help\n"
	"  -V, --version           print the version\n"
	"\n"
	"ADDRESS is a path or @NAME (a Unix socket), tcp:[HOST:]PORT (without HOST this machine alone,\n"
	"with HOST * every address of it; port 0: any free port, which is printed), or for -l\n"
	"inherit[:NAME] (sockets of an init system).\n"
	"\n"
	"The command of -l or -c finds its peer in SOCKPAIR_PEER_PID, SOCKPAIR_PEER_UID and\n"
	"SOCKPAIR_PEER_GID, or SOCKPAIR_PEER_ADDRESS and SOCKPAIR_PEER_PORT, and the numbers of taken\n"
	"descriptors in SOCKPAIR_FDS.\n";

/* Shuts the socket down for writing.  A shell cannot: after it closed standard output, standard input holds the socket. */
static int end_stream(const struct options *options)
{
	int fd = options->fd == -1 ? 1 : options->fd;

	if (fd < 3 && cli_was_closed(fd))
		errno = EBADF;
	else if (shutdown(fd, SHUT_WR) == 0)
		return CLI_DONE;
	cli_warn(NULL, "descriptor %d: %s", fd, strerror(errno));
	return cli_own_status(CLI_FAILED);
}

/* Checks that descriptors to pass are open, and that the wanted numbers are possible: CLI_DONE, or another status. */
static int check_descriptors(const struct options *options)
{
	struct rlimit limit;
	int highest = options->taken_count > 0 ? task_taken_number(options, options->taken_count - 1) : 0;
	size_t i;

	if (options->fd > highest)
		highest = options->fd;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && (rlim_t)highest >= limit.rlim_cur) {
		cli_warn(NULL, "descriptor %d is not possible: RLIMIT_NOFILE (ulimit -n) is %llu", highest,
		         (unsigned long long)limit.rlim_cur);
		return cli_own_status(CLI_FAILED);
	}
	for (i = 0; i < options->passed_count; i++) {
		int fd = options->passed[i];

		if ((fd < 3 && cli_was_closed(fd)) || fcntl(fd, F_GETFD) == -1) {
			cli_warn("--pass-fd", "%d: %s", fd, strerror(EBADF));
			return cli_own_status(CLI_FAILED);
		}
	}
	return CLI_DONE;
}

int main(int argc, char **argv)
{
	static struct options options;
	int status;

	cli_start(argv, usage, help);
	options_parse_or_exit(&options, argc, argv);
	if (options.end)
		return end_stream(&options);
	status = check_descriptors(&options);
	if (status == CLI_DONE)
		status = peer_check_users(&options, options.listen != NULL && options.address.name.abstract);
	if (status == CLI_DONE && options.listen != NULL)
		status = serve_run(&options);
	else if (status == CLI_DONE)
		status = options.connect != NULL ? connect_run(&options) : pair_run(&options);
	free(options.allowed);
	return status;
}
