/* SPDX-License-Identifier: ISC */
#include "inflight.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/io.h"

struct inflight_message {
	struct queue *queue;
	long rank;
	uint64_t tag;
	size_t raw, size; /* of the message: where it begins in `raw`, and its length */
	size_t end;       /* of its output, in `output` */
};

void inflight_init(struct inflight *box, int fd)
{
	*box = (struct inflight){.fd = fd};
}

/* Makes `*array` large enough for `more` elements after `count`: 0, or -1 with ENOMEM. */
static int reserve(char **array, size_t *room, size_t count, size_t more)
{
	char *grown;

	if (count + more <= *room)
		return 0;
	grown = array_grow(*array, room, count + more, 1);
	if (grown == NULL)
		return -1;
	*array = grown;
	return 0;
}

static int reserve_message(struct inflight *box)
{
	struct inflight_message *grown;

	if (box->count < box->messages_room)
		return 0;
	grown = array_grow(box->messages, &box->messages_room, box->count + 1, sizeof(*grown));
	if (grown == NULL)
		return -1;
	box->messages = grown;
	return 0;
}

int inflight_hold(struct inflight *box, struct queue *queue, const struct message *message)
{
	if (reserve(&box->raw, &box->raw_room, box->raw_size, message->size) == -1 || reserve_message(box) == -1)
		return -1;
	if (message->size > 0)
		memcpy(box->raw + box->raw_size, message->bytes, message->size);
	box->messages[box->count++] = (struct inflight_message){
		.queue = queue,
		.rank = message->rank,
		.tag = queue != NULL ? message->tag : 0,
		.raw = box->raw_size,
		.size = message->size,
		.end = box->output_size,
	};
	box->raw_size += message->size;
	return 0;
}

char *inflight_reserve(struct inflight *box, size_t size)
{
	if (reserve(&box->output, &box->output_room, box->output_size, size) == -1)
		return NULL;
	return box->output + box->output_size;
}

void inflight_commit(struct inflight *box, const char *end)
{
	box->output_size = (size_t)(end - box->output);
	box->messages[box->count - 1].end = box->output_size;
}

size_t inflight_waiting(const struct inflight *box)
{
	return box->output_size;
}

static struct message message_of(const struct inflight *box, const struct inflight_message *held)
{
	return (struct message){.bytes = box->raw + held->raw, .size = held->size, .room = held->size, .rank = held->rank, .tag = held->tag};
}

static void accept(struct inflight *box, const struct inflight_message *held)
{
	struct message message = message_of(box, held);

	if (queue_accept(held->queue, &message) == -1)
		box->unnoted++;
}

/* Accepts and forgets the messages whose output ends within the first `written` bytes. */
static void release(struct inflight *box, size_t written)
{
	size_t done;

	box->output_size = 0;
	for (done = 0; done < box->count && box->messages[done].end <= written; done++)
		if (box->messages[done].tag != 0)
			accept(box, &box->messages[done]);
	if (done == 0)
		return;
	/* A message without any output is done together with the one before it, not earlier. */
	memmove(box->messages, box->messages + done, (box->count - done) * sizeof(*box->messages));
	box->count -= done;
	if (box->count == 0)
		box->raw_size = 0;
}

int inflight_flush(struct inflight *box)
{
	size_t written = 0;
	int result = 0;

	while (written < box->output_size) {
		ssize_t put = write(box->fd, box->output + written, box->output_size - written);

		if (put != -1)
			written += (size_t)put;
		else if (io_wait_ready(box->fd, POLLOUT) == -1) {
			result = -1;
			break;
		}
	}
	release(box, result == 0 ? (size_t)-1 : written);
	return result;
}

void inflight_return(struct inflight *box, const struct deadline *deadline, size_t *returned,
                     void (*lost)(const struct queue *queue, const struct message *message, int err))
{
	size_t i;

	for (i = 0; i < box->count; i++) {
		const struct inflight_message *held = &box->messages[i];
		struct message message = message_of(box, held);

		if (queue_return(held->queue, &message, deadline) == 0)
			++*returned;
		else
			lost(held->queue, &message, errno);
	}
	inflight_forget(box);
}

void inflight_forget(struct inflight *box)
{
	box->count = box->raw_size = box->output_size = 0;
}

void inflight_free(struct inflight *box)
{
	free(box->output);
	free(box->raw);
	free(box->messages);
}
