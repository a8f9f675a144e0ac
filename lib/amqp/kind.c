/* SPDX-License-Identifier: ISC */
/*
 * The kind of queue that the module amqp.so is: queues on brokers that speak AMQP 0-9-1, such as RabbitMQ.
 *
 *	kind.c		opening, creating, closing; the one symbol of the module
 *	send.c		publishing with confirmations
 *	receive.c	messages that came, and asking for more
 *	consumer.c	the consumer, and acknowledgements
 *	channel.c	a queue's channel: calls, messages as they come in
 *	connection.c	connections that queues share, reading frames, heartbeats
 *	connect.c	socket, TLS, login
 *	host.c		the tool's signals, and ending calls of the library that heed none
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "amqp/remote.h"

/* The longest message that RabbitMQ can be configured to take. */
#define MESSAGE_MOST ((size_t)512 << 20)
/* Nanoseconds for connecting, where the caller sets no limit. */
#define CONNECT_TIME INT64_C(10000000000)
#define CLOSE_TIME INT64_C(5000000000)
/*
 * Nanoseconds after its creation during which a queue may lose messages that it confirmed, should the broker be killed.
 * RabbitMQ 3.10 and 4.0 lost the messages of quorum queues up to 0.5 s, and some classic queues whole: the log of the
 * broker's database may wait two seconds before it writes.
 */
#define UNSAFE_TIME INT64_C(2500000000)
/* The pause between two attempts to open a queue that has not recovered yet. */
#define RECOVERY_PAUSE INT64_C(200000000)

static const struct channel_events events = {
	.confirmed = send_confirmed,
	.returned = send_returned,
	.message = receive_message,
	.cancelled = receive_cancelled,
};

struct deadline remote_patience(const struct deadline *deadline)
{
	return deadline_left(deadline) == 0 ? deadline_after(ANSWER_TIME) : *deadline;
}

static void begin(const struct queue_host *functions)
{
	host_begin(functions);
	host->on_pause(connection_serve_all);
}

static int prepare(struct queue *queue, const struct broker_name *name, const struct broker_login *login)
{
	struct remote *remote = calloc(1, sizeof(*remote));

	if (remote == NULL)
		return -1;
	remote->queue = queue;
	remote->name = *name;
	remote->login = *login;
	remote->safe = deadline_after(0);
	queue->own.module = remote;
	return 0;
}

/* Gives channel and connection up, open or not. */
static void disconnect(struct remote *remote)
{
	struct deadline deadline = deadline_after(CLOSE_TIME);

	if (remote->connection == NULL)
		return;
	channel_free(&remote->channel);
	connection_put(remote->connection, &deadline);
	remote->connection = NULL;
	remote->channel = (struct channel){.lost = ECONNRESET, .cause = "the connection is lost"};
}

/* Keeps what closed the channel, for explain(), since the channel itself is given up. */
static int fail(struct remote *remote)
{
	int err = errno;

	remote->failure.err = err;
	if (channel_check(&remote->channel) == -1) {
		remote->failure.transient = remote->channel.lost != 0 ? remote->channel.transient : remote->connection->transient;
		snprintf(remote->failure.cause, CAUSE_ROOM, "%s", channel_cause(&remote->channel));
	} else if (err == ETIMEDOUT) {
		remote->failure.transient = 1;
		snprintf(remote->failure.cause, CAUSE_ROOM, "timed out: the broker does not answer");
	}
	disconnect(remote);
	errno = err;
	return -1;
}

/* Connects, and opens a channel. */
static int connect_queue(struct remote *remote, const struct deadline *deadline)
{
	struct connection_wish wish = {
		.name = &remote->name,
		.login = &remote->login,
		.receives = (remote->access & QUEUE_RECEIVE) != 0,
		.ca = remote->queue->ca,
		.deadline = *deadline,
	};

	remote->failure = (struct failure){0};
	remote->connection = connection_get(&wish, &remote->failure);
	if (remote->connection == NULL)
		return -1;
	/* The tool serves the connection while it waits for something else. */
	host->beat();
	remote->generation++;
	return channel_open(&remote->channel, remote->connection, &events, deadline) == -1 ? fail(remote) : 0;
}

static amqp_table_entry_t number_entry(const char *key, int32_t value)
{
	return (amqp_table_entry_t){.key = amqp_cstring_bytes(key), .value = {.kind = AMQP_FIELD_KIND_I32, .value.i32 = value}};
}

static amqp_table_entry_t text_entry(const char *key, const char *value)
{
	return (amqp_table_entry_t){.key = amqp_cstring_bytes(key),
	                            .value = {.kind = AMQP_FIELD_KIND_UTF8, .value.bytes = amqp_cstring_bytes(value)}};
}

/* Returns whether a new queue is a quorum queue, which is replicated where the broker is a cluster. */
static int is_quorum(const struct remote *remote)
{
	return remote->connection->major > 0 && !remote->queue->priorities;
}

/* Creates a queue that survives the broker, and refuses messages when it is full. */
static int declare(struct remote *remote, const struct queue_limits *limits, const struct deadline *deadline)
{
	amqp_table_entry_t entries[8];
	amqp_table_t arguments = {.entries = entries};
	amqp_queue_declare_t method = {.queue = amqp_cstring_bytes(remote->name.queue), .durable = 1};

	if (is_quorum(remote)) {
		entries[arguments.num_entries++] = text_entry("x-queue-type", "quorum");
		/* The default of later versions drops a message silently after some failures; earlier ones misunderstand -1. */
		if (remote->connection->major >= 4)
			entries[arguments.num_entries++] = number_entry("x-delivery-limit", -1);
	}
	if (remote->queue->priorities)
		entries[arguments.num_entries++] = number_entry("x-max-priority", 255);
	if (limits->max_messages > 0) {
		entries[arguments.num_entries++] = number_entry("x-max-length", (int32_t)limits->max_messages);
		entries[arguments.num_entries++] = text_entry("x-overflow", "reject-publish");
	}
	method.arguments = arguments;
	return channel_call(&remote->channel, AMQP_QUEUE_DECLARE_METHOD, &method, AMQP_QUEUE_DECLARE_OK_METHOD, deadline);
}

static struct deadline opening_deadline(const struct queue *queue)
{
	return deadline_after(queue->patience > 0 ? queue->patience : CONNECT_TIME);
}

/* Opens the queue; one that has not recovered yet after a start of the broker is tried again for a while. */
static int open_existing(struct queue *queue)
{
	struct remote *remote = remote_of(queue);
	struct deadline deadline = opening_deadline(queue), pause;

	for (;;) {
		if (connect_queue(remote, &deadline) == -1)
			return -1;
		queue->most = MESSAGE_MOST;
		if (channel_look(&remote->channel, remote->name.queue, &deadline) != -1)
			return 0;
		if (remote->channel.lost == 0 || !remote->channel.transient || deadline_left(&deadline) == 0)
			return fail(remote);
		disconnect(remote);
		pause = deadline_after(RECOVERY_PAUSE);
		if (host->pending()) {
			errno = EINTR;
			return -1;
		}
		deadline_poll(NULL, 0, deadline_left(&pause));
	}
}

static int module_open(struct queue *queue, enum queue_access access)
{
	remote_of(queue)->access = access;
	return open_existing(queue);
}

static int module_create(struct queue *queue, enum queue_access access, mode_t mode, const struct queue_limits *limits)
{
	struct remote *remote = remote_of(queue);
	struct deadline deadline = opening_deadline(queue);

	(void)mode;
	remote->access = access;
	if (connect_queue(remote, &deadline) == -1)
		return -1;
	queue->most = MESSAGE_MOST;
	if (declare(remote, limits, &deadline) == -1)
		return fail(remote);
	remote->safe = deadline_after(UNSAFE_TIME);
	return 0;
}

static int module_remove(struct queue *queue)
{
	struct remote *remote = remote_of(queue);
	struct deadline deadline = opening_deadline(queue);
	amqp_queue_delete_t delete = {.queue = amqp_cstring_bytes(remote->name.queue)};

	return channel_call(&remote->channel, AMQP_QUEUE_DELETE_METHOD, &delete, AMQP_QUEUE_DELETE_OK_METHOD, &deadline);
}

static void module_close(struct queue *queue)
{
	struct remote *remote = remote_of(queue);

	if (remote == NULL)
		return;
	disconnect(remote);
	send_free(remote);
	receive_free(remote);
	explicit_bzero(&remote->login, sizeof(remote->login));
	free(remote);
	queue->own.module = NULL;
}

static int module_explain(const struct queue *queue, int err, char *text, size_t room)
{
	const struct remote *remote = remote_of(queue);
	const char *cause = "";

	if (remote == NULL || err == EINTR)
		return 0;
	if (remote->failure.cause[0] != '\0')
		cause = remote->failure.cause;
	else if (remote->connection != NULL)
		cause = channel_cause(&remote->channel);
	snprintf(text, room, "%s", cause);
	return cause[0] != '\0';
}

static int module_is_lost(const struct queue *queue)
{
	const struct remote *remote = remote_of(queue);

	if (remote == NULL)
		return 0;
	if (remote->connection == NULL)
		return remote->failure.transient;
	return remote->channel.lost != 0 ? remote->channel.transient : remote->connection->lost != 0 && remote->connection->transient;
}

static int module_reopen(struct queue *queue)
{
	struct remote *remote = remote_of(queue);

	disconnect(remote);
	receive_free(remote);
	send_free(remote);
	remote->sender = (struct sender){0};
	queue->ready = queue->watched = 0;
	return open_existing(queue);
}

static int module_is_gone(struct queue *queue)
{
	return remote_of(queue)->receiver.gone;
}

static long module_count(struct queue *queue)
{
	struct remote *remote = remote_of(queue);
	struct deadline deadline = opening_deadline(queue);

	return channel_look(&remote->channel, remote->name.queue, &deadline);
}

static const struct queue_kind kind = {
	.names = OBJECT_AMQP,
	.rank = QUEUE_AMQP_RANK,
	.open = module_open,
	.create = module_create,
	.remove = module_remove,
	.close = module_close,
	.explain = module_explain,
	.send = send_message,
	.settle = send_settle,
	.await_input = send_await_input,
	.unsettled = send_unsettled,
	.taken = send_taken,
	.receive = receive_at_hand,
	.receive_last = receive_last,
	.receive_wait = receive_wait,
	.watch = receive_watch,
	.accept = receive_accept,
	.give_back = receive_return,
	.holds = receive_holds,
	.finish = receive_finish,
	.is_lost = module_is_lost,
	.reopen = module_reopen,
	.is_gone = module_is_gone,
	.count = module_count,
};

__attribute__((visibility("default"))) const struct queue_module ipcutils_amqp = {
	.version = QUEUE_MODULE_VERSION,
	.kind = &kind,
	.begin = begin,
	.prepare = prepare,
};
