/* SPDX-License-Identifier: ISC */
/*
 * Receiving.  A consumer gets messages as they come, up to its prefetch; basic.get is asked where the answer "empty" is
 * wanted, and never while there is a consumer, which would change the order.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "amqp/remote.h"
#include "base/array.h"

/* Without a message for this time, in nanoseconds, the broker is asked whether there is one. */
#define IDLE INT64_C(20000000)
/* Without a message for this time none is on its way. */
#define LULL INT64_C(1000000000)

/* A tag is the number of the connection and, in the lower bits, that of the message in its channel. */
#define TAG_BITS 48
#define TAG_MASK ((UINT64_C(1) << TAG_BITS) - 1)

static int fail(struct remote *remote, int err, const char *cause)
{
	remote->failure.err = err;
	snprintf(remote->failure.cause, CAUSE_ROOM, "%s", cause);
	errno = err;
	return -1;
}

/* Adds room to the ring of messages that came: 0, or -1 with ENOMEM. */
static int grow(struct receiver *receiver)
{
	size_t room = receiver->room > 0 ? receiver->room * 2 : 4, i;
	struct message *ready = calloc(room, sizeof(*ready));

	if (ready == NULL)
		return -1;
	for (i = 0; i < receiver->room; i++)
		ready[i] = receiver->ready[(receiver->first + i) % receiver->room];
	free(receiver->ready);
	receiver->ready = ready;
	receiver->room = room;
	receiver->first = 0;
	return 0;
}

void receive_message(struct channel *channel, struct content *content)
{
	struct remote *remote = (struct remote *)channel;
	struct receiver *receiver = &remote->receiver;
	struct message *slot, old;

	if (receiver->count == receiver->room && grow(receiver) == -1) {
		channel->lost = ENOMEM;
		snprintf(channel->cause, CAUSE_ROOM, "%s", strerror(ENOMEM));
		return;
	}
	slot = &receiver->ready[(receiver->first + receiver->count++) % receiver->room];
	old = *slot;
	*slot = content->message;
	slot->tag = (remote->generation << TAG_BITS) | (content->tag & TAG_MASK);
	slot->delivery = content->redelivered ? MESSAGE_REDELIVERED : MESSAGE_NEW;
	content->message = (struct message){.bytes = old.bytes, .room = old.room};
	receiver->received++;
	remote->queue->ready = 1;
}

void receive_cancelled(struct channel *channel)
{
	struct receiver *receiver = &((struct remote *)channel)->receiver;

	receiver->gone = 1;
	receiver->consuming = 0;
}

/* Hands the oldest message that came to the caller, and takes the caller's buffer for a later one. */
static void take(struct remote *remote, struct message *message)
{
	struct receiver *receiver = &remote->receiver;
	struct message *slot = &receiver->ready[receiver->first], old = *message;

	*message = *slot;
	*slot = (struct message){.bytes = old.bytes, .room = old.room};
	receiver->first = (receiver->first + 1) % receiver->room;
	receiver->count--;
	remote->queue->ready = receiver->count > 0;
}

/* Asks for one message: 1 if it is at hand now, 0 if the queue is empty, -1 with errno. */
static int get(struct remote *remote, const struct deadline *deadline)
{
	amqp_basic_get_t get = {.queue = amqp_cstring_bytes(remote->name.queue)};

	if (channel_call(&remote->channel, AMQP_BASIC_GET_METHOD, &get, 0, deadline) == -1)
		return -1;
	return remote->channel.reply == AMQP_BASIC_GET_OK_METHOD;
}

/* Returns 0 if messages can come, else -1 with errno; what is at hand of a lost connection is somebody else's by now. */
static int check(struct remote *remote)
{
	struct receiver *receiver = &remote->receiver;

	if (channel_check(&remote->channel) == -1) {
		receiver->count = 0;
		remote->queue->ready = 0;
		return -1;
	}
	if (receiver->gone && receiver->count == 0)
		return fail(remote, EIDRM, "the queue was deleted");
	return 0;
}

/* Takes a message that has come: 0, or -1 with errno, EAGAIN if there is none. */
static int take_at_hand(struct remote *remote, struct message *message)
{
	if (check(remote) == -1)
		return -1;
	if (remote->receiver.count == 0) {
		errno = EAGAIN;
		return -1;
	}
	take(remote, message);
	return 0;
}

int receive_at_hand(struct queue *queue, struct message *message)
{
	struct remote *remote = remote_of(queue);
	struct deadline deadline = deadline_after(ANSWER_TIME);

	remote->failure = (struct failure){0};
	if (check(remote) == -1 || consumer_acknowledge(remote, &deadline) == -1)
		return -1;
	if (remote->receiver.count == 0)
		connection_serve(remote->connection);
	return take_at_hand(remote, message);
}

/* Ends the consumer for lack of messages and acknowledges what waits; the next consumer gets as many as are still wanted. */
static int begin_anew(struct remote *remote)
{
	struct deadline deadline = deadline_after(ANSWER_TIME);

	return consumer_end(remote, &deadline) == -1 || consumer_acknowledge(remote, &deadline) == -1 || consumer_begin(remote, &deadline) == -1 ? -1 : 0;
}

/* Waits for messages of the consumer: 1 if one is at hand, 0 after the deadline, -1 with errno. */
static int await(struct remote *remote, const struct deadline *deadline)
{
	struct deadline lull = deadline_after(LULL);
	int result, waits;

	while (remote->receiver.count == 0) {
		/* A message that waits for its acknowledgement without need would come twice if we were killed. */
		waits = remote->receiver.accepted_count > 0 && deadline_left(&lull) < deadline_left(deadline);
		result = connection_wait(remote->connection, waits ? &lull : deadline, 1);
		if (check(remote) == -1 || result == -1)
			return -1;
		if (result == 0 && remote->receiver.count == 0) {
			if (!waits)
				return 0;
			if (begin_anew(remote) == -1)
				return -1;
		}
	}
	return 1;
}

/*
 * Waits for a message of the consumer until the queue has none, as far as the broker knows: 1 if one is at hand, 0, or -1
 * with errno.  A quorum queue keeps a message back that is on its way while the consumer ends, until the channel ends: so
 * the consumer stays while the queue has messages that it may get.
 */
static int await_rest(struct remote *remote)
{
	struct deadline deadline = deadline_after(ANSWER_TIME), lull = deadline_after(LULL), idle;
	long ready = 1;
	int result = 0;

	while (result == 0 && ready > 0 && deadline_left(&lull) > 0) {
		idle = deadline_after(IDLE);
		result = await(remote, &idle);
		if (result == 0)
			ready = channel_look(&remote->channel, remote->name.queue, &deadline);
		if (result == -1 || ready == -1)
			return -1;
	}
	idle = deadline_after(IDLE);
	return result == 0 ? await(remote, &idle) : result;
}

static int ask_last(struct queue *queue, struct message *message)
{
	struct remote *remote = remote_of(queue);
	struct receiver *receiver = &remote->receiver;
	struct deadline deadline = deadline_after(ANSWER_TIME);
	int result = receive_at_hand(queue, message);

	if (result == 0 || errno != EAGAIN)
		return result;
	if (receiver->consuming && await_rest(remote) == -1)
		return -1;
	if (receiver->count == 0 && consumer_end(remote, &deadline) == -1)
		return -1;
	if (receiver->count == 0) {
		result = get(remote, &deadline);
		/* Each question takes a turn; a consumer is faster where many messages are left. */
		if (result == -1 || (result == 1 && queue->wish.held == 0 && remote->channel.messages >= PREFETCH && consumer_begin(remote, &deadline) == -1))
			return -1;
	}
	return take_at_hand(remote, message);
}

int receive_last(struct queue *queue, struct message *message)
{
	int result = ask_last(queue, message);

	return result == -1 && errno == ETIMEDOUT ? fail(remote_of(queue), ETIMEDOUT, "timed out: the broker does not answer") : result;
}

int receive_wait(struct queue *queue, struct message *message, const struct deadline *deadline)
{
	struct remote *remote = remote_of(queue);
	struct deadline patience = remote_patience(deadline);
	int result = receive_at_hand(queue, message);

	if (result == 0 || errno != EAGAIN)
		return result;
	/* One message is one question, where a consumer takes three. */
	if (!remote->receiver.consuming && consumer_wanted(remote) == 1) {
		result = get(remote, &patience);
		if (result != 0)
			return result == -1 ? -1 : take_at_hand(remote, message);
	}
	if (consumer_begin(remote, &patience) == -1)
		return -1;
	result = await(remote, deadline);
	if (result == 1)
		return take_at_hand(remote, message);
	if (result == 0)
		errno = ETIMEDOUT;
	return -1;
}

void receive_watch(struct queue *queue)
{
	struct remote *remote = remote_of(queue);
	struct deadline deadline = deadline_after(ANSWER_TIME);

	/* A failure is reported by the next call that receives. */
	consumer_begin(remote, &deadline);
	queue->descriptors[0] = remote->connection->fd;
	queue->descriptors[1] = -1;
	queue->watched = 1;
}

int receive_accept(struct queue *queue, const struct message *message)
{
	struct remote *remote = remote_of(queue);
	struct receiver *receiver = &remote->receiver;
	struct deadline deadline = deadline_after(ANSWER_TIME);
	uint64_t tag = message->tag & TAG_MASK, *grown;

	if (message->tag >> TAG_BITS != remote->generation)
		return fail(remote, ECONNRESET, "the connection was lost");
	if (channel_check(&remote->channel) == -1)
		return -1;
	if (receiver->accepted_count == receiver->accepted_room) {
		grown = array_grow(receiver->accepted, &receiver->accepted_room, receiver->accepted_count + 1, sizeof(*grown));
		if (grown == NULL)
			return consumer_acknowledge_one(remote, tag, &deadline);
		receiver->accepted = grown;
	}
	receiver->accepted[receiver->accepted_count++] = tag;
	return 0;
}

int receive_return(struct queue *queue, const struct message *message, const struct deadline *deadline)
{
	struct remote *remote = remote_of(queue);
	struct receiver *receiver = &remote->receiver;
	amqp_basic_nack_t nack = {.delivery_tag = message->tag & TAG_MASK, .requeue = 1};

	/* At the end of a channel or connection, lost or not, the broker takes back all that was not acknowledged. */
	if (message->tag >> TAG_BITS != remote->generation || channel_check(&remote->channel) == -1 || queue->wish.keeps || host->requested())
		return 0;
	if (consumer_acknowledge(remote, deadline) == -1)
		return 0;
	if (nack.delivery_tag == receiver->settled + 1)
		receiver->settled++;
	channel_send(&remote->channel, AMQP_BASIC_NACK_METHOD, &nack, deadline);
	return 0;
}

int receive_holds(const struct queue *queue, const struct message *message)
{
	const struct remote *remote = remote_of(queue);

	return message->tag >> TAG_BITS == remote->generation && channel_check(&remote->channel) == 0;
}

int receive_finish(struct queue *queue, const struct deadline *deadline)
{
	struct remote *remote = remote_of(queue);
	int is_at_stake = remote->receiver.accepted_count > 0 || remote->receiver.has_acknowledged;

	if (channel_check(&remote->channel) == 0 && consumer_end(remote, deadline) == 0 && consumer_acknowledge(remote, deadline) == 0 &&
	    channel_close(&remote->channel, deadline) == 0)
		return 0;
	/* Without an acknowledgement that may be lost, the broker knows all that it must. */
	return is_at_stake ? -1 : 0;
}

void receive_free(struct remote *remote)
{
	struct receiver *receiver = &remote->receiver;
	size_t i;

	for (i = 0; i < receiver->room; i++)
		free(receiver->ready[i].bytes);
	free(receiver->ready);
	free(receiver->accepted);
	*receiver = (struct receiver){0};
}
