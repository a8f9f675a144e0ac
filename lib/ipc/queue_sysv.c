/* SPDX-License-Identifier: ISC */
/*
 * System V queues, sysvipc(7).  msgsnd(2) and msgrcv(2) have no timeout and cannot be polled, so a
 * wait that has an end is interrupted by an alarm that repeats.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>

#include "base/array.h"
#include "base/interrupt.h"
#include "ipc/queue_kind.h"
#include "ipc/sysv.h"

/* msgsnd(2) and msgrcv(2) take a message in one piece: the type, and then the bytes. */
#define HEAD sizeof(long)

#ifndef MSG_COPY
#define MSG_COPY 040000
#endif

static int fail(int err)
{
	errno = err;
	return -1;
}

static int reserve(struct queue *queue, size_t size)
{
	char *scratch;

	if (queue->own.sysv.room >= HEAD + size)
		return 0;
	scratch = realloc(queue->own.sysv.scratch, HEAD + size);
	if (scratch == NULL)
		return -1;
	queue->own.sysv.scratch = scratch;
	queue->own.sysv.room = HEAD + size;
	return 0;
}

/*
 * Finds the length of the longest message: kernel.msgmax, or the size of the whole queue if that is smaller, because
 * msgsnd(2) would wait for ever with a longer one.  Without read permission only kernel.msgmax is known.
 */
static int find_limits(struct queue *queue)
{
	struct msqid_ds ds;
	struct msginfo info;

	if (msgctl(0, IPC_INFO, (struct msqid_ds *)(void *)&info) == -1)
		return -1;
	queue->most = (size_t)info.msgmax;
	if (msgctl(queue->id, IPC_STAT, &ds) == 0) {
		if (ds.msg_qbytes < queue->most)
			queue->most = (size_t)ds.msg_qbytes;
		return 0;
	}
	return errno == EACCES ? 0 : sysv_fail_removed(errno);
}

static int sysv_open(struct queue *queue, enum queue_access access)
{
	(void)access; /* The kernel checks it at each call. */
	queue->id = sysv_find_queue(queue->object);
	if (queue->id == -1)
		return -1;
	if (find_limits(queue) == 0)
		return 0;
	/* The queue may have been removed after msgget(2). */
	return sysv_fail_missing(errno);
}

static int sysv_create(struct queue *queue, enum queue_access access, mode_t mode, const struct queue_limits *limits)
{
	key_t key;
	int saved;

	(void)access;
	(void)limits;
	if (queue->object->kind == OBJECT_ID)
		return fail(ENOENT);
	if (object_key(queue->object, &key) == -1)
		return -1;
	queue->id = msgget(key, IPC_CREAT | IPC_EXCL | (int)mode);
	if (queue->id == -1 || find_limits(queue) == 0)
		return queue->id == -1 ? -1 : 0;
	saved = errno;
	msgctl(queue->id, IPC_RMID, NULL);
	return fail(saved);
}

static int sysv_send(struct queue *queue, const char *bytes, size_t size, long rank, const struct deadline *deadline)
{
	int result;

	if (reserve(queue, size) == -1)
		return -1;
	memcpy(queue->own.sysv.scratch, &rank, HEAD);
	if (size > 0)
		memcpy(queue->own.sysv.scratch + HEAD, bytes, size);
	/* An alarm is set only if there is a deadline and the call must wait. */
	if (!deadline_never(deadline)) {
		if (msgsnd(queue->id, queue->own.sysv.scratch, size, IPC_NOWAIT) == 0)
			return 0;
		if (errno != EAGAIN && errno != EINTR)
			return sysv_fail_removed(errno);
	}
	while ((result = queue_may_wait(deadline)) == 1)
		if ((result = msgsnd(queue->id, queue->own.sysv.scratch, size, 0)) == 0 || errno != EINTR)
			return queue_end_wait(result == 0 ? 0 : sysv_fail_removed(errno), deadline);
	return queue_end_wait(result == 0 ? fail(ETIMEDOUT) : -1, deadline);
}

/* Sets `*type` to the argument of msgrcv(2) for the messages that are wanted; returns the flag that goes with it. */
static int type_of(const struct queue_wish *wish, long *type)
{
	*type = wish->choice == QUEUE_ANY ? 0 : wish->choice == QUEUE_UP_TO ? -wish->type : wish->type;
	return wish->choice == QUEUE_EXCEPT ? MSG_EXCEPT : 0;
}

/* Calls msgrcv(2) with as much room as the message takes; a message that is too long stays in the queue. */
static int receive(struct queue *queue, struct message *message, long type, int flags)
{
	ssize_t size;

	if (reserve(queue, queue->most) == -1)
		return -1;
	for (;;) {
		size = msgrcv(queue->id, queue->own.sysv.scratch, queue->own.sysv.room - HEAD, type, flags);
		if (size != -1)
			break;
		/* The message was sent when kernel.msgmax was larger. */
		if (errno != E2BIG)
			return -1;
		if (reserve(queue, 2 * queue->own.sysv.room) == -1)
			return -1;
	}
	if (message->room < (size_t)size || message->bytes == NULL) {
		char *bytes = realloc(message->bytes, queue->own.sysv.room);

		/* The message has left the queue, and must not be lost. */
		if (bytes == NULL) {
			if (!(flags & MSG_COPY))
				msgsnd(queue->id, queue->own.sysv.scratch, (size_t)size, IPC_NOWAIT);
			return fail(ENOMEM);
		}
		message->bytes = bytes;
		message->room = queue->own.sysv.room;
	}
	memcpy(&message->rank, queue->own.sysv.scratch, HEAD);
	memcpy(message->bytes, queue->own.sysv.scratch + HEAD, (size_t)size);
	message->size = (size_t)size;
	return 0;
}

static int sysv_receive(struct queue *queue, struct message *message)
{
	long type;
	int flags = type_of(&queue->wish, &type);

	if (receive(queue, message, type, flags | IPC_NOWAIT) == 0)
		return 0;
	return errno == ENOMSG ? fail(EAGAIN) : sysv_fail_removed(errno);
}

static int sysv_receive_wait(struct queue *queue, struct message *message, const struct deadline *deadline)
{
	long type;
	int flags = type_of(&queue->wish, &type), result;

	/* An alarm is set only if there is a deadline and the call must wait. */
	if (!deadline_never(deadline) && sysv_receive(queue, message) == 0)
		return 0;
	if (!deadline_never(deadline) && errno != EAGAIN)
		return -1;
	while ((result = interrupt_child() ? fail(EINTR) : queue_may_wait(deadline)) == 1)
		if ((result = receive(queue, message, type, flags)) == 0 || errno != EINTR)
			return queue_end_wait(result == 0 ? 0 : sysv_fail_removed(errno), deadline);
	return queue_end_wait(result == 0 ? fail(ETIMEDOUT) : -1, deadline);
}

/* Whether a receiver with this wish takes messages of this type. */
static int is_wanted(const struct queue_wish *wish, long type)
{
	switch (wish->choice) {
	case QUEUE_EXACT: return type == wish->type;
	case QUEUE_UP_TO: return type <= wish->type;
	case QUEUE_EXCEPT: return type != wish->type;
	default: return 1;
	}
}

static void forget_copies(struct queue *queue)
{
	size_t i;

	for (i = 0; i < queue->own.sysv.count; i++)
		free(queue->own.sysv.copies[i].bytes);
	free(queue->own.sysv.copies);
	queue->own.sysv.copies = NULL;
	queue->own.sysv.count = queue->own.sysv.copies_room = 0;
}

/* Orders messages as msgrcv(2) takes those up to a type: the lowest type first, and the oldest of those. */
static int compare_types(const void *one, const void *other)
{
	const struct message *a = one, *b = other;

	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return a->tag < b->tag ? -1 : 1;
}

/* Copies all messages that are wanted, in the order in which they would be received; `tag` is the place in the queue. */
static int copy_in_order(struct queue *queue)
{
	struct message message = {0}, *copies;
	long place;

	for (place = 0; receive(queue, &message, place, MSG_COPY | IPC_NOWAIT) == 0; place++) {
		if (!is_wanted(&queue->wish, message.rank))
			continue;
		copies = array_grow(queue->own.sysv.copies, &queue->own.sysv.copies_room, queue->own.sysv.count + 1, sizeof(*copies));
		if (copies == NULL)
			break;
		message.tag = (uint64_t)place;
		queue->own.sysv.copies = copies;
		copies[queue->own.sysv.count++] = message;
		message = (struct message){0};
	}
	free(message.bytes);
	if (errno != ENOMSG)
		return -1;
	if (queue->own.sysv.count > 0)
		qsort(queue->own.sysv.copies, queue->own.sysv.count, sizeof(*copies), compare_types);
	return 0;
}

/* Peeks at the messages up to a type, whose order is not that of the queue. */
static int peek_up_to(struct queue *queue, struct message *message, long *cursor)
{
	if (*cursor == 0 && copy_in_order(queue) == -1) {
		int err = errno;

		forget_copies(queue);
		return sysv_fail_removed(err);
	}
	if ((size_t)*cursor == queue->own.sysv.count)
		return fail(ENOMSG);
	free(message->bytes);
	*message = queue->own.sysv.copies[*cursor];
	queue->own.sysv.copies[(*cursor)++].bytes = NULL;
	return 0;
}

static int sysv_peek(struct queue *queue, struct message *message, long *cursor)
{
	if (queue->wish.choice == QUEUE_UP_TO)
		return peek_up_to(queue, message, cursor);
	do
		if (receive(queue, message, (*cursor)++, MSG_COPY | IPC_NOWAIT) == -1)
			return sysv_fail_removed(errno);
	while (!is_wanted(&queue->wish, message->rank));
	return 0;
}

static int is_gone(struct queue *queue)
{
	struct msqid_ds ds;

	return msgctl(queue->id, IPC_STAT, &ds) == -1 && sysv_is_gone(errno);
}

static long sysv_count(struct queue *queue)
{
	struct msqid_ds ds;

	return msgctl(queue->id, IPC_STAT, &ds) == -1 ? -1 : (long)ds.msg_qnum;
}

static int sysv_remove(struct queue *queue)
{
	return msgctl(queue->id, IPC_RMID, NULL) == -1 ? sysv_fail_removed(errno) : 0;
}

static void sysv_close(struct queue *queue)
{
	forget_copies(queue);
	free(queue->own.sysv.scratch);
	queue->own.sysv.scratch = NULL;
	queue->id = -1;
}

static int sysv_explain(const struct queue *queue, int err, char *text, size_t room)
{
	if (queue->creating && err == ENOSPC)
		snprintf(text, room, "%s: kernel.msgmni queues exist already (sysctl)", strerror(err));
	else if (queue->most > 0 && err == ENOSYS) /* The queue was opened, so all calls exist but for the flag of peeking. */
		snprintf(text, room, "%s (a kernel without CONFIG_CHECKPOINT_RESTORE has no MSG_COPY)", strerror(err));
	else
		return 0;
	return 1;
}

const struct queue_kind queue_sysv = {
	.names = OBJECT_SYSV,
	.rank = {.name = "type", .variable = "MQ_TYPE", .option = 't', .least = 1, .most = LONG_MAX, .normal = 1},
	.refusals = {
		[QUEUE_COUNTS_MOST] = "a System V queue limits its bytes only: --max-messages is for POSIX queues",
		[QUEUE_LIMITS_SIZE] = "a System V queue limits its bytes only: --message-size is for POSIX queues",
	},
	.open = sysv_open,
	.create = sysv_create,
	.remove = sysv_remove,
	.close = sysv_close,
	.explain = sysv_explain,
	.send = sysv_send,
	.receive = sysv_receive,
	.receive_wait = sysv_receive_wait,
	.peek = sysv_peek,
	.is_gone = is_gone,
	.count = sysv_count,
};
