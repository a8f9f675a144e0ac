/* SPDX-License-Identifier: ISC */
/*
 * queue_loop - messages through a queue as fast as the calls go.
 *
 * usage: queue_loop send|receive /NAME|KEY COUNT SIZE               no input, no output
 *        queue_loop send-lines|receive-lines /NAME|KEY COUNT SIZE   lines of standard input, lines to standard output
 *        queue_loop make|remove /NAME|KEY                           make: 10 messages of 1024 bytes
 *
 * With -lines it does the least that a tool has to: it reads and writes up to 64 kB at once, and writes before it waits.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>
#include <unistd.h>

static struct {
	long type;
	char text[8192];
} message = {1, ""};

static char lines[2 * 65536];

/* The queue: a POSIX queue, blocking and non-blocking, or a System V queue. */
static mqd_t waiting = -1, hasty = -1;
static int id = -1;

static void open_queue(const char *name)
{
	struct mq_attr attributes = {.mq_maxmsg = 10, .mq_msgsize = 1024};

	if (name[0] == '/') {
		waiting = mq_open(name, O_RDWR | O_CREAT, 0600, &attributes);
		hasty = mq_open(name, O_RDWR | O_NONBLOCK);
	} else {
		id = msgget((key_t)strtol(name, NULL, 0), IPC_CREAT | 0600);
	}
	if (id == -1 && (waiting == -1 || hasty == -1))
		err(1, "%s", name);
}

static void send_message(const char *text, size_t size)
{
	if (id == -1 ? mq_send(waiting, text, size, 0) == -1 : msgsnd(id, &message, size, 0) == -1)
		err(1, "send");
}

/* Returns the size of the message, or -1 if there is none and `wait` is 0. */
static ssize_t receive_message(char *text, int wait)
{
	ssize_t got = id == -1 ? mq_receive(wait ? waiting : hasty, text, sizeof(message.text), NULL) :
	                         msgrcv(id, &message, sizeof(message.text), 0, wait ? 0 : IPC_NOWAIT);

	if (got == -1 && (wait || (errno != EAGAIN && errno != ENOMSG)))
		err(1, "receive");
	return got;
}

static void send_lines(void)
{
	size_t have = 0;
	ssize_t got;

	while ((got = read(0, lines + have, 65536)) > 0) {
		char *from = lines, *end = lines + have + got, *newline;

		while ((newline = memchr(from, '\n', (size_t)(end - from))) != NULL) {
			if (id != -1)
				memcpy(message.text, from, (size_t)(newline - from));
			send_message(from, (size_t)(newline - from));
			from = newline + 1;
		}
		have = (size_t)(end - from);
		memmove(lines, from, have);
	}
}

static size_t put_lines(size_t size)
{
	if (write(1, lines, size) != (ssize_t)size)
		err(1, "write");
	return 0;
}

static void receive_lines(long count)
{
	size_t used = 0;

	while (count-- > 0) {
		ssize_t got = receive_message(lines + used, 0);

		if (got == -1) {
			used = put_lines(used);
			got = receive_message(lines, 1);
		}
		if (id != -1)
			memcpy(lines + used, message.text, (size_t)got);
		used += (size_t)got;
		lines[used++] = '\n';
		if (used >= 65536)
			used = put_lines(used);
	}
	put_lines(used);
}

int main(int argc, char **argv)
{
	long count = argc > 3 ? atol(argv[3]) : 0;
	size_t size = argc > 4 ? (size_t)atol(argv[4]) : 0;

	if (argc < 3)
		errx(2, "usage: queue_loop send|receive|send-lines|receive-lines|make|remove QUEUE [COUNT SIZE]");
	open_queue(argv[2]);
	if (strcmp(argv[1], "send-lines") == 0)
		send_lines();
	else if (strcmp(argv[1], "receive-lines") == 0)
		receive_lines(count);
	else if (strcmp(argv[1], "send") == 0)
		while (count-- > 0)
			send_message(message.text, size);
	else if (strcmp(argv[1], "receive") == 0)
		while (count-- > 0)
			receive_message(message.text, 1);
	else if (strcmp(argv[1], "remove") == 0 && id == -1)
		mq_unlink(argv[2]);
	else if (strcmp(argv[1], "remove") == 0)
		msgctl(id, IPC_RMID, NULL);
	return 0;
}
