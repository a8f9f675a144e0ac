/* SPDX-License-Identifier: ISC */
/*
 * Messages on their way from queues to a descriptor, and back where they do not arrive.
 *
 * A message is held from the moment it left its queue until every byte of what stands for it in the
 * output has been written.
 */
#ifndef OUTBOX_H
#define OUTBOX_H

#include <stddef.h>

#include "ipc/queue.h"

struct outbox_message;

struct outbox {
	int fd; /* not the box's to close */
	char *output, *raw;
	size_t output_size, output_room, raw_size, raw_room;
	struct outbox_message *messages;
	size_t count, messages_room;
};

void outbox_init(struct outbox *box, int fd);

/* Holds a message: 0, or -1 with ENOMEM, and then it is not held. */
int outbox_hold(struct outbox *box, struct queue *queue, const struct message *message);

/* Room for `size` bytes of output for the message held last: NULL with ENOMEM. */
char *outbox_reserve(struct outbox *box, size_t size);

/* What was written into that room, up to `end`, is the output for it. */
void outbox_commit(struct outbox *box, const char *end);

/* Bytes that wait. */
size_t outbox_waiting(const struct outbox *box);

/*
 * Writes what waits.  0, or -1 with errno (EINTR too, when interrupt_pending()): messages that were
 * written whole are then no longer held, and the others are, also the one that was written in part.
 */
int outbox_flush(struct outbox *box);

/*
 * Puts what is still held back into the queues it came from, with its rank.  How many went back is
 * counted in `*returned`; each that could not go is handed to `lost` with the reason's errno.
 */
void outbox_return(struct outbox *box, const struct deadline *deadline, size_t *returned,
                   void (*lost)(const struct queue *queue, const struct message *message, int err));

void outbox_free(struct outbox *box);

#endif
