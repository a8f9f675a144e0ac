/* SPDX-License-Identifier: ISC */
/* A queue on a broker: what the files of the module share. */
#ifndef REMOTE_H
#define REMOTE_H

#include "amqp/channel.h"

/* Messages on their way that are not confirmed. */
#define WINDOW 64

/* A message that was published and is not confirmed. */
struct publication {
	int is_open;    /* in the window: the broker has not answered */
	char *bytes;    /* a copy, from malloc(3) */
	size_t size, room;
	long rank;
	uint64_t order; /* the place of the message among those that were sent */
};

struct sender {
	int confirms;       /* the channel is in that mode */
	uint64_t orders;    /* of the latest message */
	uint64_t published; /* sequence number of the latest publication */
	uint64_t first;     /* that of the oldest one that is open, or published + 1 */
	struct publication window[WINDOW]; /* by number modulo WINDOW */
	unsigned open;      /* publications that are open */
	size_t bytes;       /* of them */
	struct publication refused[WINDOW]; /* messages that the broker refused, in their order; after them buffers */
	unsigned refused_count;
	int64_t pause;      /* before the next attempt to send them, in nanoseconds */
	int waits;          /* the caller waits for room, until its deadline */
	uint64_t taken;     /* messages that were confirmed, and those that were returned */
	uint64_t missing;   /* messages that no queue takes */
	size_t largest;     /* size of the largest message that was confirmed */
};

struct receiver {
	int consuming;       /* a consumer is open */
	char tag[24];        /* its name */
	unsigned consumers;  /* that were opened */
	int gone;            /* the broker cancelled it */
	unsigned prefetch;   /* of the consumer */
	uint64_t received;   /* messages that came, in all */
	uint64_t at_start, acks; /* messages that came before the consumer was opened; acknowledgements since then */
	struct message *ready; /* messages that came and were not asked for, a ring */
	size_t first, count, room;
	uint64_t *accepted;  /* tags of messages that are to be acknowledged, in the order of the calls */
	size_t accepted_count, accepted_room;
	uint64_t settled;    /* no message up to this tag waits for an acknowledgement */
	int has_acknowledged; /* an acknowledgement was sent on this connection */
};

struct remote {
	struct channel channel; /* the first member: events get its address */
	struct queue *queue;
	struct broker_name name;
	struct broker_login login;
	enum queue_access access;
	uint64_t generation; /* counts connections, in the upper bits of tags */
	struct connection *connection;
	struct deadline safe; /* a queue that was just created may lose messages before */
	struct failure failure; /* of opening */
	struct sender sender;
	struct receiver receiver;
};

static inline struct remote *remote_of(const struct queue *queue)
{
	return queue->own.module;
}

/* Answers of the broker are waited for at least this long where the caller does not wait for room or for messages. */
#define ANSWER_TIME INT64_C(10000000000)

/* Returns `deadline`, or one ANSWER_TIME from now if it has passed already. */
struct deadline remote_patience(const struct deadline *deadline);

/* For send.c. */
int send_message(struct queue *queue, const char *bytes, size_t size, long rank, const struct deadline *deadline);
int send_settle(struct queue *queue, const struct deadline *deadline);
int send_await_input(struct queue *queue, int fd, int64_t timeout);
uint64_t send_unsettled(const struct queue *queue);
uint64_t send_taken(const struct queue *queue);
void send_free(struct remote *remote);
void send_confirmed(struct channel *channel, uint64_t tag, int multiple, int taken);
void send_returned(struct channel *channel, const char *text);

/* Messages that a consumer gets before it has acknowledged the first, unless the wish says otherwise. */
#define PREFETCH 64

/* Returns how many messages are still wanted; UINT64_MAX: no limit. */
uint64_t consumer_wanted(const struct remote *remote);

/* Opens a consumer, unless there is one or no further message is wanted. */
int consumer_begin(struct remote *remote, const struct deadline *deadline);

/* Ends the consumer, so that no further message comes; those that came before are at hand. */
int consumer_end(struct remote *remote, const struct deadline *deadline);

/*
 * Acknowledges what was accepted.  Each acknowledgement lets another message come, and one that is not wanted would go
 * back marked as redelivered: so the last ones wait until the last message that is wanted has come, and the consumer ends
 * before.
 */
int consumer_acknowledge(struct remote *remote, const struct deadline *deadline);

/* Acknowledges one message now. */
int consumer_acknowledge_one(struct remote *remote, uint64_t tag, const struct deadline *deadline);

/* For receive.c. */
int receive_at_hand(struct queue *queue, struct message *message);
int receive_last(struct queue *queue, struct message *message);
int receive_wait(struct queue *queue, struct message *message, const struct deadline *deadline);
void receive_watch(struct queue *queue);
int receive_accept(struct queue *queue, const struct message *message);
int receive_return(struct queue *queue, const struct message *message, const struct deadline *deadline);
int receive_holds(const struct queue *queue, const struct message *message);
int receive_finish(struct queue *queue, const struct deadline *deadline);
void receive_free(struct remote *remote);
void receive_message(struct channel *channel, struct content *content);
void receive_cancelled(struct channel *channel);

#endif
