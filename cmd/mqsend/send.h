/* SPDX-License-Identifier: ISC */
/* Sending what the operands or standard input give. */
#ifndef SEND_H
#define SEND_H

#include "job.h"

/* Bytes that send_describe() writes at most. */
#define SEND_DESCRIBE_ROOM 80

/* Writes "16 messages were sent" to `text`, so that users know where to go on; returns it. */
const char *send_describe(const struct job *job, char *text);

/*
 * Sends `count` operands as messages, or without operands the records of standard input, and waits until the queue has taken
 * them.  Returns the status to exit with, after a message.
 */
int send_all(struct job *job, int count, char **words);

#endif
