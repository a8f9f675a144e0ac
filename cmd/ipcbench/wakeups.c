/* SPDX-License-Identifier: ISC */
/* Wake-ups: real-time signals, whose value is the message, and eventfd(2), which hands a slot of memory over. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "mechanism.h"

/* The receiver's pid, for the sender. */
struct receiver {
	_Atomic pid_t pid;
};

static int open_signal(struct channel *channel)
{
	struct rlimit limit;

	if (channel->size > sizeof(union sigval)) {
		snprintf(channel->why, sizeof(channel->why), "the value of a signal has %zu bytes", sizeof(union sigval));
		errno = EMSGSIZE;
		return -1;
	}
	/* Linux counts a user's signals; with a limit of 0 the sender would wait for ever. */
	if (getrlimit(RLIMIT_SIGPENDING, &limit) == 0 && limit.rlim_cur == 0) {
		snprintf(channel->why, sizeof(channel->why), "RLIMIT_SIGPENDING is 0: raise ulimit -i");
		errno = EAGAIN;
		return -1;
	}
	return mechanism_map(channel, sizeof(struct receiver), -1);
}

/* Blocks the signal in both processes, so that it waits for sigwaitinfo(2); tells the sender who receives. */
static int attach_signal(struct channel *channel, enum mechanism_side side)
{
	struct receiver *receiver = channel->memory;
	sigset_t set;

	if (side == MECHANISM_RECEIVER)
		atomic_store(&receiver->pid, getpid());
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	return sigprocmask(SIG_BLOCK, &set, NULL);
}

static int send_signal(struct channel *channel, char *bytes)
{
	struct receiver *receiver = channel->memory;
	union sigval value = {.sival_ptr = NULL};

	memcpy(&value, bytes, channel->size);
	while (sigqueue(receiver->pid, SIGRTMIN, value) == -1) {
		/* The queue is full: let the receiver run. */
		if (errno != EAGAIN)
			return -1;
		sched_yield();
	}
	return 0;
}

static int receive_signal(struct channel *channel, char *bytes)
{
	sigset_t set;
	siginfo_t info;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	if (sigwaitinfo(&set, &info) == -1)
		return -1;
	memcpy(bytes, &info.si_value, channel->size);
	return 0;
}

/* By side: the sender's descriptor counts slots that are full, the receiver's those that are empty. */
static int open_eventfd(struct channel *channel)
{
	channel->fds[MECHANISM_SENDER] = eventfd(0, EFD_CLOEXEC);
	if (channel->fds[MECHANISM_SENDER] == -1)
		return -1;
	channel->fds[MECHANISM_RECEIVER] = eventfd(1, EFD_CLOEXEC);
	if (channel->fds[MECHANISM_RECEIVER] == -1)
		return -1;
	return mechanism_map(channel, channel->size, -1);
}

/* Each process reads one descriptor and writes the other. */
static int attach_eventfd(struct channel *channel, enum mechanism_side side)
{
	(void)channel;
	(void)side;
	return 0;
}

/* Waits until the count of `fd` is above 0, and takes it. */
static int take(int fd)
{
	uint64_t count;

	return read(fd, &count, sizeof(count)) == sizeof(count) ? 0 : -1;
}

static int give(int fd)
{
	uint64_t one = 1;

	return write(fd, &one, sizeof(one)) == sizeof(one) ? 0 : -1;
}

static int send_eventfd(struct channel *channel, char *bytes)
{
	if (take(channel->fds[MECHANISM_RECEIVER]) == -1)
		return -1;
	memcpy(channel->memory, bytes, channel->size);
	return give(channel->fds[MECHANISM_SENDER]);
}

static int receive_eventfd(struct channel *channel, char *bytes)
{
	if (take(channel->fds[MECHANISM_SENDER]) == -1)
		return -1;
	memcpy(bytes, channel->memory, channel->size);
	return give(channel->fds[MECHANISM_RECEIVER]);
}

const struct mechanism wakeups_signal = {
	.name = "rtsig", .summary = "signal with value",
	.records = "value", .order = "as sent", .persistence = "no", .users = "same user", .machines = "no",
	.open = open_signal, .attach = attach_signal, .send = send_signal, .receive = receive_signal,
};

const struct mechanism wakeups_eventfd = {
	.name = "eventfd", .summary = "memory, eventfd",
	.records = "own", .order = "own", .persistence = "no", .users = "inherited", .machines = "no",
	.open = open_eventfd, .attach = attach_eventfd, .send = send_eventfd, .receive = receive_eventfd,
};
