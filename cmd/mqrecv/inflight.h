/* SPDX-License-Identifier: ISC */
/*
 * Messages on their way from queues to a descriptor, and back if they do not arrive.
 *
 * A message is held from the moment it left its queue until every byte of its output has been written.
 */
#ifndef INFLIGHT_H
#define INFLIGHT_H

#include <stddef.h>

#include "ipc/queue.h"

struct inflight_message;

struct inflight {
	int fd; /* the caller's to close */
	char *output, *raw;
	size_t output_size, output_room, raw_size, raw_room;
	struct inflight_message *messages;
	size_t count, messages_room; /* messages that are held */
	size_t unnoted; /* messages that were written, but whose queue could not be told; the caller sets it back */
};

void inflight_init(struct inflight *box, int fd);

/*
 * Holds a copy of a message that came from `queue`; NULL: it is still in its queue, and needs no queue_accept().
 * Returns 0, or -1 with ENOMEM, and then the message is not held.
 */
int inflight_hold(struct inflight *box, struct queue *queue, const struct message *message);

/* Returns room for `size` bytes of output for the message held last, or NULL with ENOMEM. */
char *inflight_reserve(struct inflight *box, size_t size);

/* Makes the bytes that were written into that room, up to `end`, the output of the message held last. */
void inflight_commit(struct inflight *box, const char *end);

/* Returns the bytes of output that wait. */
size_t inflight_waiting(const struct inflight *box);

/*
 * Writes the output that waits.  Messages whose output was written as a whole are accepted and no longer held.  Returns
 * 0, or -1 with errno (EINTR only if interrupt_pending()); the box then still holds all other messages, also the one
 * whose output was written in part.
 */
int inflight_flush(struct inflight *box);

/*
 * Puts all messages that are held back into their queues, until `deadline`, and counts them in `*returned`.  A message
 * that cannot go back is handed to `lost`, with the errno.  The box is empty afterwards.
 */
void inflight_return(struct inflight *box, const struct deadline *deadline, size_t *returned,
                     void (*lost)(const struct queue *queue, const struct message *message, int err));

/* Drops all messages and their output: those of --peek are still in their queues. */
void inflight_forget(struct inflight *box);

/* Frees the memory of the box. */
void inflight_free(struct inflight *box);

#endif
