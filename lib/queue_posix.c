/* SPDX-License-Identifier: ISC */
/* POSIX queues, mq_overview(7).  On Linux a queue is a descriptor: poll(2), fstat(2) and inotify(7) work. */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "interrupt.h"
#include "queue.h"

static int fail(int err)
{
	errno = err;
	return -1;
}

static int finish_open(struct queue *queue)
{
	struct mq_attr attributes;

	if (queue->fd == -1)
		return -1;
	if (mq_getattr(queue->fd, &attributes) == -1)
		return -1;
	queue->most = (size_t)attributes.mq_msgsize;
	return 0;
}

static int flags_of(enum queue_access access)
{
	int flags = access == QUEUE_SEND ? O_WRONLY : access == QUEUE_RECEIVE ? O_RDONLY : O_RDWR;

	return flags | O_NONBLOCK | O_CLOEXEC;
}

static int posix_open(struct queue *queue, enum queue_access access)
{
	queue->fd = mq_open(queue->object->name, flags_of(access));
	return finish_open(queue);
}

static int posix_create(struct queue *queue, enum queue_access access, mode_t mode, const struct queue_limits *limits)
{
	struct queue_limits full = queue_default_limits(limits);
	struct mq_attr attributes = {.mq_maxmsg = full.max_messages, .mq_msgsize = full.message_size};
	mode_t old = umask(0);

	queue->fd = mq_open(queue->object->name, flags_of(access) | O_CREAT | O_EXCL, mode, &attributes);
	umask(old);
	return finish_open(queue);
}

static int posix_is_gone(struct queue *queue)
{
	struct stat st;
	char path[64];

	if (!queue->watched) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", queue->fd);
		notice_open(&queue->notice, path, IN_ATTRIB, 0);
		queue->watched = 1;
	}
	notice_drain(&queue->notice);
	return fstat(queue->fd, &st) == 0 && st.st_nlink == 0;
}

/* Until there is room: 0, or -1 with errno. */
static int wait_for_room(struct queue *queue, const struct deadline *deadline)
{
	int look = !queue->watched;

	for (;;) {
		struct pollfd p[2];
		struct timespec ts, pause = {1, 0}, *left;
		int result;

		if (look && posix_is_gone(queue))
			return fail(EIDRM);
		if (interrupt_pending() != 0)
			return fail(EINTR);
		p[0] = (struct pollfd){queue->fd, POLLOUT, 0};
		p[1] = (struct pollfd){notice_descriptor(&queue->notice), POLLIN, 0};
		left = deadline_left_timespec(deadline, &ts);
		/* Where a removal cannot be watched for it is looked for. */
		if (p[1].fd == -1 && (left == NULL || left->tv_sec > 0))
			left = &pause;
		result = ppoll(p, 2, left, NULL);
		if (result == -1 && errno != EINTR)
			return -1;
		if (result > 0 && p[0].revents != 0)
			return 0;
		if (deadline_left(deadline) == 0)
			return fail(ETIMEDOUT);
		look = 1;
	}
}

static int posix_send(struct queue *queue, const char *bytes, size_t size, long rank, const struct deadline *deadline)
{
	while (mq_send(queue->fd, bytes, size, (unsigned)rank) == -1) {
		if (errno == EINTR && interrupt_pending() == 0)
			continue;
		/* It was opened for receiving alone, which is all that we may. */
		if (errno == EBADF)
			errno = EACCES;
		if (errno != EAGAIN || wait_for_room(queue, deadline) == -1)
			return -1;
	}
	return 0;
}

static int posix_receive(struct queue *queue, struct message *message)
{
	unsigned priority;
	ssize_t size;

	if (message->room < queue->most) {
		char *bytes = realloc(message->bytes, queue->most);

		if (bytes == NULL)
			return -1;
		message->bytes = bytes;
		message->room = queue->most;
	}
	do
		size = mq_receive(queue->fd, message->bytes, message->room, &priority);
	while (size == -1 && errno == EINTR && interrupt_pending() == 0);
	if (size == -1)
		return -1;
	message->size = (size_t)size;
	message->rank = (long)priority;
	return 0;
}

static long posix_count(struct queue *queue)
{
	struct mq_attr attributes;

	return mq_getattr(queue->fd, &attributes) == -1 ? -1 : attributes.mq_curmsgs;
}

static int posix_remove(struct queue *queue)
{
	return mq_unlink(queue->object->name);
}

static void posix_close(struct queue *queue)
{
	if (queue->watched)
		notice_close(&queue->notice);
	if (queue->fd != -1)
		mq_close(queue->fd);
	queue->watched = 0;
	queue->fd = -1;
}

const struct queue_kind queue_posix = {
	.rank_name = "priority",
	.rank_default = 0,
	.open = posix_open,
	.create = posix_create,
	.send = posix_send,
	.receive = posix_receive,
	.is_gone = posix_is_gone,
	.count = posix_count,
	.remove = posix_remove,
	.close = posix_close,
};

static long read_limit(const char *path, long otherwise)
{
	FILE *file = fopen(path, "re");
	long limit;

	if (file == NULL)
		return otherwise;
	if (fscanf(file, "%ld", &limit) != 1)
		limit = otherwise;
	fclose(file);
	return limit;
}

struct queue_limits queue_default_limits(const struct queue_limits *limits)
{
	struct queue_limits full = *limits;

	if (full.max_messages == 0)
		full.max_messages = read_limit("/proc/sys/fs/mqueue/msg_default", 10);
	if (full.message_size == 0)
		full.message_size = read_limit("/proc/sys/fs/mqueue/msgsize_default", 8192);
	return full;
}

unsigned long long queue_cost(const struct queue_limits *limits)
{
	struct queue_limits full = queue_default_limits(limits);

	/* mq_overview(7): a message's bytes and 48 for the message, 48 for its priority. */
	return (unsigned long long)full.max_messages * (96 + (unsigned long long)full.message_size);
}
