/* SPDX-License-Identifier: ISC */
/* Sockets that an init system has opened and hands over, sd_listen_fds(3). */
#ifndef INHERIT_H
#define INHERIT_H

#include "listen.h"

/* The variables by which sockets are handed over; commands of sockpair do not get them. */
#define INHERIT_FDS "LISTEN_FDS"
#define INHERIT_PID "LISTEN_PID"
#define INHERIT_NAMES "LISTEN_FDNAMES"

/*
 * Takes the listening sockets that were handed over, all of them or those of the name in `options->address`: CLI_DONE, or
 * a status after a message.  They become non-blocking and close-on-exec.
 */
int inherit_take(const struct options *options, struct listen_sockets *sockets);

#endif
