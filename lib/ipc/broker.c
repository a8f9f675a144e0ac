/* SPDX-License-Identifier: ISC */
#include "ipc/broker.h"

#include <string.h>
#include <strings.h>

#include "base/number.h"

#define PLAIN "amqp://"
#define SECURE "amqps://"

static const char wrong_percent[] = "a % in a name precedes two hexadecimal digits, and %00 cannot be used";
static const char too_long[] = "host, user, virtual host and queue may have 255 bytes each";

int broker_is_name(const char *word)
{
	return strncasecmp(word, PLAIN, strlen(PLAIN)) == 0 || strncasecmp(word, SECURE, strlen(SECURE)) == 0;
}

int broker_uses_tls(const char *word)
{
	return strncasecmp(word, SECURE, strlen(SECURE)) == 0;
}

static int digit_of(char c)
{
	const char *digits = "0123456789abcdef", *found;

	/* strchr(3) finds the NUL, too. */
	found = c != '\0' ? strchr(digits, c >= 'A' && c <= 'F' ? c + ('a' - 'A') : c) : NULL;
	return found != NULL ? (int)(found - digits) : -1;
}

/* Decodes the part of a name from `p` to `end` into `out`, BROKER_ROOM bytes; NULL, or what is wrong. */
static const char *decode(char *out, const char *p, const char *end)
{
	size_t used = 0;
	int high, low;

	while (p < end) {
		if (used == BROKER_ROOM - 1)
			return too_long;
		if (*p != '%') {
			out[used++] = *p++;
			continue;
		}
		high = end - p > 2 ? digit_of(p[1]) : -1;
		low = high != -1 ? digit_of(p[2]) : -1;
		if (low == -1 || high + low == 0)
			return wrong_percent;
		out[used++] = (char)(high * 16 + low);
		p += 3;
	}
	out[used] = '\0';
	return NULL;
}

/* Parses "user@" at the beginning of `*p`, and moves `*p` to the host. */
static const char *parse_user(struct broker_name *name, const char **p, const char *end)
{
	const char *at = memrchr(*p, '@', (size_t)(end - *p)), *start = *p;

	if (at == NULL)
		return NULL;
	if (memchr(start, ':', (size_t)(at - start)) != NULL)
		return "a password on a command line is public: put it into IPCUTILS_AMQP_PASSWORD, or into the file "
		       "ipcutils/amqp in $XDG_CONFIG_HOME or ~/.config";
	*p = at + 1;
	if (at == start)
		return "the user before the @ is missing";
	return decode(name->user, start, at);
}

static const char *parse_port(struct broker_name *name, const char *p, const char *end)
{
	char digits[8] = "";
	uint64_t port;

	if (p == end)
		return NULL;
	if (*p != ':')
		return "a colon and a port, or a slash, follows the host";
	if ((size_t)(end - p) > sizeof(digits))
		return "a port is a number from 1 to 65535";
	memcpy(digits, p + 1, (size_t)(end - p - 1));
	/* Written in hex, the number would be another port to other programs. */
	if (strspn(digits, "0123456789") != strlen(digits) || number_parse(digits, 1, 65535, &port) == -1)
		return "a port is a number from 1 to 65535";
	name->port = (int)port;
	return NULL;
}

/* Parses host and port, from `p` to `end`. */
static const char *parse_host(struct broker_name *name, const char *p, const char *end)
{
	const char *stop, *wrong;

	if (p < end && *p == '[') {
		stop = memchr(p, ']', (size_t)(end - p));
		if (stop == NULL)
			return "the ] after an IPv6 address is missing";
		wrong = decode(name->host, p + 1, stop);
		p = stop + 1;
	} else {
		stop = memchr(p, ':', (size_t)(end - p));
		if (stop == NULL)
			stop = end;
		wrong = decode(name->host, p, stop);
		p = stop;
	}
	if (wrong != NULL)
		return wrong;
	if (memchr(p, ':', (size_t)(end - p)) != NULL && memchr(p + 1, ':', (size_t)(end - p - 1)) != NULL)
		return "an IPv6 address is written in brackets";
	return name->host[0] == '\0' ? "the host is missing" : parse_port(name, p, end);
}

/* Parses "[vhost/]queue". */
static const char *parse_path(struct broker_name *name, const char *p)
{
	const char *slash = strchr(p, '/'), *wrong;

	name->vhost[0] = '/';
	if (slash != NULL) {
		if (slash == p)
			return "the virtual host before the second slash is missing (the one named / is %2f, or none)";
		wrong = decode(name->vhost, p, slash);
		if (wrong != NULL)
			return wrong;
		p = slash + 1;
		if (strchr(p, '/') != NULL)
			return "a virtual host and a queue follow the host: a slash in the name of one of them is %2f";
	}
	wrong = decode(name->queue, p, p + strlen(p));
	if (wrong == NULL && name->queue[0] == '\0')
		wrong = "the queue after the last slash is missing";
	return wrong;
}

const char *broker_parse(struct broker_name *name, const char *word)
{
	const char *p = word + strlen(PLAIN), *slash, *wrong;

	*name = (struct broker_name){.port = 5672};
	if (strncasecmp(word, SECURE, strlen(SECURE)) == 0) {
		name->tls = 1;
		name->port = 5671;
		p = word + strlen(SECURE);
	}
	if (strpbrk(p, "?#") != NULL)
		return "a ? or # is written %3f or %23: nothing else follows the queue";
	slash = strchr(p, '/');
	if (slash == NULL)
		return "the queue is missing: write amqp://HOST/QUEUE";
	wrong = parse_user(name, &p, slash);
	if (wrong == NULL)
		wrong = parse_host(name, p, slash);
	return wrong != NULL ? wrong : parse_path(name, slash + 1);
}

int broker_is_local(const struct broker_name *name)
{
	const char *host = name->host;

	if (strncmp(host, "127.", 4) == 0)
		return strspn(host, "0123456789.") == strlen(host);
	return strcasecmp(host, "localhost") == 0 || strcmp(host, "::1") == 0;
}

/* Returns whether localhost is meant: other addresses of 127.0.0.0/8 may be those of further brokers. */
static int is_localhost(const char *host)
{
	return strcasecmp(host, "localhost") == 0 || strcmp(host, "127.0.0.1") == 0 || strcmp(host, "::1") == 0;
}

int broker_is_same(const char *word, const char *other)
{
	struct broker_name a, b;

	broker_parse(&a, word);
	broker_parse(&b, other);
	return a.port == b.port && strcmp(a.vhost, b.vhost) == 0 && strcmp(a.queue, b.queue) == 0 &&
	       (strcasecmp(a.host, b.host) == 0 || (is_localhost(a.host) && is_localhost(b.host)));
}

long broker_secret(const char *word, const char **after)
{
	struct broker_name name;
	const char *start, *at;

	if (!broker_is_name(word) || broker_parse(&name, word) == NULL)
		return -1;
	/* A password may have a slash or an @ that was not encoded. */
	at = strrchr(word, '@');
	start = strstr(word, "//") + 2;
	if (at == NULL || (start = memchr(start, ':', (size_t)(at - start))) == NULL)
		return -1;
	*after = at;
	return start + 1 - word;
}
