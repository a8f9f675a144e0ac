/* SPDX-License-Identifier: ISC */
/*
 * Connections to brokers.  Queues of one broker and one direction share a connection: a broker that stops reading from
 * senders, since its memory or disk is full, must go on reading acknowledgements.
 */
#ifndef CONNECTION_H
#define CONNECTION_H

/* From 0.12 on, librabbitmq has a directory of its own for its headers, and warns of the old names. */
#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/framing.h>
#else
#include <amqp.h>
#include <amqp_framing.h>
#endif

#include "amqp/host.h"

#define CAUSE_ROOM 400

/* Seconds between heartbeats that we propose; a broker that is silent twice as long is lost. */
#define HEARTBEAT 20

struct channel;

struct connection {
	struct connection *next;
	unsigned users;
	/* The key by which queues find it. */
	struct broker_name name;
	struct broker_login login;
	int receives;

	amqp_connection_state_t state;
	int fd;
	int lost;      /* the errno of what ended it, or 0 */
	int transient; /* it may help to connect again later */
	char cause[CAUSE_ROOM];
	int blocked; /* the broker does not read from it, for `blocked_cause` */
	char blocked_cause[128];
	int major; /* version of RabbitMQ, or 0: another broker */
	struct channel *channels;
	amqp_channel_t last_channel;
};

/* Why a connection could not be opened, or a channel not be used. */
struct failure {
	int err, transient;
	char cause[CAUSE_ROOM];
};

struct connection_wish {
	const struct broker_name *name;
	const struct broker_login *login;
	int receives;
	const char *ca;
	struct deadline deadline; /* one that comes */
};

/* Returns a connection for the wish, an open one or a new one; NULL with errno and `failure`. */
struct connection *connection_get(const struct connection_wish *wish, struct failure *failure);

/* Gives a connection back; the last user closes it, and waits for that until `deadline`. */
void connection_put(struct connection *connection, const struct deadline *deadline);

/* Reads all frames that have come, and hands them to their channels.  Returns their number, or -1 if it is lost. */
int connection_serve(struct connection *connection);

/* Serves all connections of this process. */
void connection_serve_all(void);

/*
 * Waits for frames until `deadline`, and serves them.  Returns their number, 0 after the deadline, or -1 with errno: EINTR
 * (with `by_child` also if a child has ended), or that of a lost connection.
 */
int connection_wait(struct connection *connection, const struct deadline *deadline, int by_child);

/* Sends a method; 0, or -1 with errno if the connection is lost. */
int connection_send(struct connection *connection, amqp_channel_t channel, amqp_method_number_t method, void *decoded,
                    const struct deadline *deadline);

/* Notes that the library's call failed with `status`, and ends the connection; returns -1 with errno. */
int connection_fail(struct connection *connection, int status, int guard);

/* Copies a text of the broker, cut to `room`, for a sentence. */
void connection_copy(char *text, size_t room, amqp_bytes_t bytes);

/* Opens socket and session; -1 with errno and `failure`.  For connection.c alone. */
int connect_to(struct connection *connection, const struct connection_wish *wish, struct failure *failure);

/* The errno for a reply code of AMQP. */
int connection_errno(int code);

#endif
