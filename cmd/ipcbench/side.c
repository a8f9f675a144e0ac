/* SPDX-License-Identifier: ISC */
#include "side.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)
#define LOOK_PAUSE INT64_C(50000) /* nanoseconds between two looks at the clock, at most about that */
#define WARM_BYTES ((size_t)1 << 20)
#define WARM_MOST 256
#define WARM_LEAST 4

/* One side while it runs. */
struct side {
	const struct measure_task *task;
	struct side_channels *channels;
	struct side_shared *shared;
	enum mechanism_side number;
	char *bytes, *expected; /* messages with room before them */
};

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * SECOND + ts.tv_nsec;
}

/* Returns the processor time of this process, user and system, in nanoseconds. */
static int64_t processor_time(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * SECOND + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
}

_Noreturn static void fail(struct side *side, const char *what, int err)
{
	side->shared->failed[side->number] = what;
	side->shared->err[side->number] = err;
	_exit(1);
}

/* Fills a message with bytes that only the message of this number has, by the generator xorshift64. */
static void fill(char *bytes, size_t size, uint64_t number)
{
	uint64_t state = (number + 1) * UINT64_C(0x9e3779b97f4a7c15);
	size_t i;

	for (i = 0; i < size; i++) {
		if (i % sizeof(state) == 0) {
			state ^= state << 13;
			state ^= state >> 7;
			state ^= state << 17;
		}
		bytes[i] = (char)(state >> 8 * (i % sizeof(state)));
	}
}

/* Some calls fail with EINTR when the process was stopped and continued, signal(7): nothing has moved then. */
static void send_one(struct side *side, struct channel *channel)
{
	while (channel->mechanism->send(channel, side->bytes) == -1)
		if (errno != EINTR)
			fail(side, "send", errno);
}

static void receive_one(struct side *side, struct channel *channel)
{
	while (channel->mechanism->receive(channel, side->bytes) == -1)
		if (errno != EINTR)
			fail(side, "receive", errno);
}

/* Compares the message that was received with that of this number. */
static void compare(struct side *side, uint64_t number)
{
	fill(side->expected, side->task->size, number);
	if (memcmp(side->bytes, side->expected, side->task->size) != 0)
		fail(side, "receive the bytes that were sent", 0);
}

/* Moves messages that each differ, and compares them; also makes memory and caches warm.  Returns their number. */
static uint64_t warm_up(struct side *side)
{
	struct channel *there = &side->channels->there;
	uint64_t count = WARM_BYTES / side->task->size, i;

	if (count > WARM_MOST)
		count = WARM_MOST;
	if (count < WARM_LEAST)
		count = WARM_LEAST;
	for (i = 0; i < count; i++) {
		if (side->number == MECHANISM_SENDER) {
			fill(side->bytes, side->task->size, i);
			send_one(side, there);
		}
		if (side->number == MECHANISM_RECEIVER || there->mechanism->alone) {
			memset(side->bytes, 0, side->task->size);
			receive_one(side, there);
			compare(side, i);
		}
	}
	return count;
}

/* Decides by the clock whether the next message is the last.  Looks at it only now and then: `pause` messages pass. */
struct clock {
	int64_t end, looked;
	uint64_t pause, left;
};

static int is_over(struct clock *watch)
{
	int64_t at;

	if (--watch->left > 0)
		return 0;
	at = now();
	if (at - watch->looked < LOOK_PAUSE)
		watch->pause *= 2;
	else if (at - watch->looked > 4 * LOOK_PAUSE && watch->pause > 1)
		watch->pause /= 2;
	watch->looked = at;
	watch->left = watch->pause;
	return at >= watch->end;
}

/* Sends until the time is over.  The receiver learns the number of messages before it gets the last one. */
static void send_all(struct side *side)
{
	struct channel *there = &side->channels->there;
	struct clock watch = {.looked = side->shared->began, .end = side->shared->began + side->task->slice, .pause = 1, .left = 1};
	uint64_t sent = 0;
	int over;

	do {
		over = is_over(&watch);
		if (over)
			atomic_store(&side->shared->total, sent + 1);
		send_one(side, there);
		if (there->mechanism->alone)
			receive_one(side, there);
		sent++;
	} while (!over);
}

static void receive_all(struct side *side)
{
	struct channel *there = &side->channels->there;
	uint64_t received = 0;

	do {
		receive_one(side, there);
		received++;
	} while (received != atomic_load_explicit(&side->shared->total, memory_order_relaxed));
}

/* Returns the cell in which a round trip of this time is counted. */
static size_t cell_of(int64_t time)
{
	uint64_t value = time > 0 ? (uint64_t)time : 0;
	unsigned power = 0;

	while (value >= 2 * SIDE_STEPS) {
		value >>= 1;
		power++;
	}
	/* Below SIDE_STEPS each nanosecond has a cell of its own; above, each power has SIDE_STEPS of them. */
	return power >= SIDE_POWERS - 1 ? SIDE_CELLS - 1 : power * SIDE_STEPS + (size_t)value;
}

int64_t side_quantile(const uint32_t *counts, uint64_t count, double share)
{
	uint64_t before = 0, wanted = (uint64_t)((double)count * share);
	size_t i = 0;

	while (i + 1 < SIDE_CELLS && before + counts[i] <= wanted)
		before += counts[i++];
	if (i < 2 * SIDE_STEPS)
		return (int64_t)i;
	return (int64_t)(i % SIDE_STEPS + SIDE_STEPS) << (i / SIDE_STEPS - 1);
}

/* Sends a message and waits for it to come back, until the time is over. */
static void ask_all(struct side *side)
{
	struct side_shared *shared = side->shared;
	int64_t at = shared->began, end = at + side->task->slice, last;
	uint64_t count = 0;
	int over;

	do {
		last = at;
		over = last >= end;
		if (over)
			atomic_store(&shared->total, count + 1);
		send_one(side, &side->channels->there);
		receive_one(side, &side->channels->back);
		at = now();
		shared->counts[cell_of(at - last)]++;
		if (at - last > shared->worst)
			shared->worst = at - last;
		count++;
	} while (!over);
	shared->ended = at;
}

static void answer_all(struct side *side)
{
	uint64_t count = 0;

	do {
		receive_one(side, &side->channels->there);
		count++;
		send_one(side, &side->channels->back);
	} while (count != atomic_load_explicit(&side->shared->total, memory_order_relaxed));
}

/* Runs the part that is measured. */
static void run_timed(struct side *side)
{
	int64_t before = processor_time();
	int last = side->number == MECHANISM_RECEIVER || side->task->mechanism->alone;

	if (side->number == MECHANISM_SENDER && side->task->latency)
		ask_all(side);
	else if (side->number == MECHANISM_SENDER)
		send_all(side);
	else if (side->task->latency)
		answer_all(side);
	else
		receive_all(side);
	if (last && !side->task->latency)
		side->shared->ended = now();
	side->shared->cpu[side->number] = processor_time() - before;
}

/* Takes back what the tool set for itself, and dies with it. */
static void become_child(struct side *side, pid_t parent)
{
	static const int numbers[] = {SIGHUP, SIGINT, SIGTERM, SIGALRM};
	cpu_set_t set;
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		signal(numbers[i], SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	if (side->task->cpus[side->number] == -1)
		return;
	CPU_ZERO(&set);
	CPU_SET((unsigned)side->task->cpus[side->number], &set);
	if (sched_setaffinity(0, sizeof(set), &set) == -1)
		fail(side, "run on its processor", errno);
}

/* Allocates a message with room before it. */
static char *allocate(struct side *side)
{
	char *bytes = aligned_alloc(MECHANISM_HEADROOM, (side->task->size + 2 * MECHANISM_HEADROOM - 1) / MECHANISM_HEADROOM *
	                            MECHANISM_HEADROOM);

	if (bytes == NULL)
		fail(side, "allocate a message", ENOMEM);
	return bytes + MECHANISM_HEADROOM;
}

void side_run(const struct measure_task *task, struct side_channels *channels, struct side_shared *shared,
              enum mechanism_side number, pid_t parent)
{
	struct side side = {.task = task, .channels = channels, .shared = shared, .number = number};
	uint64_t last;

	become_child(&side, parent);
	if (mechanism_attach(&channels->there, number) == -1 ||
	    (task->latency && !task->mechanism->duplex && mechanism_attach(&channels->back, !number) == -1))
		fail(&side, "prepare its end", errno);
	side.bytes = allocate(&side);
	side.expected = allocate(&side);
	pthread_barrier_wait(&shared->barrier);
	last = warm_up(&side) - 1;
	fill(side.bytes, task->size, last);
	pthread_barrier_wait(&shared->barrier);
	if (number == MECHANISM_SENDER)
		shared->began = now();
	pthread_barrier_wait(&shared->barrier);
	run_timed(&side);
	compare(&side, last);
	_exit(0);
}
