/* SPDX-License-Identifier: ISC */
/*
 * Names of queues on a message broker: amqp://[user@]host[:port]/[vhost/]queue, and amqps:// for TLS.
 *
 * Each part may have bytes in percent-encoding.  A name never contains a password: command lines are public, ps(1).
 */
#ifndef BROKER_H
#define BROKER_H

/* AMQP 0-9-1 counts the bytes of a name in one byte. */
#define BROKER_ROOM 256

struct broker_name {
	int tls;
	int port;                /* 1 to 65535; by default 5672, with TLS 5671 */
	char host[BROKER_ROOM];  /* without the brackets of an IPv6 address */
	char user[BROKER_ROOM];  /* "": not given */
	char vhost[BROKER_ROOM]; /* by default "/" */
	char queue[BROKER_ROOM];
};

/* Returns whether `word` begins as the name of a queue on a broker does, in upper or lower case. */
int broker_is_name(const char *word);

/* Returns whether `word` names a queue on a broker that is reached by TLS. */
int broker_uses_tls(const char *word);

/*
 * Parses `word`.  Returns NULL, or a constant text that says what is wrong with it, as the end of a message.  `name` is
 * complete only after NULL.
 */
const char *broker_parse(struct broker_name *name, const char *word);

/*
 * Returns whether two words, which broker_parse() takes, name one queue, whoever the user is.  localhost is 127.0.0.1 and
 * ::1; other hosts are compared by their names.
 */
int broker_is_same(const char *word, const char *other);

/* Returns whether the host is this machine, as far as its name says: localhost, ::1 or 127.0.0.0/8. */
int broker_is_local(const struct broker_name *name);

/*
 * Returns the length of the part of `word` that a message may show before a password, and sets `*after` to where the word
 * goes on after it.  Returns -1 if the whole word may be shown: if it is no such name, or a correct one.
 */
long broker_secret(const char *word, const char **after);

#endif
