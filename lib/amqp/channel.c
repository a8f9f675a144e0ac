/* SPDX-License-Identifier: ISC */
#include "amqp/channel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int channel_check(const struct channel *channel)
{
	int err = channel->lost != 0 ? channel->lost : channel->connection->lost;

	if (err == 0)
		return 0;
	errno = err;
	return -1;
}

const char *channel_cause(const struct channel *channel)
{
	return channel->lost != 0 ? channel->cause : channel->connection->cause;
}

int channel_send(struct channel *channel, amqp_method_number_t method, void *decoded, const struct deadline *deadline)
{
	if (channel_check(channel) == -1)
		return -1;
	return connection_send(channel->connection, channel->number, method, decoded, deadline);
}

static int is_answered(const struct channel *channel, amqp_method_number_t answer)
{
	return answer == 0 ? channel->reply != 0 : channel->reply == answer;
}

int channel_call(struct channel *channel, amqp_method_number_t method, void *decoded, amqp_method_number_t answer,
                 const struct deadline *deadline)
{
	int result;

	channel->reply = 0;
	if (channel_send(channel, method, decoded, deadline) == -1)
		return -1;
	while (!is_answered(channel, answer)) {
		if (channel_check(channel) == -1)
			return -1;
		result = connection_wait(channel->connection, deadline, 0);
		if (result == 0) {
			errno = ETIMEDOUT;
			return -1;
		}
		/* The answer, or what closed the channel, may be the last thing that came. */
		if (result == -1 && !is_answered(channel, answer) && channel->lost == 0)
			return -1;
	}
	return 0;
}

long channel_look(struct channel *channel, const char *queue, const struct deadline *deadline)
{
	amqp_queue_declare_t declare = {.queue = amqp_cstring_bytes(queue), .passive = 1};

	if (channel_call(channel, AMQP_QUEUE_DECLARE_METHOD, &declare, AMQP_QUEUE_DECLARE_OK_METHOD, deadline) == -1)
		return -1;
	return (long)channel->messages;
}

int channel_open(struct channel *channel, struct connection *connection, const struct channel_events *events, const struct deadline *deadline)
{
	amqp_channel_open_t open = {.out_of_band = amqp_empty_bytes};

	*channel = (struct channel){.connection = connection, .events = events, .number = ++connection->last_channel};
	channel->next = connection->channels;
	connection->channels = channel;
	return channel_send(channel, AMQP_CHANNEL_OPEN_METHOD, &open, deadline);
}

int channel_close(struct channel *channel, const struct deadline *deadline)
{
	amqp_channel_close_t close = {.reply_code = AMQP_REPLY_SUCCESS, .reply_text = amqp_empty_bytes};
	int result = channel_call(channel, AMQP_CHANNEL_CLOSE_METHOD, &close, AMQP_CHANNEL_CLOSE_OK_METHOD, deadline);

	if (result == 0) {
		channel->lost = ECONNRESET;
		snprintf(channel->cause, CAUSE_ROOM, "the queue is closed");
	}
	return result;
}

void channel_free(struct channel *channel)
{
	struct channel **link = &channel->connection->channels;

	while (*link != NULL && *link != channel)
		link = &(*link)->next;
	if (*link != NULL)
		*link = channel->next;
	free(channel->content.message.bytes);
	channel->content.message.bytes = NULL;
}

/* The broker closes the channel, for an error about the queue. */
static void take_close(struct channel *channel, const amqp_channel_close_t *close)
{
	char text[CAUSE_ROOM - 32];
	amqp_channel_close_ok_t ok = {0};

	connection_copy(text, sizeof(text), close->reply_text);
	snprintf(channel->cause, CAUSE_ROOM, "the broker refuses it: %s", text);
	channel->lost = connection_errno(close->reply_code);
	/* A queue that has not recovered; a command that ran for longer than the broker's consumer_timeout. */
	channel->transient = close->reply_code == 541 || strstr(text, "acknowledgement") != NULL;
	amqp_send_method(channel->connection->state, channel->number, AMQP_CHANNEL_CLOSE_OK_METHOD, &ok);
}

static void begin_content(struct channel *channel, enum content_kind kind, uint64_t tag, int redelivered)
{
	struct content *content = &channel->content;

	content->kind = kind;
	content->tag = tag;
	content->redelivered = redelivered;
	content->has_header = 0;
	content->answer = 0;
	content->message.size = 0;
}

static void take_return(struct channel *channel, const amqp_basic_return_t *returned)
{
	char text[128];

	connection_copy(text, sizeof(text), returned->reply_text);
	begin_content(channel, CONTENT_RETURNED, 0, 0);
	if (channel->events->returned != NULL)
		channel->events->returned(channel, text);
}

static void take_method(struct channel *channel, const amqp_method_t *method)
{
	const void *decoded = method->decoded;

	switch (method->id) {
	case AMQP_CHANNEL_CLOSE_METHOD: take_close(channel, decoded); break;
	case AMQP_BASIC_ACK_METHOD: {
		const amqp_basic_ack_t *ack = decoded;

		channel->events->confirmed(channel, ack->delivery_tag, ack->multiple, 1);
		break;
	}
	case AMQP_BASIC_NACK_METHOD: {
		const amqp_basic_nack_t *nack = decoded;

		channel->events->confirmed(channel, nack->delivery_tag, nack->multiple, 0);
		break;
	}
	case AMQP_BASIC_RETURN_METHOD: take_return(channel, decoded); break;
	case AMQP_BASIC_DELIVER_METHOD: {
		const amqp_basic_deliver_t *deliver = decoded;

		begin_content(channel, CONTENT_MESSAGE, deliver->delivery_tag, deliver->redelivered);
		break;
	}
	case AMQP_BASIC_GET_OK_METHOD: {
		const amqp_basic_get_ok_t *got = decoded;

		channel->messages = got->message_count;
		begin_content(channel, CONTENT_MESSAGE, got->delivery_tag, got->redelivered);
		channel->content.answer = method->id;
		break;
	}
	case AMQP_BASIC_CANCEL_METHOD: channel->events->cancelled(channel); break;
	case AMQP_QUEUE_DECLARE_OK_METHOD: {
		const amqp_queue_declare_ok_t *declared = decoded;

		channel->messages = declared->message_count;
		channel->reply = method->id;
		break;
	}
	default: channel->reply = method->id; break;
	}
}

/* Ends a content whose last byte has come. */
static void end_content(struct channel *channel)
{
	struct content *content = &channel->content;

	if (content->kind == CONTENT_MESSAGE)
		channel->events->message(channel, content);
	if (content->answer != 0)
		channel->reply = content->answer;
	content->kind = CONTENT_NONE;
}

static void take_header(struct channel *channel, const amqp_basic_properties_t *properties, uint64_t size)
{
	struct content *content = &channel->content;
	struct message *message = &content->message;

	message->rank = properties->_flags & AMQP_BASIC_PRIORITY_FLAG ? properties->priority : 0;
	content->left = size;
	content->has_header = 1;
	if (content->kind == CONTENT_MESSAGE && message->room < size) {
		char *bytes = size <= SIZE_MAX ? realloc(message->bytes, (size_t)size) : NULL;

		if (bytes == NULL) {
			channel->lost = ENOMEM;
			snprintf(channel->cause, CAUSE_ROOM, "%s: a message of %llu bytes", strerror(ENOMEM), (unsigned long long)size);
			content->kind = CONTENT_NONE;
			return;
		}
		message->bytes = bytes;
		message->room = (size_t)size;
	}
	if (size == 0)
		end_content(channel);
}

static void take_body(struct channel *channel, amqp_bytes_t body)
{
	struct content *content = &channel->content;

	if (!content->has_header || body.len > content->left)
		return;
	if (content->kind == CONTENT_MESSAGE) {
		memcpy(content->message.bytes + content->message.size, body.bytes, body.len);
		content->message.size += body.len;
	}
	content->left -= body.len;
	if (content->left == 0)
		end_content(channel);
}

void channel_take(struct channel *channel, const amqp_frame_t *frame)
{
	if (frame->frame_type == AMQP_FRAME_METHOD)
		take_method(channel, &frame->payload.method);
	else if (frame->frame_type == AMQP_FRAME_HEADER && channel->content.kind != CONTENT_NONE)
		take_header(channel, frame->payload.properties.decoded, frame->payload.properties.body_size);
	else if (frame->frame_type == AMQP_FRAME_BODY && channel->content.kind != CONTENT_NONE)
		take_body(channel, frame->payload.body_fragment);
}
