/* SPDX-License-Identifier: ISC */
#include "ipc/queue.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "base/interrupt.h"

/* Between two looks at several queues that cannot be polled. */
#define FIRST_PAUSE INT64_C(200000)
#define LONGEST_PAUSE INT64_C(10000000)
#define LOOK_EVERY INT64_C(1000000000)
#define MOST_POLLED 64

void queue_init(struct queue *queue, const struct object *object)
{
	*queue = (struct queue){.object = object, .fd = -1, .waiting = -1, .id = -1};
	queue->kind = object->kind == OBJECT_NAME ? &queue_posix : &queue_sysv;
}

int queue_open(struct queue *queue, enum queue_access access)
{
	return queue->kind->open(queue, access);
}

int queue_create(struct queue *queue, enum queue_access access, mode_t mode, const struct queue_limits *limits)
{
	return queue->kind->create(queue, access, mode, limits);
}

int queue_send(struct queue *queue, const char *bytes, size_t size, long rank, const struct deadline *deadline)
{
	return queue->kind->send(queue, bytes, size, rank, deadline);
}

int queue_return(struct queue *queue, const struct message *message, const struct deadline *deadline)
{
	if (queue_send(queue, message->bytes, message->size, message->rank, deadline) == -1)
		return -1;
	if (!queue->kind->is_gone(queue))
		return 0;
	errno = EIDRM;
	return -1;
}

static int interrupted(void)
{
	return interrupt_pending() != 0 || interrupt_child();
}

int queue_receive_now(struct queue **queues, int count, struct message *message, int *failed)
{
	int i, result;

	for (i = 0; i < count; i++) {
		do
			result = queues[i]->kind->receive(queues[i], message);
		while (result == -1 && errno == EINTR && !interrupted());
		if (result == 0)
			return i;
		*failed = i;
		if (errno != EAGAIN && errno != EINTR)
			return -1;
	}
	errno = EAGAIN;
	return -1;
}

/*
 * Waits until there may be something new; 1, 0 past the deadline, -1 with errno.  `*look` is set where
 * one of the queues may be gone.
 */
static int wait_polled(struct queue **queues, int count, const struct deadline *deadline, int *look)
{
	/* First the queues, then what tells that one may be gone. */
	struct pollfd p[2 * MOST_POLLED], *gone = p + count;
	int64_t left = deadline_left(deadline);
	int i, result;

	if (interrupted()) {
		errno = EINTR;
		return -1;
	}
	for (i = 0; i < count; i++) {
		p[i] = (struct pollfd){queues[i]->fd, POLLIN, 0};
		gone[i] = (struct pollfd){monitor_descriptor(&queues[i]->monitor), POLLIN, 0};
		/* Where a removal cannot be watched for it is looked for. */
		if (gone[i].fd == -1 && left > LOOK_EVERY)
			left = LOOK_EVERY;
	}
	result = deadline_poll(p, 2 * (nfds_t)count, left);
	if (result == -1 && errno == EINTR && !interrupted())
		return 1;
	*look = result == 0;
	for (i = 0; i < count; i++)
		*look |= gone[i].revents != 0;
	return result == 0 && deadline_left(deadline) > 0 ? 1 : result;
}

static int wait_paused(int64_t *pause, const struct deadline *deadline)
{
	int64_t left = deadline_left(deadline), wait = left < *pause ? left : *pause;
	struct timespec ts = {0, (long)wait};

	if (left == 0)
		return 0;
	*pause = *pause * 2 < LONGEST_PAUSE ? *pause * 2 : LONGEST_PAUSE;
	nanosleep(&ts, NULL);
	if (!interrupted())
		return 1;
	errno = EINTR;
	return -1;
}

static int find_gone(struct queue **queues, int count)
{
	int i;

	for (i = 0; i < count; i++)
		if (queues[i]->kind->is_gone(queues[i]))
			return i;
	return -1;
}

int queue_receive_any(struct queue **queues, int count, struct message *message, const struct deadline *deadline,
                      int *failed)
{
	int64_t pause = FIRST_PAUSE;
	int polled = count <= MOST_POLLED, look = 1, i, result;

	*failed = 0;
	if (count == 1) {
		result = queues[0]->kind->receive_wait(queues[0], message, deadline);
		return result == -1 ? -1 : 0;
	}
	for (i = 0; i < count; i++)
		polled = polled && queues[i]->kind->watch != NULL;
	for (i = 0; polled && i < count; i++)
		if (!queues[i]->watched)
			queues[i]->kind->watch(queues[i]);
	for (;;) {
		/* What watches for a removal is in place before we look. */
		if (look && (i = find_gone(queues, count)) != -1) {
			*failed = i;
			errno = EIDRM;
			return -1;
		}
		result = queue_receive_now(queues, count, message, failed);
		if (result != -1 || errno != EAGAIN)
			return result;
		look = 1;
		result = polled ? wait_polled(queues, count, deadline, &look) : wait_paused(&pause, deadline);
		if (result == 0)
			errno = ETIMEDOUT;
		if (result <= 0)
			return -1;
	}
}

int queue_may_wait(const struct deadline *deadline)
{
	int64_t left;

	if (interrupt_pending() != 0) {
		errno = EINTR;
		return -1;
	}
	if (deadline_never(deadline))
		return 1;
	left = deadline_left(deadline);
	if (left > 0)
		interrupt_alarm(left);
	return left > 0;
}

int queue_end_wait(int result, const struct deadline *deadline)
{
	int saved = errno;

	if (!deadline_never(deadline))
		interrupt_alarm(0);
	errno = saved;
	return result;
}

void queue_close(struct queue *queue)
{
	queue->kind->close(queue);
	free(queue->scratch);
	queue->scratch = NULL;
}
