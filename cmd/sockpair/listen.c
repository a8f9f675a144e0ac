/* SPDX-License-Identifier: ISC */
#include "listen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "cli/cli.h"
#include "inherit.h"
#include "peer.h"

#define TCP_MOST 64 /* addresses of one host */

static int fail_unix(const struct options *options, int err)
{
	const char *word = options->address.word;

	if (err == EADDRINUSE)
		cli_warn(word, "another process serves this socket already");
	else if (err == ENOTSOCK)
		cli_warn(word, "a file of this name exists and is not a socket");
	else
		return cli_fail(word, err);
	return cli_own_status(CLI_FAILED);
}

static int open_unix(const struct options *options, struct listen_sockets *sockets)
{
	const struct socket_name *name = &options->address.name;
	int fd = socket_serve(name, options->type, options->mode, &sockets->file);

	if (fd == -1)
		return fail_unix(options, errno);
	sockets->sockets[0] = (struct listen_socket){fd, AF_UNIX, name->abstract};
	sockets->count = 1;
	return CLI_DONE;
}

static int fail_tcp(const struct options *options, const struct tcp_error *error)
{
	const char *word = options->address.word;
	const struct tcp_peer *at = &error->address;

	if (error->message != NULL)
		cli_warn(word, "%s", error->message);
	else if (error->err == EADDRINUSE)
		cli_warn(word, "another process serves port %u of %s already", at->port, at->address);
	else if (error->err == EADDRNOTAVAIL)
		cli_warn(word, "%s is not an address of this machine", at->address);
	else if (at->address[0] != '\0')
		cli_warn(word, "%s: %s", at->address, strerror(error->err));
	else
		cli_warn(word, "%s", strerror(error->err));
	return cli_own_status(CLI_FAILED);
}

/* Prints the port that the kernel chose, once clients can connect to it. */
static int print_port(uint16_t port)
{
	char line[16];
	int length = snprintf(line, sizeof(line), "%u\n", port);

	if (cli_was_closed(1))
		errno = EBADF;
	else if (io_write_all(1, line, (size_t)length) == 0)
		return CLI_DONE;
	return cli_own_status(cli_fail("standard output", errno));
}

static int open_tcp(const struct options *options, struct listen_sockets *sockets)
{
	struct tcp_error error;
	int fds[TCP_MOST], count, i;
	uint16_t port;

	count = tcp_listen(&options->address.tcp, fds, TCP_MOST, &port, &error);
	if (count == -1)
		return fail_tcp(options, &error);
	for (i = 0; i < count; i++)
		sockets->sockets[i] = (struct listen_socket){fds[i], AF_INET, 0};
	sockets->count = (size_t)count;
	return options->address.tcp.port == 0 ? print_port(port) : CLI_DONE;
}

int listen_open(const struct options *options, struct listen_sockets *sockets)
{
	int status;

	*sockets = (struct listen_sockets){.count = 0};
	if (options->address.kind == ADDRESS_INHERIT)
		return inherit_take(options, sockets);
	sockets->sockets = calloc(TCP_MOST, sizeof(*sockets->sockets));
	if (sockets->sockets == NULL)
		return cli_fail(options->address.word, errno);
	status = options->address.kind == ADDRESS_TCP ? open_tcp(options, sockets) : open_unix(options, sockets);
	if (status != CLI_DONE)
		listen_close(options, sockets);
	return status;
}

int listen_close(const struct options *options, struct listen_sockets *sockets)
{
	int status = CLI_DONE;

	if (sockets->count > 0 && options->address.kind == ADDRESS_UNIX &&
	    socket_remove(&options->address.name, &sockets->file) == -1) {
		cli_warn(options->address.word, "the socket could not be removed: %s", strerror(errno));
		status = cli_own_status(CLI_FAILED);
	}
	while (sockets->count > 0)
		close(sockets->sockets[--sockets->count].fd);
	free(sockets->sockets);
	sockets->sockets = NULL;
	return status;
}
