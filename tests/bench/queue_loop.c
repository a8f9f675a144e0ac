/* SPDX-License-Identifier: ISC */
/*
 * queue_loop - messages through a queue as fast as the calls go: no input, no output.
 *
 * usage: queue_loop send|receive /NAME|KEY COUNT SIZE
 *        queue_loop make|remove /NAME|KEY      (make: 10 messages of 1024 bytes)
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>

static struct {
	long type;
	char text[8192];
} message = {1, ""};

static void posix(const char *what, const char *name, long count, size_t size)
{
	struct mq_attr attributes = {.mq_maxmsg = 10, .mq_msgsize = 1024};
	int sending = strcmp(what, "send") == 0;
	mqd_t queue;

	if (strcmp(what, "remove") == 0) {
		mq_unlink(name);
		return;
	}
	queue = mq_open(name, O_RDWR | O_CREAT, 0600, &attributes);
	if (queue == -1)
		err(1, "%s", name);
	while (count-- > 0)
		if (sending ? mq_send(queue, message.text, size, 0) == -1
		            : mq_receive(queue, message.text, sizeof(message.text), NULL) == -1)
			err(1, "%s", name);
}

static void sysv(const char *what, key_t key, long count, size_t size)
{
	int sending = strcmp(what, "send") == 0, queue = msgget(key, IPC_CREAT | 0600);

	if (queue == -1)
		err(1, "msgget");
	if (strcmp(what, "remove") == 0)
		msgctl(queue, IPC_RMID, NULL);
	while (count-- > 0)
		if (sending ? msgsnd(queue, &message, size, 0) == -1
		            : msgrcv(queue, &message, sizeof(message.text), 0, 0) == -1)
			err(1, "%s", what);
}

int main(int argc, char **argv)
{
	long count = argc > 3 ? atol(argv[3]) : 0;
	size_t size = argc > 4 ? (size_t)atol(argv[4]) : 0;

	if (argc < 3)
		errx(2, "usage: queue_loop send|receive|make|remove QUEUE [COUNT SIZE]");
	if (argv[2][0] == '/')
		posix(argv[1], argv[2], count, size);
	else
		sysv(argv[1], (key_t)strtol(argv[2], NULL, 0), count, size);
	return 0;
}
