/* SPDX-License-Identifier: ISC */
/*
 * Messages on their way from queues to a descriptor, and back where they do not arrive.
 *
 * A message is held from the moment it left its queue until every byte of what stands for it in the
 * output has been written.
 */
#ifndef INFLIGHT_H
#define INFLIGHT_H

#include <stddef.h>

#include "ipc/queue.h"

struct inflight_message;

struct inflight {
	int fd; /* not the box's to close */
	char *output, *raw;
	size_t output_size, output_room, raw_size, raw_room;
	struct inflight_message *messages;
	size_t count, messages_room;
};

void inflight_init(struct inflight *box, int fd);

/* Holds a message: 0, or -1 with ENOMEM, and then it is not held. */
int inflight_hold(struct inflight *box, struct queue *queue, const struct message *message);

/* Room for `size` bytes of output for the message held last: NULL with ENOMEM. */
char *inflight_reserve(struct inflight *box, size_t size);

/* What was written into that room, up to `end`, is the output for it. */
void inflight_commit(struct inflight *box, const char *end);

/* Bytes that wait. */
size_t inflight_waiting(const struct inflight *box);

/*
 * Writes what waits.  0, or -1 with errno (EINTR too, when interrupt_pending()): messages that were
 * written whole are then no longer held, and the others are, also the one that was written in part.
 */
int inflight_flush(struct inflight *box);

/*
 * Puts what is still held back into the queues it came from, with its rank.  How many went back is
 * counted in `*returned`; each that could not go is handed to `lost` with the reason's errno.
 */
void inflight_return(struct inflight *box, const struct deadline *deadline, size_t *returned,
                   void (*lost)(const struct queue *queue, const struct message *message, int err));

void inflight_free(struct inflight *box);

#endif
