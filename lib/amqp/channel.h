/* SPDX-License-Identifier: ISC */
/*
 * Channels: one for each queue, in a connection that it may share.  An error about a queue closes its channel alone.
 */
#ifndef CHANNEL_H
#define CHANNEL_H

#include "amqp/connection.h"

struct channel;

/* A message as it comes in: from a consumer, as an answer to basic.get, or returned because no queue takes it. */
struct content {
	enum content_kind { CONTENT_NONE, CONTENT_MESSAGE, CONTENT_RETURNED } kind;
	uint64_t tag, left; /* bytes that have not come yet */
	int redelivered, has_header;
	amqp_method_number_t answer; /* channel->reply when it is complete, or 0 */
	struct message message;
};

/* Functions that are called while frames are read; they send nothing. */
struct channel_events {
	/* The broker took a message that was published, or all up to it, or refused them. */
	void (*confirmed)(struct channel *channel, uint64_t tag, int multiple, int taken);
	/* No queue takes a message; its confirmation follows. */
	void (*returned)(struct channel *channel, const char *text);
	/* The function takes the bytes by leaving others in their place. */
	void (*message)(struct channel *channel, struct content *content);
	/* The broker ended the consumer: its queue was deleted. */
	void (*cancelled)(struct channel *channel);
};

struct channel {
	struct channel *next;
	struct connection *connection;
	const struct channel_events *events;
	amqp_channel_t number;
	int lost; /* the errno of what closed it, or 0 */
	int transient;
	char cause[CAUSE_ROOM];

	amqp_method_number_t reply; /* the latest answer; 0: none since the latest call */
	uint32_t messages;          /* in the queue, as that answer says */
	struct content content;
};

/*
 * Asks for a channel of `connection`, without waiting for the answer: a call that follows takes no turn of its own, and
 * fails where the broker refuses the channel.  Returns 0, or -1 with errno, and then channel_cause() says why.
 */
int channel_open(struct channel *channel, struct connection *connection, const struct channel_events *events, const struct deadline *deadline);

/* Sends a method that nobody answers. */
int channel_send(struct channel *channel, amqp_method_number_t method, void *decoded, const struct deadline *deadline);

/*
 * Sends a method and waits until `deadline` for its answer, the method `answer` or, if that is 0, any; channel->reply is
 * the answer.  Returns 0, or -1 with errno.
 */
int channel_call(struct channel *channel, amqp_method_number_t method, void *decoded, amqp_method_number_t answer,
                 const struct deadline *deadline);

/* Looks whether a queue exists.  Returns how many of its messages nobody was given yet, or -1 with errno. */
long channel_look(struct channel *channel, const char *queue, const struct deadline *deadline);

/* Returns 0 if the channel can be used, else -1 with errno. */
int channel_check(const struct channel *channel);

/* Closes the channel: after 0 the broker has seen all that was sent before. */
int channel_close(struct channel *channel, const struct deadline *deadline);

/* Forgets the channel, closed or not. */
void channel_free(struct channel *channel);

/* Returns the sentence about what closed the channel or its connection; "" if nothing did. */
const char *channel_cause(const struct channel *channel);

/* Takes a frame of this channel; for connection.c. */
void channel_take(struct channel *channel, const amqp_frame_t *frame);

#endif
