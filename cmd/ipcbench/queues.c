/* SPDX-License-Identifier: ISC */
/* Message queues, POSIX and System V. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mqueue.h>
#include <stdio.h>
#include <string.h>
#include <sys/msg.h>
#include <unistd.h>

#include "base/proc.h"
#include "mechanism.h"

/* The messages that a queue holds: those that every user may have, mq_overview(7). */
#define MESSAGES 10

/* Explains the errno of mq_open(3) by the limit that was hit. */
static void explain_posix(struct channel *channel)
{
	uint64_t most;
	int err = errno;

	if (err == EINVAL && proc_read_number("/proc/sys/fs/mqueue/msgsize_max", &most) == 0 && channel->size > most) {
		snprintf(channel->why, sizeof(channel->why), "fs.mqueue.msgsize_max allows %llu bytes", (unsigned long long)most);
		err = EMSGSIZE;
	} else if (err == EINVAL) {
		snprintf(channel->why, sizeof(channel->why), "fs.mqueue.msg_max is less than %d, or the message is too long", MESSAGES);
	} else if (err == EMFILE) {
		snprintf(channel->why, sizeof(channel->why), "RLIMIT_MSGQUEUE is too small: raise ulimit -q");
	} else if (err == ENOSPC) {
		snprintf(channel->why, sizeof(channel->why), "too many queues: raise fs.mqueue.queues_max");
	}
	errno = err;
}

static int open_posix(struct channel *channel)
{
	struct mq_attr attributes = {.mq_maxmsg = MESSAGES, .mq_msgsize = (long)channel->size};
	static unsigned number;
	char name[48];
	int side;

	snprintf(name, sizeof(name), "/ipcbench.%ld.%u", (long)getpid(), number++);
	channel->fds[0] = mq_open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600, &attributes);
	if (channel->fds[0] == -1) {
		explain_posix(channel);
		return -1;
	}
	/* The second end, and no name from here on. */
	channel->fds[1] = fcntl(channel->fds[0], F_DUPFD_CLOEXEC, 0);
	side = channel->fds[1] == -1 ? errno : 0;
	mq_unlink(name);
	errno = side;
	return side == 0 ? 0 : -1;
}

static int send_posix(struct channel *channel, char *bytes)
{
	return mq_send(channel->fds[MECHANISM_SENDER], bytes, channel->size, 0);
}

static int receive_posix(struct channel *channel, char *bytes)
{
	ssize_t size = mq_receive(channel->fds[MECHANISM_RECEIVER], bytes, channel->size, NULL);

	return size == -1 ? -1 : 0;
}

/* Checks the limits of one message and of a queue: msgsnd(2) would fail at the one, and wait for ever at the other. */
static int check_sysv(struct channel *channel)
{
	uint64_t most;

	if (proc_read_number("/proc/sys/kernel/msgmax", &most) == 0 && channel->size > most) {
		snprintf(channel->why, sizeof(channel->why), "kernel.msgmax allows %llu bytes", (unsigned long long)most);
		errno = EMSGSIZE;
		return -1;
	}
	if (proc_read_number("/proc/sys/kernel/msgmnb", &most) == 0 && channel->size > most) {
		snprintf(channel->why, sizeof(channel->why), "kernel.msgmnb allows %llu bytes", (unsigned long long)most);
		errno = EMSGSIZE;
		return -1;
	}
	return 0;
}

static int open_sysv(struct channel *channel)
{
	if (check_sysv(channel) == -1)
		return -1;
	channel->queue = msgget(IPC_PRIVATE, 0600);
	if (channel->queue == -1 && errno == ENOSPC)
		snprintf(channel->why, sizeof(channel->why), "too many queues: raise kernel.msgmni");
	return channel->queue == -1 ? -1 : 0;
}

static int send_sysv(struct channel *channel, char *bytes)
{
	long type = 1;

	memcpy(bytes - sizeof(type), &type, sizeof(type));
	return msgsnd(channel->queue, bytes - sizeof(type), channel->size, 0);
}

static int receive_sysv(struct channel *channel, char *bytes)
{
	ssize_t size = msgrcv(channel->queue, bytes - sizeof(long), channel->size, 0, 0);

	return size == -1 ? -1 : 0;
}

const struct mechanism queues_posix = {
	.name = "pmsg", .summary = "POSIX queue",
	.records = "yes", .order = "priority", .persistence = "messages", .users = "by mode", .machines = "no",
	.textbook = 200, .open = open_posix, .send = send_posix, .receive = receive_posix,
};

const struct mechanism queues_sysv = {
	.name = "msg", .summary = "System V queue",
	.records = "yes", .order = "type", .persistence = "messages", .users = "by mode", .machines = "no",
	.open = open_sysv, .send = send_sysv, .receive = receive_sysv,
};
