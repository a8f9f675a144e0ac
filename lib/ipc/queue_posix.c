/* SPDX-License-Identifier: ISC */
/* POSIX queues, mq_overview(7).  On Linux a queue is a descriptor: poll(2), fstat(2) and inotify(7) work. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/proc.h"
#include "ipc/queue.h"

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

	if (queue->watched)
		monitor_drain(&queue->monitor);
	return fstat(queue->fd, &st) == 0 && st.st_nlink == 0;
}

static void posix_watch(struct queue *queue)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", queue->fd);
	monitor_open(&queue->monitor, path, IN_ATTRIB, 0);
	queue->watched = 1;
}

/* The same queue in blocking mode: to wait in the call itself takes fewer calls than poll(2) before it. */
static int open_waiting(struct queue *queue)
{
	struct stat one, other;
	char path[64];
	int flags, err;

	if (queue->waiting != -1)
		return 0;
	flags = fcntl(queue->fd, F_GETFL);
	if (flags == -1)
		return -1;
	flags = (flags & O_ACCMODE) | O_CLOEXEC;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", queue->fd);
	queue->waiting = open(path, flags);
	/* Without /proc by its name, if that is not another's by now. */
	if (queue->waiting == -1)
		queue->waiting = mq_open(queue->object->name, flags);
	if (queue->waiting == -1)
		return fail(errno == ENOENT ? EIDRM : errno);
	err = fstat(queue->fd, &one) == -1 || fstat(queue->waiting, &other) == -1 ? errno : one.st_ino != other.st_ino ? EIDRM : 0;
	if (err != 0) {
		mq_close(queue->waiting);
		queue->waiting = -1;
		return fail(err);
	}
	/* Nobody wakes who waits for a queue that is removed, so he looks himself. */
	interrupt_beat();
	return 0;
}

static int send_waiting(struct queue *queue, const char *bytes, size_t size, long rank, const struct deadline *deadline)
{
	int result;

	if (open_waiting(queue) == -1)
		return -1;
	while ((result = queue_may_wait(deadline)) == 1) {
		if ((result = mq_send(queue->waiting, bytes, size, (unsigned)rank)) == 0 || errno != EINTR)
			return queue_end_wait(result, deadline);
		if (posix_is_gone(queue))
			return queue_end_wait(fail(EIDRM), deadline);
	}
	return queue_end_wait(result == 0 ? fail(ETIMEDOUT) : -1, deadline);
}

static int posix_send(struct queue *queue, const char *bytes, size_t size, long rank, const struct deadline *deadline)
{
	if (queue->waiting == -1 || !deadline_never(deadline)) {
		if (mq_send(queue->fd, bytes, size, (unsigned)rank) == 0)
			return 0;
		/* It was opened for receiving alone, which is all that we may. */
		if (errno != EAGAIN && errno != EINTR)
			return fail(errno == EBADF ? EACCES : errno);
	}
	return send_waiting(queue, bytes, size, rank, deadline);
}

static int make_room(struct queue *queue, struct message *message)
{
	char *bytes;

	if (message->room >= queue->most)
		return 0;
	bytes = realloc(message->bytes, queue->most);
	if (bytes == NULL)
		return -1;
	message->bytes = bytes;
	message->room = queue->most;
	return 0;
}

static int receive(const struct queue *queue, int fd, struct message *message)
{
	unsigned priority;
	ssize_t size = mq_receive(fd, message->bytes, queue->most, &priority);

	if (size == -1)
		return -1;
	message->size = (size_t)size;
	message->rank = (long)priority;
	return 0;
}

static int posix_receive(struct queue *queue, struct message *message)
{
	return make_room(queue, message) == -1 ? -1 : receive(queue, queue->fd, message);
}

static int posix_receive_wait(struct queue *queue, struct message *message, const struct deadline *deadline)
{
	int result;

	/* An alarm is only set where there is a deadline, and it must be waited. */
	if (!deadline_never(deadline)) {
		if (posix_receive(queue, message) == 0)
			return 0;
		if (errno != EAGAIN && errno != EINTR)
			return -1;
	}
	if (make_room(queue, message) == -1 || open_waiting(queue) == -1)
		return -1;
	if (posix_is_gone(queue))
		return fail(EIDRM);
	while ((result = interrupt_child() ? fail(EINTR) : queue_may_wait(deadline)) == 1) {
		if ((result = receive(queue, queue->waiting, message)) == 0 || errno != EINTR)
			return queue_end_wait(result, deadline);
		if (posix_is_gone(queue))
			return queue_end_wait(fail(EIDRM), deadline);
	}
	return queue_end_wait(result == 0 ? fail(ETIMEDOUT) : -1, deadline);
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

static void posix_shut(struct queue *queue)
{
	if (queue->watched)
		monitor_close(&queue->monitor);
	if (queue->waiting != -1)
		mq_close(queue->waiting);
	if (queue->fd != -1)
		mq_close(queue->fd);
	queue->watched = 0;
	queue->fd = queue->waiting = -1;
}

const struct queue_kind queue_posix = {
	.rank_name = "priority",
	.rank_default = 0,
	.open = posix_open,
	.create = posix_create,
	.send = posix_send,
	.receive = posix_receive,
	.receive_wait = posix_receive_wait,
	.watch = posix_watch,
	.is_gone = posix_is_gone,
	.count = posix_count,
	.remove = posix_remove,
	.close = posix_shut,
};

static long read_limit(const char *path, long otherwise)
{
	uint64_t limit;

	return proc_read_number(path, &limit) == 0 && limit <= LONG_MAX ? (long)limit : otherwise;
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
