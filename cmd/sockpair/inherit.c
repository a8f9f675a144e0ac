/* SPDX-License-Identifier: ISC */
#include "inherit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/number.h"
#include "cli/cli.h"
#include "peer.h"

#define FIRST 3 /* SD_LISTEN_FDS_START */

static int fail(const struct options *options, const char *cause)
{
	cli_warn(options->address.word, "%s", cause);
	return cli_own_status(CLI_FAILED);
}

/* Reads how many descriptors were handed over to this process: CLI_DONE, or a status after a message. */
static int read_count(const struct options *options, uint64_t *count)
{
	const char *fds = getenv(INHERIT_FDS), *pid = getenv(INHERIT_PID);
	uint64_t number;

	if (fds == NULL || pid == NULL)
		return fail(options, "no socket was handed over: " INHERIT_FDS " or " INHERIT_PID " is not set");
	if (number_parse(pid, 1, INT_MAX, &number) == -1 || (pid_t)number != getpid())
		return fail(options, "the sockets are for another process: " INHERIT_PID " is not the process id of sockpair");
	if (number_parse(fds, 1, INT_MAX - FIRST, count) == -1)
		return fail(options, "no socket was handed over: " INHERIT_FDS " is not a number of 1 or more");
	return CLI_DONE;
}

/* Whether the descriptor `index` has the wanted name; LISTEN_FDNAMES has one for each, separated by colons. */
static int is_wanted(const char *name, uint64_t index)
{
	const char *names = getenv(INHERIT_NAMES);
	size_t length;

	if (name == NULL)
		return 1;
	while (names != NULL && index-- > 0) {
		names = strchr(names, ':');
		names = names == NULL ? NULL : names + 1;
	}
	if (names == NULL)
		return 0;
	length = strcspn(names, ":");
	return strlen(name) == length && strncmp(names, name, length) == 0;
}

static int option_of(int fd, int option)
{
	int value = 0;
	socklen_t length = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, option, &value, &length) == 0 ? value : -1;
}

/* Whether a Unix socket has an abstract name. */
static int is_abstract(int fd)
{
	struct sockaddr_un address = {.sun_family = AF_UNSPEC};
	socklen_t length = sizeof(address);

	return getsockname(fd, (struct sockaddr *)&address, &length) == 0 && address.sun_family == AF_UNIX &&
	       length > sizeof(sa_family_t) && address.sun_path[0] == '\0';
}

/* Checks that sockpair can serve a socket, with these options: NULL, or the reason why not. */
static const char *check(const struct options *options, const struct listen_socket *socket)
{
	if (option_of(socket->fd, SO_ACCEPTCONN) != 1)
		return "is not a listening socket (systemd.socket(5): Accept=no)";
	if (socket->family != AF_UNIX && socket->family != AF_INET && socket->family != AF_INET6)
		return "is neither a Unix socket nor one of TCP";
	if (socket->family != AF_UNIX && has_unix_option(options))
		return "is not a Unix socket, which --allow-uid, --pass-fd and --take-fd need";
	return NULL;
}

/* Takes one descriptor: CLI_DONE, or a status after a message. */
static int take(const struct options *options, int fd, struct listen_socket *socket)
{
	int flags = fcntl(fd, F_GETFL);
	const char *wrong;

	*socket = (struct listen_socket){fd, option_of(fd, SO_DOMAIN), 0};
	wrong = flags == -1 ? "is not open" : check(options, socket);
	if (wrong != NULL) {
		cli_warn(options->address.word, "descriptor %d %s", fd, wrong);
		return cli_own_status(CLI_FAILED);
	}
	/* Another process that accepts from the same socket may take the connection that poll(2) has reported. */
	if (fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1 || fcntl(fd, F_SETFD, FD_CLOEXEC) == -1)
		return cli_fail(options->address.word, errno);
	socket->for_own_users = socket->family == AF_UNIX && is_abstract(fd);
	return socket->for_own_users ? peer_check_users(options, 1) : CLI_DONE;
}

int inherit_take(const struct options *options, struct listen_sockets *sockets)
{
	uint64_t count = 0, i;
	int status = read_count(options, &count);

	if (status != CLI_DONE)
		return status;
	/* LISTEN_FDS may be any number, but no more than these can be open. */
	if (count > (uint64_t)sysconf(_SC_OPEN_MAX))
		return fail(options, INHERIT_FDS " is larger than the limit of open files");
	sockets->sockets = calloc(count, sizeof(*sockets->sockets));
	if (sockets->sockets == NULL)
		return cli_fail(options->address.word, errno);
	for (i = 0; i < count && status == CLI_DONE; i++) {
		if (!is_wanted(options->address.inherit, i)) {
			fcntl((int)(FIRST + i), F_SETFD, FD_CLOEXEC);
			continue;
		}
		status = take(options, (int)(FIRST + i), &sockets->sockets[sockets->count]);
		sockets->count += status == CLI_DONE;
	}
	if (status == CLI_DONE && sockets->count == 0)
		status = fail(options, "no socket of this name was handed over (" INHERIT_NAMES ")");
	if (status != CLI_DONE)
		listen_close(options, sockets);
	return status;
}
