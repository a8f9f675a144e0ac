/* SPDX-License-Identifier: ISC */
#include "measure.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "side.h"

#define SPINS 300 /* about the time in which a message comes that is on its way */

static const char *const side_names[] = {"the sender", "the receiver"};

/* Maps the memory that both processes share with the tool: NULL with errno on failure. */
static struct side_shared *share(int processes)
{
	struct side_shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	pthread_barrierattr_t attributes;
	int err;

	if (shared == MAP_FAILED)
		return NULL;
	pthread_barrierattr_init(&attributes);
	pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	err = pthread_barrier_init(&shared->barrier, &attributes, (unsigned)processes);
	pthread_barrierattr_destroy(&attributes);
	if (err == 0)
		return shared;
	munmap(shared, sizeof(*shared));
	errno = err;
	return NULL;
}

/* Returns how often a ring may look again: not at all where the other side needs this processor. */
static int spins_of(const struct measure_task *task)
{
	cpu_set_t set;

	if (task->cpus[0] != -1)
		return task->cpus[0] == task->cpus[1] ? 0 : SPINS;
	return sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) == 1 ? 0 : SPINS;
}

/* Opens the channel there, and the one back: another one, or the same one the other way round. */
static int open_channels(const struct measure_task *task, struct side_channels *channels)
{
	int spins = spins_of(task);

	channels->back = (struct channel){.fds = {-1, -1}, .queue = -1};
	if (mechanism_open(&channels->there, task->mechanism, task->size, spins) == -1)
		return -1;
	if (!task->latency)
		return 0;
	if (task->mechanism->duplex) {
		channels->back = channels->there;
		channels->back.fds[MECHANISM_SENDER] = channels->there.fds[MECHANISM_RECEIVER];
		channels->back.fds[MECHANISM_RECEIVER] = channels->there.fds[MECHANISM_SENDER];
		return 0;
	}
	if (mechanism_open(&channels->back, task->mechanism, task->size, spins) == 0)
		return 0;
	memcpy(channels->there.why, channels->back.why, sizeof(channels->there.why));
	return -1;
}

static void close_channels(const struct measure_task *task, struct side_channels *channels)
{
	mechanism_close(&channels->there);
	if (!task->mechanism->duplex)
		mechanism_close(&channels->back);
}

static void kill_all(const pid_t *pids)
{
	int side;

	for (side = 0; side < 2; side++)
		if (pids[side] > 0)
			kill(pids[side], SIGKILL);
}

/* Writes down why a process ended otherwise than well. */
static void note_failure(struct measure_result *result, const struct side_shared *shared, int side, int status)
{
	if (result->why[0] != '\0')
		return;
	if (WIFSIGNALED(status))
		snprintf(result->why, sizeof(result->why), "%s was killed by signal %d", side_names[side], WTERMSIG(status));
	else if (shared->failed[side] == NULL)
		snprintf(result->why, sizeof(result->why), "%s ended too early", side_names[side]);
	else if (shared->err[side] == 0)
		snprintf(result->why, sizeof(result->why), "%s did not %s", side_names[side], shared->failed[side]);
	else
		snprintf(result->why, sizeof(result->why), "%s cannot %s: %s", side_names[side], shared->failed[side],
		         strerror(shared->err[side]));
}

/* Waits for both processes.  If one of them fails, or a signal comes, the other is killed. */
static void wait_for_all(struct measure_result *result, const struct side_shared *shared, pid_t *pids)
{
	int status, side;
	pid_t pid;

	while (pids[0] > 0 || pids[1] > 0) {
		/* A child may also be one that was there before the tool began: it is none of these. */
		pid = wait4(-1, &status, 0, NULL);
		if (pid == -1 && errno != EINTR)
			return;
		if (pid == -1 && interrupt_pending() != 0) {
			kill_all(pids);
			interrupt_defer();
		}
		for (side = 0; side < 2; side++) {
			if (pid == -1 || pids[side] != pid)
				continue;
			pids[side] = 0;
			if (status == 0)
				continue;
			note_failure(result, shared, side, status);
			kill_all(pids);
		}
	}
}

static void take_figures(struct measure_result *result, const struct side_shared *shared)
{
	result->messages = shared->total;
	result->time = shared->ended - shared->began;
	result->cpu[0] = shared->cpu[0];
	result->cpu[1] = shared->cpu[1];
	result->least = side_quantile(shared->counts, shared->total, 0);
	result->median = side_quantile(shared->counts, shared->total, 0.5);
	result->p99 = side_quantile(shared->counts, shared->total, 0.99);
	result->worst = shared->worst;
}

/* Forks the processes and waits for them. */
static enum measure_outcome run(const struct measure_task *task, struct side_channels *channels, struct side_shared *shared,
                                struct measure_result *result)
{
	int processes = task->mechanism->alone ? 1 : 2, side;
	pid_t pids[2] = {0, 0}, self = getpid();

	for (side = 0; side < processes; side++) {
		pids[side] = fork();
		if (pids[side] == 0)
			side_run(task, channels, shared, (enum mechanism_side)side, self);
		if (pids[side] == -1) {
			snprintf(result->why, sizeof(result->why), "cannot start %s: %s", side_names[side], strerror(errno));
			kill_all(pids);
			break;
		}
	}
	wait_for_all(result, shared, pids);
	if (interrupt_requested() != 0)
		return MEASURE_INTERRUPTED;
	if (result->why[0] != '\0')
		return MEASURE_FAILED;
	take_figures(result, shared);
	return MEASURE_DONE;
}

/* Tells a mechanism that cannot do it from one that failed. */
static enum measure_outcome judge_open(const struct channel *channel, struct measure_result *result, int err)
{
	if (err == EINTR && interrupt_pending() != 0)
		return MEASURE_INTERRUPTED;
	snprintf(result->why, sizeof(result->why), "%s", channel->why[0] != '\0' ? channel->why : strerror(err));
	return err == EMSGSIZE ? MEASURE_UNFIT : MEASURE_FAILED;
}

enum measure_outcome measure_take(const struct measure_task *task, struct measure_result *result)
{
	struct side_channels channels;
	struct side_shared *shared;
	enum measure_outcome outcome;

	*result = (struct measure_result){.why = ""};
	if (task->latency && task->mechanism->alone) {
		snprintf(result->why, sizeof(result->why), "one process alone has no round trips");
		return MEASURE_UNFIT;
	}
	shared = share(task->mechanism->alone ? 1 : 2);
	if (shared == NULL) {
		snprintf(result->why, sizeof(result->why), "%s", strerror(errno));
		return MEASURE_FAILED;
	}
	if (open_channels(task, &channels) == -1)
		outcome = judge_open(&channels.there, result, errno);
	else
		outcome = run(task, &channels, shared, result);
	close_channels(task, &channels);
	munmap(shared, sizeof(*shared));
	return outcome;
}
