/* SPDX-License-Identifier: ISC */
#include "ipc/queue.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

#include "base/interrupt.h"
#include "ipc/queue_kind.h"

/* Pauses between two looks at several queues that cannot be polled, in nanoseconds. */
#define FIRST_PAUSE INT64_C(200000)
#define LONGEST_PAUSE INT64_C(10000000)
/* Time between two looks at queues whose removal is not reported. */
#define LOOK_EVERY INT64_C(1000000000)
#define MOST_POLLED 64

static const struct queue_kind *const kinds[] = {&queue_posix, &queue_amqp, &queue_sysv};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static const struct queue_kind *kind_of(const struct object *object)
{
	size_t i;

	for (i = 0; i < KINDS - 1; i++)
		if (kinds[i]->names & (unsigned)object->kind)
			break;
	return kinds[i];
}

void queue_init(struct queue *queue, const struct object *object)
{
	*queue = (struct queue){.object = object, .kind = kind_of(object), .id = -1, .descriptors = {-1, -1}};
	if (queue->kind->init != NULL)
		queue->kind->init(queue);
}

const struct queue_rank *queue_rank(const struct queue *queue)
{
	return &queue->kind->rank;
}

const char *queue_refusal(const struct object *object, enum queue_ability ability)
{
	return kind_of(object)->refusals[ability];
}

const char *queue_variable(size_t index)
{
	return index < KINDS ? kinds[index]->rank.variable : NULL;
}

int queue_open(struct queue *queue, enum queue_access access)
{
	queue->creating = 0;
	return queue->kind->open(queue, access);
}

int queue_create(struct queue *queue, enum queue_access access, mode_t mode, const struct queue_limits *limits)
{
	queue->creating = 1;
	queue->limits = *limits;
	return queue->kind->create(queue, access, mode, limits);
}

int queue_remove(struct queue *queue)
{
	return queue->kind->remove(queue);
}

void queue_close(struct queue *queue)
{
	queue->kind->close(queue);
}

int queue_explain(const struct queue *queue, int err, char *text, size_t room)
{
	return queue->kind->explain != NULL && queue->kind->explain(queue, err, text, room);
}

int queue_send(struct queue *queue, const char *bytes, size_t size, long rank, const struct deadline *deadline)
{
	int result = queue->kind->send(queue, bytes, size, rank, deadline);

	queue->sent += result == 0;
	return result;
}

uint64_t queue_unsettled(const struct queue *queue)
{
	return queue->kind->unsettled != NULL ? queue->kind->unsettled(queue) : 0;
}

int queue_await_input(struct queue *queue, int fd, int64_t timeout)
{
	return queue->kind->await_input != NULL ? queue->kind->await_input(queue, fd, timeout) : 0;
}

uint64_t queue_taken(const struct queue *queue)
{
	return queue->kind->taken != NULL ? queue->kind->taken(queue) : queue->sent;
}

static int fail_removed(void)
{
	errno = EIDRM;
	return -1;
}

int queue_settle(struct queue *queue, const struct deadline *deadline)
{
	if (queue->kind->settle != NULL)
		return queue->kind->settle(queue, deadline);
	return queue->kind->is_gone(queue) && queue->kind->count(queue) > 0 ? fail_removed() : 0;
}

/* Sends a message, and fails unless others can find it afterwards. */
static int send_surely(struct queue *queue, const struct message *message, long rank, const struct deadline *deadline)
{
	if (queue_send(queue, message->bytes, message->size, rank, deadline) == -1)
		return -1;
	if (queue->kind->settle != NULL && queue->kind->settle(queue, deadline) == -1)
		return -1;
	return queue->kind->is_gone(queue) ? fail_removed() : 0;
}

int queue_forward(struct queue *queue, const struct queue *from, const struct message *message, const struct deadline *deadline)
{
	return send_surely(queue, message, queue->kind == from->kind ? message->rank : queue->kind->rank.normal, deadline);
}

int queue_accept(struct queue *queue, const struct message *message)
{
	return queue->kind->accept != NULL ? queue->kind->accept(queue, message) : 0;
}

int queue_finish(struct queue *queue, const struct deadline *deadline)
{
	return queue->kind->finish != NULL ? queue->kind->finish(queue, deadline) : 0;
}

int queue_holds(const struct queue *queue, const struct message *message)
{
	return queue->kind->holds == NULL || queue->kind->holds(queue, message);
}

int queue_is_remote(const struct queue *queue)
{
	return queue->object->kind == OBJECT_AMQP;
}

int queue_is_lost(const struct queue *queue)
{
	return queue->kind->is_lost != NULL && queue->kind->is_lost(queue);
}

int queue_reopen(struct queue *queue)
{
	return queue->kind->reopen(queue);
}

int queue_return(struct queue *queue, const struct message *message, const struct deadline *deadline)
{
	if (queue->kind->give_back != NULL)
		return queue->kind->give_back(queue, message, deadline);
	return send_surely(queue, message, message->rank, deadline);
}

int queue_peek(struct queue *queue, struct message *message, long *cursor)
{
	return queue->kind->peek(queue, message, cursor);
}

long queue_count(struct queue *queue)
{
	return queue->kind->count(queue);
}

static int interrupted(void)
{
	return interrupt_pending() != 0 || interrupt_child();
}

static int receive_one(struct queue *queue, struct message *message, int last)
{
	int result;

	do
		result = last && queue->kind->receive_last != NULL ? queue->kind->receive_last(queue, message) : queue->kind->receive(queue, message);
	while (result == -1 && errno == EINTR && !interrupted());
	return result;
}

static int receive_first(struct queue **queues, int count, struct message *message, int *failed, int last)
{
	int i;

	for (i = 0; i < count; i++) {
		if (receive_one(queues[i], message, last) == 0)
			return i;
		*failed = i;
		if (errno != EAGAIN && errno != EINTR)
			return -1;
	}
	errno = EAGAIN;
	return -1;
}

int queue_receive_now(struct queue **queues, int count, struct message *message, int *failed)
{
	return receive_first(queues, count, message, failed, 0);
}

int queue_receive_last(struct queue **queues, int count, struct message *message, int *failed)
{
	return receive_first(queues, count, message, failed, 1);
}

/*
 * Waits until one of the queues may have a message or may be gone.  Returns 1, 0 after the deadline, -1 with errno; sets
 * `*look` if one of them may be gone.
 */
static int wait_polled(struct queue **queues, int count, const struct deadline *deadline, int *look)
{
	/* The descriptors of messages, then those of removals. */
	struct pollfd p[2 * MOST_POLLED], *gone = p + count;
	int64_t left = deadline_left(deadline);
	int i, result;

	if (interrupted()) {
		errno = EINTR;
		return -1;
	}
	for (i = 0; i < count; i++) {
		/* Reading for one queue may have brought a message for another. */
		if (queues[i]->ready)
			return 1;
		p[i] = (struct pollfd){queues[i]->descriptors[0], POLLIN, 0};
		gone[i] = (struct pollfd){queues[i]->descriptors[1], POLLIN, 0};
		/* A removal that is not reported must be looked for. */
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

/* Pauses before the next look at the queues, longer each time; returns as wait_polled() does. */
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

/* Returns the index of a queue that was removed, or -1. */
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
	/* A kind that is told of messages asks for them when it is watched. */
	for (i = 0; i < count; i++)
		if (!queues[i]->watched && queues[i]->kind->watch != NULL && (polled || queue_is_remote(queues[i])))
			queues[i]->kind->watch(queues[i]);
	for (;;) {
		/* Removals are watched before the first look, so that none is missed between the two. */
		if (look && (i = find_gone(queues, count)) != -1) {
			*failed = i;
			return fail_removed();
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
