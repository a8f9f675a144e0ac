/* SPDX-License-Identifier: ISC */
/* Pipes, with and without a name. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mechanism.h"
#include "stream.h"

int stream_send(struct channel *channel, char *bytes)
{
	size_t done = 0;

	while (done < channel->size) {
		ssize_t size = write(channel->fds[MECHANISM_SENDER], bytes + done, channel->size - done);

		if (size == -1 && errno == EINTR)
			continue;
		if (size == -1)
			return -1;
		done += (size_t)size;
	}
	return 0;
}

int stream_receive(struct channel *channel, char *bytes)
{
	size_t done = 0;

	while (done < channel->size) {
		ssize_t size = read(channel->fds[MECHANISM_RECEIVER], bytes + done, channel->size - done);

		if (size == -1 && errno == EINTR)
			continue;
		if (size == 0)
			errno = EPIPE;
		if (size <= 0)
			return -1;
		done += (size_t)size;
	}
	return 0;
}

static int open_pipe(struct channel *channel)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) == -1)
		return -1;
	channel->fds[MECHANISM_RECEIVER] = ends[0];
	channel->fds[MECHANISM_SENDER] = ends[1];
	return 0;
}

/* Opens the FIFO for reading without waiting for its writer, and waits in read(2) again from then on. */
static int open_ends(struct channel *channel, const char *path)
{
	channel->fds[MECHANISM_RECEIVER] = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (channel->fds[MECHANISM_RECEIVER] == -1)
		return -1;
	channel->fds[MECHANISM_SENDER] = open(path, O_WRONLY | O_CLOEXEC);
	if (channel->fds[MECHANISM_SENDER] == -1)
		return -1;
	return fcntl(channel->fds[MECHANISM_RECEIVER], F_SETFL, 0);
}

static int open_fifo(struct channel *channel)
{
	char path[MECHANISM_PATH];
	int result = -1;

	if (mechanism_enter_directory(path, "fifo") == 0 && mkfifo(path, 0600) == 0)
		result = open_ends(channel, path);
	mechanism_leave_directory(path);
	return result;
}

const struct mechanism pipes_pipe = {
	.name = "pipe", .summary = "pipe(2)",
	.records = "no", .order = "as sent", .persistence = "no", .users = "inherited", .machines = "no",
	.textbook = 200, .open = open_pipe, .send = stream_send, .receive = stream_receive,
};

const struct mechanism pipes_fifo = {
	.name = "fifo", .summary = "FIFO",
	.records = "no", .order = "as sent", .persistence = "name", .users = "by mode", .machines = "no",
	.open = open_fifo, .send = stream_send, .receive = stream_receive,
};
