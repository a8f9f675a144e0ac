/* SPDX-License-Identifier: ISC */
/* Streams: messages as so many bytes of a descriptor that keeps no borders between them. */
#ifndef STREAM_H
#define STREAM_H

#include "mechanism.h"

/* send() and receive() of struct mechanism, by write(2) and read(2).  A stream that ends early is the error EPIPE. */
int stream_send(struct channel *channel, char *bytes);
int stream_receive(struct channel *channel, char *bytes);

#endif
