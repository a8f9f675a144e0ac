/* SPDX-License-Identifier: ISC */
#include "amqp/connection.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "amqp/channel.h"

#define SECOND INT64_C(1000000000)

static struct connection *connections;

void connection_copy(char *text, size_t room, amqp_bytes_t bytes)
{
	snprintf(text, room, "%.*s", (int)(bytes.len < room ? bytes.len : room - 1), bytes.len > 0 ? (const char *)bytes.bytes : "");
}

int connection_errno(int code)
{
	switch (code) {
	case 404:
	case 312: return ENOENT;
	case 403: return EPERM;
	case 405: return EBUSY;
	case 406: return EINVAL;
	case 530: return EPERM;
	default: return ECONNRESET;
	}
}

static int end(struct connection *connection, int err)
{
	connection->lost = err;
	errno = err;
	return -1;
}

int connection_fail(struct connection *connection, int status, int guard)
{
	if (connection->lost != 0)
		return end(connection, connection->lost);
	connection->transient = guard == 0;
	if (guard == ETIMEDOUT)
		snprintf(connection->cause, CAUSE_ROOM, "timed out while the broker did not read%s%s",
		         connection->blocked ? ": it blocks senders: " : "", connection->blocked ? connection->blocked_cause : "");
	else if (status == AMQP_STATUS_HEARTBEAT_TIMEOUT)
		snprintf(connection->cause, CAUSE_ROOM, "the connection is lost: the broker has not answered for %d seconds",
		         2 * amqp_get_heartbeat(connection->state));
	else if (status == AMQP_STATUS_CONNECTION_CLOSED || status == AMQP_STATUS_SOCKET_ERROR || status == AMQP_STATUS_SSL_ERROR)
		snprintf(connection->cause, CAUSE_ROOM, "the connection to the broker is lost");
	else
		snprintf(connection->cause, CAUSE_ROOM, "the connection is lost: %s", amqp_error_string2(status));
	return end(connection, guard != 0 ? guard : ECONNRESET);
}

int connection_send(struct connection *connection, amqp_channel_t channel, amqp_method_number_t method, void *decoded,
                    const struct deadline *deadline)
{
	int status;

	if (connection->lost != 0)
		return end(connection, connection->lost);
	host_guard(connection->fd, deadline);
	status = amqp_send_method(connection->state, channel, method, decoded);
	return status == AMQP_STATUS_OK ? (host_unguard(), 0) : connection_fail(connection, status, host_unguard());
}

/* The broker ends the connection. */
static void take_close(struct connection *connection, const amqp_connection_close_t *close)
{
	char text[CAUSE_ROOM - 64];
	amqp_connection_close_ok_t ok = {0};

	connection_copy(text, sizeof(text), close->reply_text);
	snprintf(connection->cause, CAUSE_ROOM, "the broker closed the connection: %s", text);
	/* Forced: it shuts down; internal error: a queue has not recovered yet. */
	connection->transient = close->reply_code == 320 || close->reply_code == 541;
	amqp_send_method(connection->state, 0, AMQP_CONNECTION_CLOSE_OK_METHOD, &ok);
	connection->lost = connection_errno(close->reply_code);
}

/* A method of the connection itself. */
static void take_method(struct connection *connection, const amqp_method_t *method)
{
	if (method->id == AMQP_CONNECTION_CLOSE_METHOD) {
		take_close(connection, method->decoded);
	} else if (method->id == AMQP_CONNECTION_BLOCKED_METHOD) {
		const amqp_connection_blocked_t *blocked = method->decoded;

		connection->blocked = 1;
		connection_copy(connection->blocked_cause, sizeof(connection->blocked_cause), blocked->reason);
	} else if (method->id == AMQP_CONNECTION_UNBLOCKED_METHOD) {
		connection->blocked = 0;
	} else if (method->id == AMQP_CONNECTION_CLOSE_OK_METHOD) {
		connection->lost = ECONNRESET;
	}
}

static void take_frame(struct connection *connection, const amqp_frame_t *frame)
{
	struct channel *channel;

	if (frame->channel == 0) {
		if (frame->frame_type == AMQP_FRAME_METHOD)
			take_method(connection, &frame->payload.method);
		return;
	}
	for (channel = connection->channels; channel != NULL; channel = channel->next)
		if (channel->number == frame->channel)
			break;
	if (channel != NULL)
		channel_take(channel, frame);
}

int connection_serve(struct connection *connection)
{
	struct timeval none = {0, 0};
	struct deadline never = deadline_after(-1);
	amqp_frame_t frame;
	int count = 0, status;

	while (connection->lost == 0) {
		/* The library may have to send a heartbeat. */
		host_guard(connection->fd, &never);
		status = amqp_simple_wait_frame_noblock(connection->state, &frame, &none);
		if (status == AMQP_STATUS_TIMEOUT) {
			host_unguard();
			return count;
		}
		if (status != AMQP_STATUS_OK)
			return connection_fail(connection, status, host_unguard());
		host_unguard();
		take_frame(connection, &frame);
		amqp_maybe_release_buffers(connection->state);
		count++;
	}
	errno = connection->lost;
	return -1;
}

void connection_serve_all(void)
{
	struct connection *connection;
	int saved = errno;

	for (connection = connections; connection != NULL; connection = connection->next)
		connection_serve(connection);
	errno = saved;
}

int connection_wait(struct connection *connection, const struct deadline *deadline, int by_child)
{
	int64_t left, most = (int64_t)amqp_get_heartbeat(connection->state) * SECOND / 4;
	struct pollfd p = {.fd = connection->fd, .events = POLLIN};
	int count;

	for (;;) {
		if (host->pending() || (by_child && host->child())) {
			errno = EINTR;
			return -1;
		}
		count = connection_serve(connection);
		if (count != 0)
			return count;
		left = deadline_left(deadline);
		if (left == 0)
			return 0;
		if (most > 0 && left > most)
			left = most;
		deadline_poll(&p, 1, left);
	}
}

static int fits(const struct connection *connection, const struct connection_wish *wish)
{
	const struct broker_name *a = &connection->name, *b = wish->name;

	return connection->lost == 0 && connection->receives == wish->receives && a->tls == b->tls && a->port == b->port &&
	       strcasecmp(a->host, b->host) == 0 && strcmp(a->vhost, b->vhost) == 0 &&
	       strcmp(connection->login.user, wish->login->user) == 0;
}

struct connection *connection_get(const struct connection_wish *wish, struct failure *failure)
{
	struct connection *connection;

	for (connection = connections; connection != NULL; connection = connection->next)
		if (fits(connection, wish)) {
			connection->users++;
			return connection;
		}
	connection = calloc(1, sizeof(*connection));
	if (connection == NULL) {
		*failure = (struct failure){.err = ENOMEM};
		return NULL;
	}
	connection->name = *wish->name;
	connection->login = *wish->login;
	connection->receives = wish->receives;
	connection->users = 1;
	if (connect_to(connection, wish, failure) == -1) {
		if (connection->state != NULL)
			amqp_destroy_connection(connection->state);
		explicit_bzero(&connection->login, sizeof(connection->login));
		free(connection);
		errno = failure->err;
		return NULL;
	}
	connection->next = connections;
	connections = connection;
	return connection;
}

/* Tells the broker that the connection ends, so that it does not warn in its log, and waits for its answer. */
static void say_goodbye(struct connection *connection, const struct deadline *deadline)
{
	amqp_connection_close_t goodbye = {.reply_code = AMQP_REPLY_SUCCESS};

	if (connection_send(connection, 0, AMQP_CONNECTION_CLOSE_METHOD, &goodbye, deadline) == -1)
		return;
	while (connection_wait(connection, deadline, 0) > 0)
		continue;
}

void connection_put(struct connection *connection, const struct deadline *deadline)
{
	struct connection **link = &connections;

	if (--connection->users > 0)
		return;
	if (connection->lost == 0)
		say_goodbye(connection, deadline);
	while (*link != connection)
		link = &(*link)->next;
	*link = connection->next;
	amqp_destroy_connection(connection->state);
	explicit_bzero(&connection->login, sizeof(connection->login));
	free(connection);
}
