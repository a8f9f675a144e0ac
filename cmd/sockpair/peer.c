/* SPDX-License-Identifier: ISC */
#include "peer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"
#include "base/proc.h"
#include "cli/cli.h"

/* Whether sockpair talks to this user. */
static int is_allowed(const struct options *options, int for_own_users, uid_t uid)
{
	size_t i;

	if (options->allow_any || (options->allowed_count == 0 && !for_own_users))
		return 1;
	if (options->allowed_count == 0)
		return uid == 0 || uid == geteuid();
	for (i = 0; i < options->allowed_count && options->allowed[i] != uid; i++)
		continue;
	return i < options->allowed_count;
}

int peer_check_users(const struct options *options, int for_own_users)
{
	uid_t user = geteuid();
	int ambiguous = !options->allow_any && options->allowed_count == 0 && for_own_users && proc_is_ambiguous_user(user);
	size_t i;

	for (i = 0; i < options->allowed_count && !ambiguous && !options->allow_any; i++) {
		user = options->allowed[i];
		ambiguous = proc_is_ambiguous_user(user);
	}
	if (!ambiguous)
		return CLI_DONE;
	cli_warn("--allow-uid", "%lu stands for every user without a number in this user namespace", (unsigned long)user);
	return cli_own_status(CLI_FAILED);
}

const char *peer_text(const struct peer *peer)
{
	static char text[TCP_TEXT + 32];

	if (peer->family == AF_UNIX)
		snprintf(text, sizeof(text), "process %ld", (long)peer->user.pid);
	else
		snprintf(text, sizeof(text), "%s port %u", peer->tcp.address, peer->tcp.port);
	return text;
}

static int greet_user(const struct options *options, int for_own_users, struct task *task)
{
	const struct ucred *user = &task->peer.user;
	const char *word = options->address.word;

	if (socket_peer(task->fd, &task->peer.user) == -1)
		return cli_fail(word, errno);
	if (!is_allowed(options, for_own_users, user->uid)) {
		cli_warn(word, "process %ld of user %lu is not allowed (--allow-uid)", (long)user->pid, (unsigned long)user->uid);
		return cli_own_status(CLI_FAILED);
	}
	if (options->verbose)
		cli_warn(word, "connected to process %ld of user %lu, group %lu", (long)user->pid, (unsigned long)user->uid,
		         (unsigned long)user->gid);
	return CLI_DONE;
}

int peer_greet(const struct options *options, int for_own_users, struct task *task)
{
	int family = task->peer.family, status;

	if (family == AF_UNIX) {
		status = greet_user(options, for_own_users, task);
		if (status != CLI_DONE)
			return status;
	} else if (family != AF_UNSPEC && options->verbose) {
		cli_warn(options->address.word, "connected to %s", peer_text(&task->peer));
	}
	if (options->passed_count > 0 && socket_pass(task->fd, options->passed, options->passed_count) == -1) {
		cli_warn(options->address.word, "cannot pass descriptors: %s", strerror(errno));
		return cli_own_status(CLI_FAILED);
	}
	return CLI_DONE;
}

static void report_take(const struct options *options, int err, size_t came)
{
	const char *word = options->address.word;

	switch (err) {
	case EPROTO:
		cli_warn(word, "the other side passed %zu descriptor%s instead of %zu (--take-fd)", came, number_plural(came),
		         options->taken_count);
		break;
	case ENODATA:
		cli_warn(word, "the other side closed the connection and passed no descriptors");
		break;
	case EMSGSIZE:
		cli_warn(word, "the message that passes descriptors must have one byte");
		break;
	default:
		cli_warn(word, "cannot take descriptors: %s", strerror(err));
	}
}

int peer_take(const struct options *options, struct task *task)
{
	size_t came = 0;
	int err;

	if (options->taken_count == 0 || task->taken != NULL)
		return 1;
	task->taken = calloc(options->taken_count, sizeof(*task->taken));
	if (task->taken != NULL && socket_take(task->fd, task->taken, options->taken_count, MSG_DONTWAIT, &came) == 0)
		return 1;
	err = errno;
	free(task->taken);
	task->taken = NULL;
	if (err == EAGAIN)
		return 0;
	report_take(options, err, came);
	return -1;
}

void peer_close_taken(const struct options *options, struct task *task)
{
	size_t i;

	for (i = 0; task->taken != NULL && i < options->taken_count; i++)
		close(task->taken[i]);
	free(task->taken);
	task->taken = NULL;
}
