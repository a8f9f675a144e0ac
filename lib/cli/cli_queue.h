/* SPDX-License-Identifier: ISC */
/* The part of a command line that the queue tools share.  As all of cli, it prints and may exit. */
#ifndef CLI_QUEUE_H
#define CLI_QUEUE_H

#include "ipc/queue.h"

/* The options for a queue that is created: -C, -x, -m, --max-messages, --message-size. */
struct cli_queue_options {
	int create, exclusive, has_mode;
	mode_t mode;
	struct queue_limits limits;
};

/* Parses --max-messages or --message-size: 1 to LONG_MAX, as mq_open(3) takes them. */
long cli_queue_limit_or_exit(const char *option, const char *word);

/* Refuses options about creating a queue if none is created, and those that the kind of this queue refuses. */
void cli_queue_check_or_exit(const struct cli_queue_options *options, const struct object *object);

/* Exits with a usage error that names the queue and the reason if its kind lacks this ability. */
void cli_queue_ability_or_exit(const struct object *object, enum queue_ability ability);

/*
 * Opens the queue, or creates it if the options say so, and sets `*created`.  Returns CLI_DONE, or another status after
 * a message.  The caller has called queue_init() and set `wish`.  With `access` QUEUE_RECEIVE | QUEUE_SEND, a queue that
 * allows receiving only is opened for that.
 */
int cli_queue_open(struct queue *queue, unsigned access, const struct cli_queue_options *options, int *created);

/* Reports the failure of a call about the queue, in the words of its kind; returns the status that goes with it. */
int cli_queue_fail(const struct queue *queue, int err);

#endif
