/* SPDX-License-Identifier: ISC */
/*
 * Message queues, POSIX and System V behind one interface.
 *
 * A message is bytes and a rank: the priority of POSIX (0 to 32767, the highest is received first)
 * or the type of System V (1 to LONG_MAX, by which a receiver chooses).  Calls return 0 or a count,
 * or -1 with errno; beside what the system calls give: ENOENT for a System V id that does not exist,
 * ETIMEDOUT for a deadline that has passed, EIDRM where the queue was removed (of POSIX ones: where
 * its name is gone), EINTR only when interrupt_pending() or interrupt_child().
 */
#ifndef QUEUE_H
#define QUEUE_H

#include <limits.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/deadline.h"
#include "base/monitor.h"
#include "ipc/object.h"

/* The kinds of names that are queues. */
#define QUEUE_KINDS (OBJECT_NAME | OBJECT_SYSV)

#define QUEUE_PRIORITY_MOST 32767

/* Which messages are wanted of a System V queue, msgrcv(2). */
enum queue_choice {
	QUEUE_ANY,     /* the oldest */
	QUEUE_EXACT,   /* the oldest of this type */
	QUEUE_UP_TO,   /* the one of the lowest type up to this */
	QUEUE_EXCEPT,  /* the oldest of any other type */
};

struct queue_selector {
	enum queue_choice choice;
	long type;
};

/* What a new POSIX queue is to be like; 0: as the system has it. */
struct queue_limits {
	long max_messages, message_size;
};

enum queue_access {
	QUEUE_SEND = 1,
	QUEUE_RECEIVE = 2,
};

/* A message; `bytes` is malloc(3)ed with `room` bytes, and belongs to whoever declared it. */
struct message {
	char *bytes;
	size_t size, room;
	long rank;
};

struct queue;

/* What a kind of queue can do. */
struct queue_kind {
	const char *rank_name; /* "priority", "type" */
	long rank_default;
	int (*open)(struct queue *queue, enum queue_access access);
	int (*create)(struct queue *queue, enum queue_access access, mode_t mode, const struct queue_limits *limits);
	int (*send)(struct queue *queue, const char *bytes, size_t size, long rank, const struct deadline *deadline);
	/* EAGAIN where there is none now. */
	int (*receive)(struct queue *queue, struct message *message);
	/* Waits for one and receives it. */
	int (*receive_wait)(struct queue *queue, struct message *message, const struct deadline *deadline);
	/* From now on `notice` tells of a removal; NULL: the queue has no descriptor that can be polled. */
	void (*watch)(struct queue *queue);
	/*
	 * Looks at the next message from `*cursor` (0 at first) on, which stays where it is; ENOMSG behind
	 * the last one, ENOSYS where the kernel was built without.  NULL: cannot be done.
	 */
	int (*peek)(struct queue *queue, struct message *message, long *cursor);
	int (*is_gone)(struct queue *queue);
	long (*count)(struct queue *queue);
	int (*remove)(struct queue *queue);
	void (*close)(struct queue *queue);
};

/* A queue; between queue_init() and a successful open or create only `object` and `kind` are there. */
struct queue {
	const struct object *object;
	const struct queue_kind *kind;
	struct queue_selector selector;
	int fd;      /* POSIX: its descriptor, in non-blocking mode */
	int waiting; /* POSIX: another one in blocking mode, once it was needed */
	int id; /* System V */
	size_t most; /* bytes that a message may have */
	int watched; /* POSIX: `notice` is there */
	struct monitor monitor;
	char *scratch; /* System V: type and bytes in one piece */
	size_t scratch_room;
};

/* Knows the queue's kind by its name; opens nothing. */
void queue_init(struct queue *queue, const struct object *object);

/* Opens what is there. */
int queue_open(struct queue *queue, enum queue_access access);

/* Makes it, with just this mode; EEXIST where it is there. */
int queue_create(struct queue *queue, enum queue_access access, mode_t mode, const struct queue_limits *limits);

/* Sends, waiting until `deadline`. */
int queue_send(struct queue *queue, const char *bytes, size_t size, long rank, const struct deadline *deadline);

/*
 * The same for a message that was received and is to be there again: EIDRM also where it was sent but
 * the queue has lost its name, so that nobody else will find it.
 */
int queue_return(struct queue *queue, const struct message *message, const struct deadline *deadline);

/*
 * Takes a message from the first of `count` queues that has one, at this moment: its index, or -1 with
 * EAGAIN where none has one, and with another errno where queue `*failed` cannot be asked.
 */
int queue_receive_now(struct queue **queues, int count, struct message *message, int *failed);

/*
 * The same, waiting until `deadline`.  Several queues
 * of which one is of System V are looked at every few milliseconds: there is no call that waits for
 * them together.
 */
int queue_receive_any(struct queue **queues, int count, struct message *message, const struct deadline *deadline,
                      int *failed);

/* What a new queue of these limits costs against RLIMIT_MSGQUEUE, mq_overview(7). */
unsigned long long queue_cost(const struct queue_limits *limits);

/* The limits with those that are 0 as the system has them. */
struct queue_limits queue_default_limits(const struct queue_limits *limits);

void queue_close(struct queue *queue);

/*
 * For the kinds: before a call that may wait, 1 to try it, 0 past the deadline, -1 with EINTR.  The
 * call is then interrupted at the deadline.  And behind it, with its result: 0, or -1 with errno.
 */
int queue_may_wait(const struct deadline *deadline);
int queue_end_wait(int result, const struct deadline *deadline);

extern const struct queue_kind queue_posix, queue_sysv;

#endif
