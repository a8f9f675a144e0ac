/* SPDX-License-Identifier: ISC */
/*
 * POSIX queues, mq_overview(7).  On Linux a queue is a file descriptor, so poll(2) waits for messages, fstat(2) tells
 * whether the queue has lost its name, and inotify(7) reports when it does.
 */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "ipc/queue_kind.h"

static int fail(int err)
{
	errno = err;
	return -1;
}

static void posix_init(struct queue *queue)
{
	queue->own.posix.fd = queue->own.posix.waiting = -1;
}

static int finish_open(struct queue *queue)
{
	struct mq_attr attributes;

	if (queue->own.posix.fd == -1)
		return -1;
	if (mq_getattr(queue->own.posix.fd, &attributes) == -1)
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
	queue->own.posix.fd = mq_open(queue->object->name, flags_of(access));
	return finish_open(queue);
}

static int posix_create(struct queue *queue, enum queue_access access, mode_t mode, const struct queue_limits *limits)
{
	struct queue_limits full = queue_default_limits(limits);
	struct mq_attr attributes = {.mq_maxmsg = full.max_messages, .mq_msgsize = full.message_size};
	mode_t old = umask(0);

	queue->own.posix.fd = mq_open(queue->object->name, flags_of(access) | O_CREAT | O_EXCL, mode, &attributes);
	umask(old);
	return finish_open(queue);
}

static int posix_is_gone(struct queue *queue)
{
	struct stat st;

	if (queue->watched)
		monitor_drain(&queue->own.posix.monitor);
	return fstat(queue->own.posix.fd, &st) == 0 && st.st_nlink == 0;
}

static void posix_watch(struct queue *queue)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", queue->own.posix.fd);
	monitor_open(&queue->own.posix.monitor, path, IN_ATTRIB, 0);
	queue->descriptors[0] = queue->own.posix.fd;
	queue->descriptors[1] = monitor_descriptor(&queue->own.posix.monitor);
	queue->watched = 1;
}

/* Opens the queue once more in blocking mode: a call that waits itself saves the poll(2) before each message. */
static int open_waiting(struct queue *queue)
{
	struct stat one, other;
	char path[64];
	int flags, err;

	if (queue->own.posix.waiting != -1)
		return 0;
	flags = fcntl(queue->own.posix.fd, F_GETFL);
	if (flags == -1)
		return -1;
	flags = (flags & O_ACCMODE) | O_CLOEXEC;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", queue->own.posix.fd);
	queue->own.posix.waiting = open(path, flags);
	/* Without /proc the queue is opened by its name, which may belong to another queue by now. */
	if (queue->own.posix.waiting == -1)
		queue->own.posix.waiting = mq_open(queue->object->name, flags);
	if (queue->own.posix.waiting == -1)
		return fail(errno == ENOENT ? EIDRM : errno);
	err = fstat(queue->own.posix.fd, &one) == -1 || fstat(queue->own.posix.waiting, &other) == -1 ? errno : one.st_ino != other.st_ino ? EIDRM : 0;
	if (err != 0) {
		mq_close(queue->own.posix.waiting);
		queue->own.posix.waiting = -1;
		return fail(err);
	}
	/* The kernel does not wake a process that waits on a queue that is removed, so we look ourselves. */
	interrupt_beat();
	return 0;
}

static int send_waiting(struct queue *queue, const char *bytes, size_t size, long rank, const struct deadline *deadline)
{
	int result;

	if (open_waiting(queue) == -1)
		return -1;
	while ((result = queue_may_wait(deadline)) == 1) {
		if ((result = mq_send(queue->own.posix.waiting, bytes, size, (unsigned)rank)) == 0 || errno != EINTR)
			return queue_end_wait(result, deadline);
		if (posix_is_gone(queue))
			return queue_end_wait(fail(EIDRM), deadline);
	}
	return queue_end_wait(result == 0 ? fail(ETIMEDOUT) : -1, deadline);
}

static int posix_send(struct queue *queue, const char *bytes, size_t size, long rank, const struct deadline *deadline)
{
	if (queue->own.posix.waiting == -1 || !deadline_never(deadline)) {
		if (mq_send(queue->own.posix.fd, bytes, size, (unsigned)rank) == 0)
			return 0;
		/* EBADF: the queue was opened for receiving only, because its permission allows no more. */
		if (errno != EAGAIN && errno != EINTR)
			return fail(errno == EBADF ? EACCES : errno);
	}
	return send_waiting(queue, bytes, size, rank, deadline);
}

/* Gives the message room for the longest one that the queue may hold. */
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

/* Receives by `fd`, one of the queue's two descriptors. */
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
	return make_room(queue, message) == -1 ? -1 : receive(queue, queue->own.posix.fd, message);
}

static int posix_receive_wait(struct queue *queue, struct message *message, const struct deadline *deadline)
{
	int result;

	/* An alarm is set only if there is a deadline and the call must wait. */
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
		if ((result = receive(queue, queue->own.posix.waiting, message)) == 0 || errno != EINTR)
			return queue_end_wait(result, deadline);
		if (posix_is_gone(queue))
			return queue_end_wait(fail(EIDRM), deadline);
	}
	return queue_end_wait(result == 0 ? fail(ETIMEDOUT) : -1, deadline);
}

static long posix_count(struct queue *queue)
{
	struct mq_attr attributes;

	return mq_getattr(queue->own.posix.fd, &attributes) == -1 ? -1 : attributes.mq_curmsgs;
}

static int posix_remove(struct queue *queue)
{
	return mq_unlink(queue->object->name);
}

static void posix_close(struct queue *queue)
{
	if (queue->watched)
		monitor_close(&queue->own.posix.monitor);
	if (queue->own.posix.waiting != -1)
		mq_close(queue->own.posix.waiting);
	if (queue->own.posix.fd != -1)
		mq_close(queue->own.posix.fd);
	queue->watched = 0;
	queue->own.posix.fd = queue->own.posix.waiting = -1;
}

/* Whether EMFILE means that the process has as many descriptors as it may: mq_open(3) also says so of RLIMIT_MSGQUEUE. */
static int lacks_descriptors(void)
{
	int fd = epoll_create1(EPOLL_CLOEXEC);

	if (fd != -1)
		close(fd);
	return fd == -1;
}

static int posix_explain(const struct queue *queue, int err, char *text, size_t room)
{
	struct queue_limits full = queue_default_limits(&queue->limits);
	struct rlimit limit = {0, 0};

	if (!queue->creating)
		return 0;
	getrlimit(RLIMIT_MSGQUEUE, &limit);
	if (err == EMFILE && !lacks_descriptors())
		snprintf(text, room,
		         "%s: RLIMIT_MSGQUEUE (ulimit -q) allows %llu bytes for all queues of your user, those in other IPC namespaces "
		         "(containers) included, and this one costs %llu (--max-messages and --message-size lower that)",
		         strerror(err), (unsigned long long)limit.rlim_cur, queue_cost(&full));
	else if (err == EINVAL)
		snprintf(text, room, "%s: %ld messages of %ld bytes are more than fs.mqueue.msg_max or fs.mqueue.msgsize_max allow (sysctl)",
		         strerror(err), full.max_messages, full.message_size);
	else if (err == ENOSPC)
		snprintf(text, room, "%s: fs.mqueue.queues_max queues exist already (sysctl)", strerror(err));
	else
		return 0;
	return 1;
}

const struct queue_kind queue_posix = {
	.names = OBJECT_NAME,
	.rank = {.name = "priority", .variable = "MQ_PRIORITY", .option = 'p', .least = 0, .most = 32767, .normal = 0},
	.refusals = {
		[QUEUE_CHOOSES] = "a POSIX queue always gives the highest priority first: -t is for System V queues",
		[QUEUE_PEEKS] = "a message of a POSIX queue cannot be read without receiving it: --peek is for System V queues",
	},
	.init = posix_init,
	.open = posix_open,
	.create = posix_create,
	.remove = posix_remove,
	.close = posix_close,
	.explain = posix_explain,
	.send = posix_send,
	.receive = posix_receive,
	.receive_wait = posix_receive_wait,
	.watch = posix_watch,
	.is_gone = posix_is_gone,
	.count = posix_count,
};
