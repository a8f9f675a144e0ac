/* SPDX-License-Identifier: ISC */
/* User and password for a broker, and where they come from. */
#ifndef BROKER_LOGIN_H
#define BROKER_LOGIN_H

#include <stddef.h>

#include "ipc/broker.h"

/* Bytes of a password, with its NUL. */
#define BROKER_PASSWORD_ROOM 1024

struct broker_login {
	char user[BROKER_ROOM];
	char password[BROKER_PASSWORD_ROOM];
};

/*
 * Finds user and password for `name`.  The user is that of the name, else that of the first line of the file that fits,
 * else guest on this machine.  The password is IPCUTILS_AMQP_PASSWORD, else that of the first line that fits and has this
 * user, else guest for guest on this machine.  The first call takes the variable out of the environment, so that commands
 * do not get it.
 *
 * The file is ipcutils/amqp in $XDG_CONFIG_HOME or ~/.config.  Its lines are "host[:port] vhost user password"; the
 * password, which may contain blanks, ends the line; empty lines and those that begin with # are skipped.
 *
 * Returns 0, or -1 with errno and, in `wrong` (`room` bytes), a sentence for users that contains no password.
 */
int broker_login(struct broker_login *login, const struct broker_name *name, char *wrong, size_t room);

#endif
