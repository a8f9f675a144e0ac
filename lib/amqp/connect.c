/* SPDX-License-Identifier: ISC */
/* The way to a broker: socket, TLS, login. */
#if __has_include(<rabbitmq-c/ssl_socket.h>)
#include <rabbitmq-c/ssl_socket.h>
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "amqp/connection.h"

#define FRAME_MOST 131072

static int fail(struct failure *failure, int err, int transient, const char *cause)
{
	failure->err = err;
	failure->transient = transient;
	snprintf(failure->cause, CAUSE_ROOM, "%s", cause);
	errno = err;
	return -1;
}

static struct timeval left_of(const struct deadline *deadline)
{
	int64_t left = deadline_left(deadline) / 1000;

	/* Nothing at all would mean "do not wait" to one call and "for ever" to another. */
	if (left < 1000)
		left = 1000;
	return (struct timeval){.tv_sec = (time_t)(left / 1000000), .tv_usec = (suseconds_t)(left % 1000000)};
}

/* Returns the file of the system's certificates, which the library does not look for. */
static const char *system_certificates(void)
{
	static const char *const places[] = {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
	                                     "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"};
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (access(places[i], R_OK) == 0)
			return places[i];
	return NULL;
}

/* Makes the library's socket; NULL with errno and `failure`. */
static amqp_socket_t *make_socket(struct connection *connection, const struct connection_wish *wish, struct failure *failure)
{
	const char *ca = wish->ca != NULL ? wish->ca : system_certificates();
	amqp_socket_t *made;
	char cause[CAUSE_ROOM];

	made = connection->name.tls ? amqp_ssl_socket_new(connection->state) : amqp_tcp_socket_new(connection->state);
	if (made == NULL) {
		fail(failure, ENOMEM, 0, strerror(ENOMEM));
		return NULL;
	}
	if (!connection->name.tls)
		return made;
	if (ca == NULL) {
		fail(failure, EPERM, 0, "no certificates to verify the broker by: install the package ca-certificates, or name a file (--ca)");
		return NULL;
	}
	if (access(ca, R_OK) == -1 || amqp_ssl_socket_set_cacert(made, ca) != AMQP_STATUS_OK) {
		snprintf(cause, sizeof(cause), "--ca: %.300s: %s", ca, access(ca, R_OK) == -1 ? strerror(errno) : "no certificates in this file");
		fail(failure, EPERM, 0, cause);
		return NULL;
	}
	amqp_ssl_socket_set_verify_peer(made, 1);
	amqp_ssl_socket_set_verify_hostname(made, 1);
	return made;
}

static int fail_socket(struct failure *failure, int status, int guard, int err)
{
	char cause[CAUSE_ROOM];

	if (guard != 0 || status == AMQP_STATUS_TIMEOUT)
		return fail(failure, guard == EINTR ? EINTR : ETIMEDOUT, 1, "timed out while connecting to the broker");
	if (status == AMQP_STATUS_HOSTNAME_RESOLUTION_FAILED)
		return fail(failure, EHOSTUNREACH, 1, "no address is known for this host");
	if (status == AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED)
		return fail(failure, EPERM, 0, "the broker's certificate is for another host");
	if (status == AMQP_STATUS_SSL_PEER_VERIFY_FAILED)
		return fail(failure, EPERM, 0, "the broker's certificate is not signed by an authority that is trusted here (--ca names a file of others)");
	if (status == AMQP_STATUS_SSL_CONNECTION_FAILED || status == AMQP_STATUS_SSL_ERROR)
		return fail(failure, EPROTO, 0, "the broker does not speak TLS at this port, or its certificate is not trusted here (--ca)");
	if (err == 0 || err == EINPROGRESS)
		err = ECONNREFUSED;
	snprintf(cause, sizeof(cause), "cannot connect to the broker: %s", strerror(err));
	return fail(failure, err, 1, cause);
}

/*
 * Opens the socket.  The library waits there without heeding signals, and does not tell the number of its descriptor
 * before it is connected: the guard gets the lowest free one, which socket(2) will use.
 */
static int open_socket(struct connection *connection, amqp_socket_t *socket, const struct deadline *deadline, struct failure *failure)
{
	struct timeval left = left_of(deadline);
	int next = fcntl(0, F_DUPFD_CLOEXEC, 0), status, err, guard;

	if (next != -1)
		close(next);
	host_guard(next, deadline);
	errno = 0;
	status = amqp_socket_open_noblock(socket, connection->name.host, connection->name.port, &left);
	err = errno;
	guard = host_unguard();
	if (status != AMQP_STATUS_OK)
		return fail_socket(failure, status, guard, err);
	connection->fd = amqp_get_sockfd(connection->state);
	/* Commands must not have it. */
	fcntl(connection->fd, F_SETFD, FD_CLOEXEC);
	return 0;
}

static amqp_table_entry_t text_entry(const char *key, const char *value)
{
	return (amqp_table_entry_t){.key = amqp_cstring_bytes(key),
	                            .value = {.kind = AMQP_FIELD_KIND_UTF8, .value.bytes = amqp_cstring_bytes(value)}};
}

static amqp_table_entry_t true_entry(const char *key)
{
	return (amqp_table_entry_t){.key = amqp_cstring_bytes(key), .value = {.kind = AMQP_FIELD_KIND_BOOLEAN, .value.boolean = 1}};
}

/* Turns the reply to the login into `failure`. */
static int fail_login(struct failure *failure, amqp_rpc_reply_t reply, int guard)
{
	char text[CAUSE_ROOM - 64], cause[CAUSE_ROOM];
	amqp_connection_close_t *close = reply.reply.decoded;

	if (guard != 0)
		return fail(failure, guard, 1, "timed out while logging in at the broker");
	if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION && reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD) {
		connection_copy(text, sizeof(text), close->reply_text);
		snprintf(cause, sizeof(cause), "the broker refuses the connection: %s", text);
		return fail(failure, connection_errno(close->reply_code), close->reply_code == 320 || close->reply_code == 541, cause);
	}
	if (reply.library_error == AMQP_STATUS_TIMEOUT)
		return fail(failure, ETIMEDOUT, 1, "the broker does not answer");
	if (reply.library_error == AMQP_STATUS_CONNECTION_CLOSED || reply.library_error == AMQP_STATUS_SOCKET_ERROR)
		return fail(failure, ECONNRESET, 1, "the broker closed the connection during the login");
	snprintf(cause, sizeof(cause), "the login at the broker failed: %s", amqp_error_string2(reply.library_error));
	return fail(failure, EPROTO, 0, cause);
}

static int log_in(struct connection *connection, const struct deadline *deadline, struct failure *failure)
{
	struct timeval left = left_of(deadline);
	char name[64];
	amqp_table_entry_t abilities[] = {true_entry("publisher_confirms"), true_entry("consumer_cancel_notify"),
	                                  true_entry("connection.blocked"), true_entry("basic.nack"),
	                                  true_entry("authentication_failure_close")};
	amqp_table_entry_t entries[] = {true_entry("capabilities"), text_entry("product", "ipcutils"), text_entry("connection_name", name)};
	amqp_table_t properties = {.num_entries = 3, .entries = entries};
	amqp_rpc_reply_t reply;
	int guard;

	entries[0].value.kind = AMQP_FIELD_KIND_TABLE;
	entries[0].value.value.table = (amqp_table_t){.num_entries = 5, .entries = abilities};
	snprintf(name, sizeof(name), "%.32s, process %d", program_invocation_short_name, (int)getpid());
	entries[2] = text_entry("connection_name", name);
	amqp_set_handshake_timeout(connection->state, &left);
	host_guard(connection->fd, deadline);
	reply = amqp_login_with_properties(connection->state, connection->name.vhost, 0, FRAME_MOST, HEARTBEAT, &properties,
	                                   AMQP_SASL_METHOD_PLAIN, connection->login.user, connection->login.password);
	guard = host_unguard();
	return reply.reply_type == AMQP_RESPONSE_NORMAL ? 0 : fail_login(failure, reply, guard);
}

/* Reads the version that the broker told with its greeting. */
static void note_version(struct connection *connection)
{
	const amqp_table_t *properties = amqp_get_server_properties(connection->state);
	char product[32] = "", version[32] = "", key[32];
	int i;

	for (i = 0; i < properties->num_entries; i++) {
		const amqp_table_entry_t *entry = &properties->entries[i];

		connection_copy(key, sizeof(key), entry->key);
		if (entry->value.kind != AMQP_FIELD_KIND_UTF8)
			continue;
		if (strcmp(key, "product") == 0)
			connection_copy(product, sizeof(product), entry->value.value.bytes);
		else if (strcmp(key, "version") == 0)
			connection_copy(version, sizeof(version), entry->value.value.bytes);
	}
	if (strcmp(product, "RabbitMQ") == 0)
		connection->major = atoi(version);
}

int connect_to(struct connection *connection, const struct connection_wish *wish, struct failure *failure)
{
	amqp_socket_t *socket;

	connection->state = amqp_new_connection();
	if (connection->state == NULL)
		return fail(failure, ENOMEM, 0, strerror(ENOMEM));
	socket = make_socket(connection, wish, failure);
	if (socket == NULL || open_socket(connection, socket, &wish->deadline, failure) == -1 ||
	    log_in(connection, &wish->deadline, failure) == -1)
		return -1;
	note_version(connection);
	return 0;
}
