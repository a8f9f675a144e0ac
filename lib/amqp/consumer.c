/* SPDX-License-Identifier: ISC */
/* The consumer of a queue, and acknowledgements, which let further messages come to it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "amqp/remote.h"

int consumer_end(struct remote *remote, const struct deadline *deadline)
{
	amqp_basic_cancel_t cancel = {.consumer_tag = amqp_cstring_bytes(remote->receiver.tag)};

	if (!remote->receiver.consuming)
		return 0;
	if (channel_call(&remote->channel, AMQP_BASIC_CANCEL_METHOD, &cancel, AMQP_BASIC_CANCEL_OK_METHOD, deadline) == -1)
		return -1;
	remote->receiver.consuming = 0;
	/* A poll for messages begins with a consumer again. */
	remote->queue->watched = 0;
	return 0;
}

static int acknowledge(struct remote *remote, uint64_t tag, int multiple, const struct deadline *deadline)
{
	amqp_basic_ack_t ack = {.delivery_tag = tag, .multiple = multiple};

	remote->receiver.has_acknowledged = 1;
	return channel_send(&remote->channel, AMQP_BASIC_ACK_METHOD, &ack, deadline);
}

/* Acknowledges the first `count` messages that were accepted: with one method if no older one is left, else each. */
static int acknowledge_first(struct remote *remote, size_t count, const struct deadline *deadline)
{
	struct receiver *receiver = &remote->receiver;
	const uint64_t *tags = receiver->accepted;
	size_t i, run = 0;
	int result = 0;

	while (run < count && tags[run] == receiver->settled + run + 1)
		run++;
	if (run > 0) {
		receiver->settled += run;
		result = acknowledge(remote, tags[run - 1], run > 1, deadline);
	}
	for (i = run; i < count && result == 0; i++)
		result = acknowledge(remote, tags[i], 0, deadline);
	receiver->acks += count;
	receiver->accepted_count -= count;
	memmove(receiver->accepted, receiver->accepted + count, receiver->accepted_count * sizeof(*receiver->accepted));
	return result;
}

int consumer_acknowledge(struct remote *remote, const struct deadline *deadline)
{
	struct receiver *receiver = &remote->receiver;
	uint64_t count = receiver->accepted_count, most = remote->queue->wish.count, spoken_for;

	if (count == 0)
		return 0;
	if (receiver->consuming && most != 0 && most != UINT64_MAX) {
		if (receiver->received >= most && consumer_end(remote, deadline) == -1)
			return -1;
		spoken_for = receiver->at_start + receiver->acks + receiver->prefetch;
		if (receiver->consuming && count > most - spoken_for)
			count = most - spoken_for;
	}
	return count > 0 ? acknowledge_first(remote, (size_t)count, deadline) : 0;
}

uint64_t consumer_wanted(const struct remote *remote)
{
	uint64_t count = remote->queue->wish.count, received = remote->receiver.received;

	return count == 0 ? UINT64_MAX : count > received ? count - received : 0;
}

int consumer_begin(struct remote *remote, const struct deadline *deadline)
{
	struct receiver *receiver = &remote->receiver;
	unsigned held = remote->queue->wish.held;
	uint64_t most = consumer_wanted(remote);
	amqp_basic_qos_t limit = {0};
	amqp_basic_consume_t consume = {.queue = amqp_cstring_bytes(remote->name.queue), .consumer_tag = amqp_empty_bytes};

	if (receiver->consuming || most == 0)
		return 0;
	receiver->prefetch = held > 0 ? held : PREFETCH;
	if (receiver->prefetch > most)
		receiver->prefetch = (unsigned)most;
	receiver->at_start = receiver->received;
	receiver->acks = 0;
	/*
	 * A quorum queue mixes the messages of two consumers up if the second has the tag of the first, of which some are not
	 * acknowledged (RabbitMQ 3.10): they would come again.
	 */
	snprintf(receiver->tag, sizeof(receiver->tag), "mqrecv%u", ++receiver->consumers);
	consume.consumer_tag = amqp_cstring_bytes(receiver->tag);
	limit.prefetch_count = (uint16_t)receiver->prefetch;
	if (channel_send(&remote->channel, AMQP_BASIC_QOS_METHOD, &limit, deadline) == -1)
		return -1;
	/* Messages may come before the answer. */
	receiver->consuming = 1;
	if (channel_call(&remote->channel, AMQP_BASIC_CONSUME_METHOD, &consume, AMQP_BASIC_CONSUME_OK_METHOD, deadline) == 0)
		return 0;
	receiver->consuming = 0;
	return -1;
}

int consumer_acknowledge_one(struct remote *remote, uint64_t tag, const struct deadline *deadline)
{
	return acknowledge(remote, tag, 0, deadline);
}
