/* SPDX-License-Identifier: ISC */
/* The limits of POSIX queues, and their cost against RLIMIT_MSGQUEUE: mq_overview(7), getrlimit(2). */
#ifndef QUEUE_LIMITS_H
#define QUEUE_LIMITS_H

/* Limits with which a queue is created; 0: the system's default. */
struct queue_limits {
	long max_messages, message_size;
};

/* Returns the limits with the system's defaults, fs.mqueue.msg_default and msgsize_default, in place of zeros. */
struct queue_limits queue_default_limits(const struct queue_limits *limits);

/* Returns the bytes of RLIMIT_MSGQUEUE that a queue with these limits takes, full or empty. */
unsigned long long queue_cost(const struct queue_limits *limits);

#endif
