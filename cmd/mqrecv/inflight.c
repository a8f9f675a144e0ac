/* SPDX-License-Identifier: ISC */
#include "inflight.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"

struct inflight_message {
	struct queue *queue;
	long rank;
	size_t raw, size; /* its bytes */
	size_t end;       /* of its output */
};

void inflight_init(struct inflight *box, int fd)
{
	*box = (struct inflight){.fd = fd};
}

/* Room for `more` elements of `width` bytes behind `count`, doubling. */
static int grow(void *array, size_t *room, size_t count, size_t more, size_t width)
{
	size_t want = *room ? *room : 4096 / width;
	void *old, *made;

	if (count + more <= *room)
		return 0;
	while (want < count + more)
		want *= 2;
	memcpy(&old, array, sizeof(old));
	made = reallocarray(old, want, width);
	if (made == NULL)
		return -1;
	memcpy(array, &made, sizeof(made));
	*room = want;
	return 0;
}

int inflight_hold(struct inflight *box, struct queue *queue, const struct message *message)
{
	if (grow(&box->raw, &box->raw_room, box->raw_size, message->size, 1) == -1 ||
	    grow(&box->messages, &box->messages_room, box->count, 1, sizeof(*box->messages)) == -1)
		return -1;
	if (message->size > 0)
		memcpy(box->raw + box->raw_size, message->bytes, message->size);
	box->messages[box->count++] = (struct inflight_message){
		.queue = queue,
		.rank = message->rank,
		.raw = box->raw_size,
		.size = message->size,
		.end = box->output_size,
	};
	box->raw_size += message->size;
	return 0;
}

char *inflight_reserve(struct inflight *box, size_t size)
{
	if (grow(&box->output, &box->output_room, box->output_size, size, 1) == -1)
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

/* Lets go of the messages whose output ended by `written`. */
static void release(struct inflight *box, size_t written)
{
	size_t done = 0;

	box->output_size = 0;
	if (box->count == 0)
		return;
	while (done < box->count && box->messages[done].end <= written)
		done++;
	/* A message without any output is through with the one before it, and not earlier. */
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
		struct message message = {box->raw + held->raw, held->size, held->size, held->rank};

		if (queue_return(held->queue, &message, deadline) == 0)
			++*returned;
		else
			lost(held->queue, &message, errno);
	}
	box->count = box->raw_size = box->output_size = 0;
}

void inflight_free(struct inflight *box)
{
	free(box->output);
	free(box->raw);
	free(box->messages);
}
