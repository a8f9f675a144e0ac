/* SPDX-License-Identifier: ISC */
/*
 * Message queues of every kind behind one interface.
 *
 * A message is bytes and a rank: a priority (POSIX: 0 to 32767, the highest is received first) or a type (System V: 1 to
 * LONG_MAX, by which a receiver chooses).  Calls return 0 or a count, or -1 with errno.  In addition to the errors of the
 * system calls: ENOENT for a System V id that does not exist, ETIMEDOUT after the deadline, EIDRM if the queue was
 * removed (POSIX: if it lost its name), EINTR only if interrupt_pending() or interrupt_child().
 *
 * All that is peculiar to a kind is in its struct queue_kind (queue_kind.h), which one file defines: queue_posix.c,
 * queue_sysv.c.  A new kind is such a file and its name in the list in queue.c; callers use the functions below.
 */
#ifndef QUEUE_H
#define QUEUE_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/deadline.h"
#include "base/monitor.h"
#include "ipc/object.h"
#include "ipc/queue_limits.h"

/* Forms of names that are names of queues, and those that name an existing one for certain. */
#define QUEUE_NAMES (OBJECT_NAME | OBJECT_SYSV | OBJECT_AMQP)
#define QUEUE_EXISTING (QUEUE_NAMES & ~(unsigned)OBJECT_PRIVATE)

/* The messages that a receiver chooses, as msgrcv(2) does. */
enum queue_choice {
	QUEUE_ANY,    /* the oldest (POSIX: of the highest priority) */
	QUEUE_EXACT,  /* the oldest of this type */
	QUEUE_UP_TO,  /* the oldest of the lowest type up to this one */
	QUEUE_EXCEPT, /* the oldest of any other type */
};

/*
 * The messages that a receiver is going to take.  A kind that fetches messages ahead of the calls that receive them must
 * not fetch more than `count` in all (UINT64_MAX: no limit), nor have more than `held` that were not accepted (0: no
 * limit).
 */
struct queue_wish {
	enum queue_choice choice;
	long type; /* for `choice` */
	uint64_t count;
	unsigned held;
	int keeps; /* a message that is returned must not be received again: it goes back when the queue is closed */
};

enum queue_access {
	QUEUE_SEND = 1,
	QUEUE_RECEIVE = 2,
};

/* Requests of a command line to a queue, which a kind may refuse. */
enum queue_ability {
	QUEUE_CHOOSES,      /* receive by type: -t */
	QUEUE_PEEKS,        /* read a message and leave it in the queue: --peek */
	QUEUE_COUNTS_MOST,  /* --max-messages */
	QUEUE_LIMITS_SIZE,  /* --message-size */
	QUEUE_HAS_MODE,     /* permission bits: -m */
	QUEUE_IS_EXCLUSIVE, /* fail to create a queue that exists: -x */
	QUEUE_ABILITIES
};

/* The number by which messages of a kind are ordered or chosen, as users meet it. */
struct queue_rank {
	const char *name;     /* "priority"; also its name in JSON */
	const char *variable; /* in the environment of a command that gets a message: "MQ_PRIORITY" */
	char option;          /* of mqsend(1) */
	long least, most, normal;
};

/* A message.  `bytes` is from malloc(3), has `room` bytes, and belongs to the owner of the structure. */
struct message {
	char *bytes;
	size_t size, room;
	long rank;
	enum { MESSAGE_UNKNOWN, MESSAGE_NEW, MESSAGE_REDELIVERED } delivery; /* whether it was received before, if the kind knows */
	uint64_t tag; /* the kind's own number for a message that must be accepted; 0: queue_accept() would do nothing */
};

struct queue_kind;

/* A queue.  Between queue_init() and a successful open or create only `object` and `kind` have a meaning. */
struct queue {
	const struct object *object;
	const struct queue_kind *kind;
	struct queue_wish wish; /* the caller sets it before the queue is opened; all zero: any message, without a limit */
	int64_t patience;       /* the same, for queues elsewhere: nanoseconds to wait for answers while opening; 0: a default */
	const char *ca;         /* the same: file of certificates that TLS trusts; NULL: the system's */
	int priorities;         /* the same, for queue_create(): messages will have ranks other than the normal one */
	uint64_t sent;          /* messages for which queue_send() returned 0 */
	size_t most;            /* bytes that a message may have */
	int id;                 /* System V; else -1 */
	int creating;           /* queue_create() was called last, not queue_open() */
	struct queue_limits limits; /* those that queue_create() was given */
	int watched;            /* `descriptors` are set */
	int ready;              /* receive() has a message at hand, whatever the descriptors report */
	int descriptors[2];     /* for poll(2): readable when there may be a message; when the queue may be gone.  -1: none */
	union {
		struct {
			int fd;      /* in non-blocking mode */
			int waiting; /* the same queue in blocking mode, or -1 until a call has to wait */
			struct monitor monitor;
		} posix;
		struct {
			char *scratch; /* type and bytes of a message in one piece */
			size_t room;
			struct message *copies; /* for queue_peek() in an order that is not the queue's */
			size_t count, copies_room;
		} sysv;
		void *module; /* of a kind that keeps its state elsewhere; from malloc(3) */
	} own;
};

/* Finds the kind of the queue by the form of its name; opens nothing. */
void queue_init(struct queue *queue, const struct object *object);

/* Opens a queue that exists. */
int queue_open(struct queue *queue, enum queue_access access);

/* Creates a queue with exactly this mode and opens it; EEXIST if it exists. */
int queue_create(struct queue *queue, enum queue_access access, mode_t mode, const struct queue_limits *limits);

/* Removes the queue from the system. */
int queue_remove(struct queue *queue);

/* Closes the queue and frees what it holds; also after an open that failed. */
void queue_close(struct queue *queue);

/* The rank of the queue's messages. */
const struct queue_rank *queue_rank(const struct queue *queue);

/* Returns whether the queue lies on another machine, or may: its messages then pass through a connection. */
int queue_is_remote(const struct queue *queue);

/* Returns NULL if the kind of queue that `object` names has this ability, or a sentence for users that says why not. */
const char *queue_refusal(const struct object *object, enum queue_ability ability);

/*
 * Writes the cause of the last failure, `err`, to `text` (`room` bytes) if the kind knows better than strerror(3): a
 * limit, or a message from elsewhere.  Returns 1 if it did, else 0.
 */
int queue_explain(const struct queue *queue, int err, char *text, size_t room);

/* Returns the name of the variable for rank number `index` of all kinds, or NULL after the last one. */
const char *queue_variable(size_t index);

/*
 * Sends a message, and waits until `deadline` for room.  A kind with confirmations may return before the message has
 * arrived: queue_settle() waits for that, and queue_unsettled() is the number of messages for which it must.
 */
int queue_send(struct queue *queue, const char *bytes, size_t size, long rank, const struct deadline *deadline);
uint64_t queue_unsettled(const struct queue *queue);

/*
 * Waits until the descriptor `fd`, from which the next message is to be read, can be read.  A kind with confirmations
 * meanwhile sends again what a full queue refused, and waits at most `timeout` nanoseconds for room (negative: for ever).
 * Returns 0, or -1 with errno if no further message can be sent, since the connection was lost for instance.
 */
int queue_await_input(struct queue *queue, int fd, int64_t timeout);

/* Returns the number of messages that the queue has taken for certain. */
uint64_t queue_taken(const struct queue *queue);

/*
 * Waits until all messages that were sent have arrived where a receiver finds them, and, even if none was sent, until a
 * queue that was just created loses nothing any more.  EIDRM if the queue was removed and still holds messages, which
 * nobody can find any more.
 */
int queue_settle(struct queue *queue, const struct deadline *deadline);

/* Sends a message that came from queue `from`, with its rank if both are of one kind, and settles it. */
int queue_forward(struct queue *queue, const struct queue *from, const struct message *message, const struct deadline *deadline);

/*
 * Receives a message from the first of `count` queues that has one at this moment.  Returns the index of that queue, or
 * -1 with EAGAIN if all are empty, and with another errno if queue `*failed` cannot be read.
 *
 * Each message that was received is to be ended by queue_accept() or queue_return().
 */
int queue_receive_now(struct queue **queues, int count, struct message *message, int *failed);

/*
 * The same after queue_receive_now() found nothing and all messages before were accepted or returned: a kind that is told
 * of messages asks now, so that EAGAIN means that each queue is empty.
 */
int queue_receive_last(struct queue **queues, int count, struct message *message, int *failed);

/*
 * The same, waiting until `deadline`.  Several queues of which one cannot be polled (System V) are looked at every few
 * milliseconds: no call waits for them together.
 */
int queue_receive_any(struct queue **queues, int count, struct message *message, const struct deadline *deadline,
                      int *failed);

/*
 * The message has served its purpose: the queue may forget it.  Only a message with a `tag` needs this call.  Returns -1 if
 * the queue can no longer be told, because its connection was lost: somebody will receive the message again.
 */
int queue_accept(struct queue *queue, const struct message *message);

/* Returns whether a message that was received, and neither accepted nor returned, is still the caller's. */
int queue_holds(const struct queue *queue, const struct message *message);

/*
 * Ends receiving, and waits until the queue has noted each message that was accepted.  Messages that were neither
 * accepted nor returned go back.  Returns 0, or -1 with errno if accepted messages may come again.
 */
int queue_finish(struct queue *queue, const struct deadline *deadline);

/* Returns whether the connection to the queue was lost, or the queue is for a while not usable, so that queue_reopen() may help. */
int queue_is_lost(const struct queue *queue);

/*
 * Connects again to a queue that was lost; messages that were received before cannot be accepted or returned any more, and
 * those that were sent and not settled are not sent again.
 */
int queue_reopen(struct queue *queue);

/*
 * Puts a message back into the queue that it was received from.  EIDRM also if that queue has lost its name, so that
 * nobody else can find the message.
 */
int queue_return(struct queue *queue, const struct message *message, const struct deadline *deadline);

/*
 * Copies the next message and leaves it in the queue.  `*cursor` is 0 for the first call; the messages come in the order
 * in which queue_receive_now() would give them.  ENOMSG after the last one, ENOSYS if the kernel lacks the call.
 */
int queue_peek(struct queue *queue, struct message *message, long *cursor);

/* The number of messages in the queue, or -1 with errno. */
long queue_count(struct queue *queue);

#endif
