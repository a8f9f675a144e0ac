/* SPDX-License-Identifier: ISC */
/* The functions that a kind of queue defines, for the files of the kinds and for queue.c, which alone calls them. */
#ifndef QUEUE_KIND_H
#define QUEUE_KIND_H

#include "ipc/queue.h"

/* The rank of messages on a broker, before and after its module is loaded. */
#define QUEUE_AMQP_RANK {.name = "priority", .variable = "MQ_PRIORITY", .option = 'p', .least = 0, .most = 255, .normal = 0}

/* A kind of queue.  The functions behave as those of the same name in queue.h; one that may be NULL says so. */
struct queue_kind {
	unsigned names; /* the forms of names, enum object_kind, that are queues of this kind */
	struct queue_rank rank;
	const char *refusals[QUEUE_ABILITIES]; /* NULL: the kind has this ability */

	/* NULL: all zero is right for `own`. */
	void (*init)(struct queue *queue);
	int (*open)(struct queue *queue, enum queue_access access);
	int (*create)(struct queue *queue, enum queue_access access, mode_t mode, const struct queue_limits *limits);
	int (*remove)(struct queue *queue);
	void (*close)(struct queue *queue);
	/* NULL: strerror(3) says enough. */
	int (*explain)(const struct queue *queue, int err, char *text, size_t room);

	int (*send)(struct queue *queue, const char *bytes, size_t size, long rank, const struct deadline *deadline);
	/* NULL: a message has arrived when send() returns. */
	int (*settle)(struct queue *queue, const struct deadline *deadline);
	int (*await_input)(struct queue *queue, int fd, int64_t timeout);
	uint64_t (*unsettled)(const struct queue *queue);
	uint64_t (*taken)(const struct queue *queue);

	/* EAGAIN if the queue is empty now. */
	int (*receive)(struct queue *queue, struct message *message);
	/* NULL: receive() knows for certain that the queue is empty. */
	int (*receive_last)(struct queue *queue, struct message *message);
	/* Waits for a message and receives it. */
	int (*receive_wait)(struct queue *queue, struct message *message, const struct deadline *deadline);
	/* Sets `descriptors`; from now on a removal is reported there.  NULL: the queue cannot be polled. */
	void (*watch)(struct queue *queue);
	/* NULL: a message is gone from the queue once it was received, and goes back by being sent again. */
	int (*accept)(struct queue *queue, const struct message *message);
	int (*give_back)(struct queue *queue, const struct message *message, const struct deadline *deadline);
	/* NULL: accept() is NULL, too. */
	int (*holds)(const struct queue *queue, const struct message *message);
	int (*finish)(struct queue *queue, const struct deadline *deadline);
	/* NULL: the queue is on this machine. */
	int (*is_lost)(const struct queue *queue);
	int (*reopen)(struct queue *queue);
	/* NULL with a refusal of QUEUE_PEEKS. */
	int (*peek)(struct queue *queue, struct message *message, long *cursor);

	/* Whether the queue was removed.  It is called at least once a second while several queues are waited for. */
	int (*is_gone)(struct queue *queue);
	long (*count)(struct queue *queue);
};

extern const struct queue_kind queue_posix, queue_sysv, queue_amqp;

/*
 * For kinds whose calls have no timeout.  queue_may_wait() is called before a call that may wait: 1 if it may begin, 0
 * after the deadline, -1 with EINTR; an alarm then interrupts the call at the deadline.  queue_end_wait() is called after
 * it, takes and returns its result, and keeps errno.
 */
int queue_may_wait(const struct deadline *deadline);
int queue_end_wait(int result, const struct deadline *deadline);

#endif
