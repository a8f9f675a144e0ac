/* SPDX-License-Identifier: ISC */
/* What the command lines of the queue tools share.  Part of the cli: it prints and may exit. */
#ifndef CLI_QUEUE_H
#define CLI_QUEUE_H

#include "ipc/queue.h"

/* How a queue is made that is not there. */
struct cli_queue_options {
	int create, exclusive, has_mode;
	mode_t mode;
	struct queue_limits limits;
};

/* A count of messages or their size for a new queue, which mq_open(3) takes as a long. */
long cli_queue_limit_or_exit(const char *option, const char *word);

/* Refuses options about making a queue where none is made, or which its kind does not have. */
void cli_queue_check_or_exit(const struct cli_queue_options *options, const struct object *object);

/*
 * Opens the queue, or makes it if the options say so: CLI_DONE, or another status after a message.
 * `access` may ask for QUEUE_RECEIVE | QUEUE_SEND: leave to send is then only taken where it is given.
 */
int cli_queue_open(struct queue *queue, const struct object *object, unsigned access,
                   const struct cli_queue_options *options, int *created);

#endif
