/* SPDX-License-Identifier: ISC */
/*
 * Sending: publishing with confirmations.  Up to WINDOW messages are under way; a copy of each is kept, because a queue
 * that is full refuses messages, and they are sent again until it has room.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "amqp/remote.h"

/* Bytes of the messages under way.  A message that is longer goes alone, and its copy is freed at once. */
#define WINDOW_BYTES ((size_t)1 << 20)

/* Pauses before a message that was refused is sent again, in nanoseconds. */
#define FIRST_PAUSE INT64_C(10000000)
#define LONGEST_PAUSE INT64_C(500000000)

static struct publication *slot_of(struct sender *sender, uint64_t number)
{
	return &sender->window[number % WINDOW];
}

static int fail(struct remote *remote, int err, const char *cause)
{
	remote->failure.err = err;
	snprintf(remote->failure.cause, CAUSE_ROOM, "%s", cause);
	errno = err;
	return -1;
}

/* Moves a refused publication to the others, which are in the order in which they were sent first. */
static void refuse(struct sender *sender, struct publication *slot)
{
	struct publication *list = sender->refused, refused = *slot;
	unsigned at = sender->refused_count++;

	/* The slot keeps the buffer of the place that is taken. */
	slot->bytes = list[at].bytes;
	slot->room = list[at].room;
	for (; at > 0 && list[at - 1].order > refused.order; at--)
		list[at] = list[at - 1];
	list[at] = refused;
}

void send_confirmed(struct channel *channel, uint64_t tag, int multiple, int taken)
{
	struct sender *sender = &((struct remote *)channel)->sender;
	uint64_t number = multiple ? sender->first : tag;

	if (tag < sender->first || tag > sender->published)
		return;
	for (; number <= tag; number++) {
		struct publication *slot = slot_of(sender, number);

		if (!slot->is_open)
			continue;
		slot->is_open = 0;
		sender->open--;
		sender->bytes -= slot->size;
		if (!taken) {
			refuse(sender, slot);
			continue;
		}
		sender->taken++;
		if (slot->size > sender->largest)
			sender->largest = slot->size;
	}
	while (sender->first <= sender->published && !slot_of(sender, sender->first)->is_open)
		sender->first++;
}

void send_returned(struct channel *channel, const char *text)
{
	struct remote *remote = (struct remote *)channel;

	(void)text;
	remote->sender.missing++;
}

/* Fails because the deadline has passed, with the reason. */
static int fail_late(struct remote *remote)
{
	const char *late = remote->sender.waits ? "timed out: " : "";
	char cause[CAUSE_ROOM];

	if (remote->connection->blocked)
		snprintf(cause, sizeof(cause), "%sthe broker takes no messages now: %s", late, remote->connection->blocked_cause);
	else if (remote->sender.refused_count > 0)
		snprintf(cause, sizeof(cause), "%sthe queue is full", late);
	else
		snprintf(cause, sizeof(cause), "timed out: the broker has not confirmed");
	return fail(remote, ETIMEDOUT, cause);
}

/* Returns how long to wait for answers, and notes whether the caller waits for room. */
static struct deadline begin_wait(struct remote *remote, const struct deadline *deadline)
{
	remote->sender.waits = deadline_left(deadline) > 0;
	return remote_patience(deadline);
}

/* Fails since the channel is closed.  An error about a message that was alone under way means that it was not taken. */
static int fail_refused(struct remote *remote)
{
	int err = errno;

	if (remote->channel.lost != 0 && !remote->channel.transient && remote->sender.open == 1)
		remote->sender.open = 0;
	errno = err;
	return -1;
}

/* Waits for a frame.  A caller that does not want to wait waits for answers, but not while the broker is blocked. */
static int wait_frame(struct remote *remote, const struct deadline *deadline, const struct deadline *patience)
{
	int result;

	if (channel_check(&remote->channel) == -1)
		return fail_refused(remote);
	if (remote->connection->blocked && deadline_left(deadline) == 0)
		return fail_late(remote);
	result = connection_wait(remote->connection, patience, 0);
	return result == 0 ? fail_late(remote) : result == -1 ? fail_refused(remote) : 0;
}

static int publish(struct remote *remote, const char *bytes, size_t size, long rank, const struct deadline *patience)
{
	struct connection *connection = remote->connection;
	amqp_basic_properties_t properties = {._flags = AMQP_BASIC_DELIVERY_MODE_FLAG, .delivery_mode = AMQP_DELIVERY_PERSISTENT};
	amqp_bytes_t body = {.len = size, .bytes = (void *)(uintptr_t)bytes};
	int status;

	if (rank > 0) {
		properties._flags |= AMQP_BASIC_PRIORITY_FLAG;
		properties.priority = (uint8_t)rank;
	}
	host_guard(connection->fd, patience);
	status = amqp_basic_publish(connection->state, remote->channel.number, amqp_empty_bytes,
	                            amqp_cstring_bytes(remote->name.queue), 1, 0, &properties, body);
	return status == AMQP_STATUS_OK ? (host_unguard(), 0) : connection_fail(connection, status, host_unguard());
}

/* Publishes a message and notes it in the window; `copied`: its bytes are those of the slot. */
static int publish_next(struct remote *remote, const struct publication *what, const struct deadline *patience)
{
	struct sender *sender = &remote->sender;
	struct publication *slot = slot_of(sender, sender->published + 1);

	slot->is_open = 1;
	slot->order = what->order;
	slot->rank = what->rank;
	slot->size = what->size;
	sender->published++;
	sender->open++;
	sender->bytes += what->size;
	/* After a failure it is not known how much of the message the broker got: it counts as under way. */
	return publish(remote, what->bytes, what->size, what->rank, patience);
}

/* Sends the oldest message that was refused again, after a pause, and waits for what becomes of it. */
static int send_again(struct remote *remote, const struct deadline *deadline, const struct deadline *patience)
{
	struct sender *sender = &remote->sender;
	struct publication oldest = sender->refused[0], *slot;
	struct deadline pause = deadline_after(sender->pause);
	int result;

	if (deadline_left(deadline) == 0)
		return fail_late(remote);
	while ((result = connection_wait(remote->connection, deadline_left(deadline) < sender->pause ? deadline : &pause, 0)) > 0)
		continue;
	if (result == -1)
		return -1;
	sender->pause = sender->pause * 2 < LONGEST_PAUSE ? sender->pause * 2 : LONGEST_PAUSE;
	if (deadline_left(deadline) == 0)
		return fail_late(remote);
	sender->refused_count--;
	memmove(sender->refused, sender->refused + 1, sender->refused_count * sizeof(oldest));
	/* The buffer moves to the slot that the message gets, and that of the slot takes its place in the list. */
	slot = slot_of(sender, sender->published + 1);
	sender->refused[sender->refused_count] = (struct publication){.bytes = slot->bytes, .room = slot->room};
	slot->bytes = oldest.bytes;
	slot->room = oldest.room;
	if (publish_next(remote, &oldest, patience) == -1)
		return -1;
	while (sender->open > 0)
		if (wait_frame(remote, deadline, patience) == -1)
			return -1;
	if (sender->refused_count == 0 || sender->refused[0].order != oldest.order)
		sender->pause = FIRST_PAUSE;
	return 0;
}

/* Waits until no message is under way and none is refused. */
static int drain(struct remote *remote, const struct deadline *deadline, const struct deadline *patience)
{
	struct sender *sender = &remote->sender;

	for (;;) {
		if (sender->open > 0) {
			if (wait_frame(remote, deadline, patience) == -1)
				return -1;
		} else if (sender->missing > 0) {
			return fail(remote, ENOENT, "the queue does not exist any more, and the broker returned the message");
		} else if (sender->refused_count == 0) {
			return 0;
		} else if (send_again(remote, deadline, patience) == -1) {
			return -1;
		}
	}
}

/* Waits until a message of `size` bytes can be published. */
static int make_room(struct remote *remote, size_t size, const struct deadline *deadline, const struct deadline *patience)
{
	struct sender *sender = &remote->sender;
	int full = sender->published + 1 - sender->first >= WINDOW;

	/*
	 * A message that is too long closes the channel, and others under way are not confirmed any more: one that is longer
	 * than all before goes alone, and its confirmation is waited for.
	 */
	if (sender->open == 0 && sender->refused_count == 0 && sender->missing == 0)
		return 0;
	if (size > sender->largest || sender->bytes + size > WINDOW_BYTES)
		return drain(remote, deadline, patience);
	/* Confirmations are read in bulk: once the window is full, until half of it is free. */
	while (full && sender->published + 1 - sender->first > WINDOW / 2 && sender->refused_count == 0 && sender->missing == 0)
		if (wait_frame(remote, deadline, patience) == -1)
			return -1;
	return sender->refused_count > 0 || sender->missing > 0 || remote->connection->blocked ? drain(remote, deadline, patience) : 0;
}

/* Copies the bytes of a message into the next slot. */
static int copy(struct sender *sender, struct publication *what)
{
	struct publication *slot = slot_of(sender, sender->published + 1);

	if (slot->room < what->size) {
		char *bytes = realloc(slot->bytes, what->size);

		if (bytes == NULL)
			return -1;
		slot->bytes = bytes;
		slot->room = what->size;
	}
	if (what->size > 0)
		memcpy(slot->bytes, what->bytes, what->size);
	return 0;
}

/* Asks for confirmations; there is no answer to wait for. */
static int begin(struct remote *remote, const struct deadline *patience)
{
	amqp_confirm_select_t select = {.nowait = 1};
	struct sender *sender = &remote->sender;

	if (sender->confirms)
		return 0;
	sender->confirms = 1;
	sender->first = 1;
	sender->pause = FIRST_PAUSE;
	return channel_send(&remote->channel, AMQP_CONFIRM_SELECT_METHOD, &select, patience);
}

int send_message(struct queue *queue, const char *bytes, size_t size, long rank, const struct deadline *deadline)
{
	struct remote *remote = remote_of(queue);
	struct sender *sender = &remote->sender;
	struct deadline patience = begin_wait(remote, deadline);
	int result, is_trial = sender->taken == 0 || size > sender->largest;
	struct publication what = {.bytes = (char *)(uintptr_t)bytes, .size = size, .rank = rank, .order = ++sender->orders};

	remote->failure = (struct failure){0};
	if (channel_check(&remote->channel) == -1 || begin(remote, &patience) == -1 || make_room(remote, size, deadline, &patience) == -1)
		return -1;
	if (copy(sender, &what) == -1 || publish_next(remote, &what, &patience) == -1)
		return -1;
	if (size <= WINDOW_BYTES && !is_trial)
		return 0;
	result = drain(remote, deadline, &patience);
	if (size > WINDOW_BYTES)
		send_free(remote);
	return result;
}

int send_settle(struct queue *queue, const struct deadline *deadline)
{
	struct remote *remote = remote_of(queue);
	struct deadline patience = begin_wait(remote, deadline);
	int result;

	if (drain(remote, deadline, &patience) == -1)
		return -1;
	while ((result = deadline_left(&remote->safe) > 0 ? connection_wait(remote->connection, &remote->safe, 0) : 0) > 0)
		continue;
	return result;
}

int send_await_input(struct queue *queue, int fd, int64_t timeout)
{
	struct remote *remote = remote_of(queue);
	struct sender *sender = &remote->sender;
	struct pollfd p[] = {{.fd = fd, .events = POLLIN}, {.fd = remote->connection->fd, .events = POLLIN}};

	remote->failure = (struct failure){0};
	while (p[0].revents == 0) {
		if (host->pending()) {
			errno = EINTR;
			return -1;
		}
		connection_serve(remote->connection);
		if (channel_check(&remote->channel) == -1)
			return fail_refused(remote);
		if (sender->refused_count > 0 || sender->missing > 0) {
			struct deadline deadline = deadline_after(timeout), patience = begin_wait(remote, &deadline);

			if (drain(remote, &deadline, &patience) == -1)
				return -1;
		}
		/* The beat of the host ends this wait once a second, so that heartbeats are sent. */
		if (deadline_poll(p, 2, INT64_MAX) == -1 && errno != EINTR)
			return 0;
	}
	return 0;
}

static uint64_t confirmed(const struct sender *sender)
{
	/* The confirmation of a message that was returned follows it. */
	return sender->taken > sender->missing ? sender->taken - sender->missing : 0;
}

uint64_t send_unsettled(const struct queue *queue)
{
	struct remote *remote = remote_of(queue);

	/* Confirmations that have come count. */
	if (remote->sender.open > 0 && remote->connection != NULL && remote->connection->lost == 0)
		connection_serve(remote->connection);
	/* A confirmation of a queue that was just created is no promise yet. */
	return remote->sender.open + (deadline_left(&remote->safe) > 0 ? confirmed(&remote->sender) : 0);
}

uint64_t send_taken(const struct queue *queue)
{
	const struct remote *remote = remote_of(queue);

	return deadline_left(&remote->safe) > 0 ? 0 : confirmed(&remote->sender);
}

void send_free(struct remote *remote)
{
	struct sender *sender = &remote->sender;
	unsigned i;

	for (i = 0; i < WINDOW; i++) {
		free(sender->window[i].bytes);
		free(sender->refused[i].bytes);
		sender->window[i].bytes = sender->refused[i].bytes = NULL;
		sender->window[i].room = sender->refused[i].room = 0;
	}
}
