/* SPDX-License-Identifier: ISC */
#include "resize.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/sem.h>

#include "cli/cli.h"
#include "failure.h"
#include "holders.h"
#include "ipc/semaphore_sysv.h"
#include "ipc/semset.h"
#include "ipc/sysv.h"
#include "operands.h"

/* A list of operations that are done in one step, without waiting. */
struct step {
	struct sembuf operations[8];
	size_t count;
};

/* Adds an operation; one of 0 would be a wait for zero. */
static void change(struct step *step, int semaphore, int by)
{
	if (by != 0)
		step->operations[step->count++] = (struct sembuf){(unsigned short)semaphore, (short)by, IPC_NOWAIT};
}

static void want_zero(struct step *step, int semaphore)
{
	step->operations[step->count++] = (struct sembuf){(unsigned short)semaphore, 0, IPC_NOWAIT};
}

/* Replaces a value, provided that it is `old`. */
static void replace(struct step *step, int semaphore, int old, int new)
{
	change(step, semaphore, -old);
	want_zero(step, semaphore);
	change(step, semaphore, new);
}

static int perform(const struct slots *slots, struct step *step)
{
	return semset_try(slots->id, step->operations, step->count);
}

/* Withdraws as many surplus tokens as are free. */
static int withdraw_free(const struct slots *slots)
{
	int surplus, tokens, result;

	do {
		struct step step = {.count = 0};

		surplus = semctl(slots->id, SEMSET_SURPLUS, GETVAL);
		tokens = surplus > 0 ? semctl(slots->id, SEMSET_TOKENS, GETVAL) : 0;
		if (surplus <= 0 || tokens <= 0)
			return surplus == -1 || tokens == -1 ? -1 : 0;
		change(&step, SEMSET_SURPLUS, -(surplus < tokens ? surplus : tokens));
		change(&step, SEMSET_TOKENS, -(surplus < tokens ? surplus : tokens));
		result = perform(slots, &step);
	} while (result == 0 || errno == EAGAIN);
	return -1;
}

/* Changes the limit, adds tokens, or notes how many are to be withdrawn: EAGAIN where another process did so just now. */
static int change_limit(struct slots *slots, int count)
{
	int surplus = semctl(slots->id, SEMSET_SURPLUS, GETVAL), more = count - slots->limit, back;
	struct step step = {.count = 0};

	if (surplus == -1)
		return -1;
	/* Tokens that are to be withdrawn stay, before any is added. */
	back = more < 0 ? more : more < surplus ? more : surplus;
	replace(&step, SEMSET_LIMIT, slots->limit, count);
	change(&step, SEMSET_SURPLUS, -back);
	change(&step, SEMSET_TOKENS, more - back > 0 ? more - back : 0);
	return perform(slots, &step);
}

/* Sets the number of tokens of a set with room for so many: 0, or -1 with errno. */
static int resize(struct slots *slots, int count)
{
	while (change_limit(slots, count) == -1) {
		if (errno != EAGAIN)
			return -1;
		slots->limit = semctl(slots->id, SEMSET_LIMIT, GETVAL);
		if (slots->limit == -1)
			return -1;
	}
	slots->limit = count;
	return withdraw_free(slots);
}

/* Whether a slot is taken: 1, 0, or -1 with errno. */
static int is_held(const struct slots *slots)
{
	int *values = calloc((size_t)slots->size, sizeof(*values)), at, result = -1;

	if (values != NULL && semaphore_sysv_values(slots->id, slots->size, values) == 0)
		for (result = 0, at = SEMSET_FIRST_SLOT; at < SEMSET_FIRST_SLOT + semset_room(slots->size); at++)
			result |= values[at] > 0;
	free(values);
	return result;
}

/* Takes all free tokens, and marks the set, so that no process begins to use it: the number of tokens, or -1 with errno. */
static int retire(const struct slots *slots)
{
	int tokens = semctl(slots->id, SEMSET_TOKENS, GETVAL);
	struct step step = {.count = 0};

	if (tokens == -1)
		return sysv_fail_removed(errno);
	replace(&step, SEMSET_TOKENS, tokens, 0);
	replace(&step, slots->size - 1, SEMSET_SLOTS, SEMSET_RETIRED);
	if (perform(slots, &step) == 0)
		return tokens;
	if (errno != EAGAIN)
		return sysv_fail_removed(errno);
	errno = EBUSY;
	return -1;
}

static int put_back(const struct slots *slots, int tokens, int err)
{
	struct step step = {.count = 0};

	change(&step, SEMSET_TOKENS, tokens);
	replace(&step, slots->size - 1, SEMSET_RETIRED, SEMSET_SLOTS);
	perform(slots, &step);
	return sysv_fail_removed(err);
}

int resize_remove_unused(const struct slots *slots)
{
	int tokens = retire(slots), held;

	if (tokens == -1)
		return -1;
	held = is_held(slots);
	if (held != 0)
		return put_back(slots, tokens, held == 1 ? EBUSY : errno);
	return semctl(slots->id, 0, IPC_RMID) == 0 || sysv_is_gone(errno) ? 0 : put_back(slots, tokens, errno);
}

int resize_unused(struct slots *slots, int count)
{
	struct step step = {.count = 0};

	if (count > semset_room(slots->size))
		return resize_remove_unused(slots);
	want_zero(&step, SEMSET_SURPLUS);
	replace(&step, SEMSET_TOKENS, slots->limit, count);
	replace(&step, SEMSET_LIMIT, slots->limit, count);
	if (perform(slots, &step) == 0) {
		slots->limit = count;
		return 0;
	}
	if (errno == EAGAIN)
		errno = EBUSY;
	else
		sysv_fail_removed(errno);
	return -1;
}

/* Opens an existing set that run created: 0, or the status to exit with. */
static int open_slots(const struct job *job, struct slots *slots)
{
	struct semaphore semaphore;

	if (is_posix(job)) {
		cli_warn(job->object.word, "a POSIX semaphore has no number of tokens; post adds one, wait takes one");
		return CLI_FAILED;
	}
	if (operands_open(&semaphore, &job->object) == -1)
		return failure_tell(&job->object, errno);
	operands_wait_until_finished(&semaphore);
	if (semset_kind_of(semaphore.id, semaphore.size) != SEMSET_SLOTS) {
		cli_warn(job->object.word, "not a set that run created; post adds a token, wait takes one");
		return CLI_FAILED;
	}
	*slots = (struct slots){semaphore.id, semaphore.size, semctl(semaphore.id, SEMSET_LIMIT, GETVAL)};
	return slots->limit == -1 ? failure_tell(&job->object, errno) : CLI_DONE;
}

/* Creates the set anew, since it has no room for so many tokens: that takes a set that no process uses. */
static int recreate(const struct job *job, struct slots *slots, int count)
{
	const char *holders;
	int created;

	if (job->object.kind != OBJECT_ID && resize_unused(slots, count) == 0 &&
	    slots_open(slots, &job->object, count, job->mode, &created) == 0)
		return CLI_DONE;
	holders = holders_text(&job->object);
	cli_warn(job->object.word, "the set has room for %d tokens%s%s", semset_room(slots->size),
	         holders != NULL ? " while it is used; held by " : job->object.kind == OBJECT_ID ? ", and its id would change" : "",
	         holders != NULL ? holders : "");
	return CLI_FAILED;
}

int resize_run(const struct job *job)
{
	int count = (int)cli_number_or_exit("resize", job->words[0], 1, SLOTS_MOST), status;
	struct slots slots;

	status = open_slots(job, &slots);
	if (status != CLI_DONE)
		return status;
	if (count > semset_room(slots.size)) {
		status = recreate(job, &slots, count);
	} else if (resize(&slots, count) == -1) {
		sysv_fail_removed(errno);
		status = failure_tell(&job->object, errno);
	}
	if (status == CLI_DONE && job->verbose)
		cli_warn(job->object.word, "has %d token%s now", count, count == 1 ? "" : "s");
	return status;
}
