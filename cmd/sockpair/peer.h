/* SPDX-License-Identifier: ISC */
/* The process at the other end of a connection: whether sockpair talks to it, and descriptors that go both ways. */
#ifndef PEER_H
#define PEER_H

#include "job.h"

/*
 * Checks that each user whom peer_greet() will accept is one user; with `for_own_users` these are, without --allow-uid,
 * the user of sockpair and root.  The kernel shows all users without a number in this
 * user namespace by the same one, user_namespaces(7).  Returns CLI_DONE, or a status after a message.
 */
int peer_check_users(const struct options *options, int for_own_users);

/*
 * Greets the other end of `task->fd`, of which `task->peer` has the family and an address of TCP: stores the user,
 * refuses users that are not allowed, and sends the descriptors of --pass-fd.  Returns CLI_DONE, or a status after a
 * message.
 */
int peer_greet(const struct options *options, int for_own_users, struct task *task);

/* Describes the other end, as "process 4711" or "127.0.0.1 port 4711", until the next call. */
const char *peer_text(const struct peer *peer);

/*
 * Takes the descriptors of --take-fd into `task->taken`, without waiting.  Returns 1 if all are taken, 0 if they have
 * not come yet, -1 after a message.
 */
int peer_take(const struct options *options, struct task *task);

/* Closes what peer_take() took. */
void peer_close_taken(const struct options *options, struct task *task);

#endif
