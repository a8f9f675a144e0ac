/* SPDX-License-Identifier: ISC */
#include "ipc/semaphore.h"

#include <errno.h>
#include <sys/sem.h>

#include "base/interrupt.h"
#include "ipc/semaphore_sysv.h"

/* Taking many POSIX tokens looks at the time and at signals once in so many. */
enum { TOKENS_BETWEEN_LOOKS = 4096 };

static int fail(int err)
{
	errno = err;
	return -1;
}

static const struct semaphore closed = {.id = -1, .size = 1};

int semaphore_open(struct semaphore *semaphore, const struct object *object)
{
	*semaphore = closed;
	semaphore->is_posix = object->kind == OBJECT_NAME;
	if (semaphore->is_posix)
		return semaphore_posix_open(&semaphore->posix, object->name);
	semaphore->id = semaphore_sysv_open(object, &semaphore->size);
	return semaphore->id == -1 ? -1 : 0;
}

int semaphore_create(struct semaphore *semaphore, const struct object *object, mode_t mode, const int *values, int count)
{
	*semaphore = closed;
	semaphore->is_posix = object->kind == OBJECT_NAME;
	if (semaphore->is_posix)
		return semaphore_posix_create(object->name, mode, values[0]);
	semaphore->id = semaphore_sysv_create(object, mode, values, count);
	semaphore->size = count;
	return semaphore->id == -1 ? -1 : 0;
}

int semaphore_is_unfinished(const struct semaphore *semaphore)
{
	return !semaphore->is_posix && semaphore_sysv_is_unfinished(semaphore->id, semaphore->size);
}

/* Whether taking `count` POSIX tokens one by one goes on: it is not begun without time where too few are free. */
static int check_many(const struct semaphore *semaphore, int count, const struct deadline *deadline, int nonblock)
{
	int value, waiting;

	if (!semaphore->is_posix || count == 1)
		return 0;
	if (semaphore->taken == 0)
		return nonblock && semaphore_posix_look(&semaphore->posix, &value, &waiting) == 0 && value < count ? fail(ETIMEDOUT) : 0;
	if (semaphore->taken % TOKENS_BETWEEN_LOOKS != 0)
		return 0;
	if (interrupt_pending() != 0)
		return fail(EINTR);
	return !nonblock && deadline_left(deadline) == 0 ? fail(ETIMEDOUT) : 0;
}

/* Takes one POSIX token, or `count` of System V. */
static int take_step(struct semaphore *semaphore, int count, const struct deadline *deadline)
{
	int result = semaphore->is_posix ? semaphore_posix_take(&semaphore->posix, deadline) : semaphore_sysv_take(semaphore->id, count, deadline);

	if (result == 0)
		semaphore->taken += semaphore->is_posix ? 1 : count;
	return result;
}

int semaphore_take(struct semaphore *semaphore, const struct deadline *deadline)
{
	return semaphore_take_several(semaphore, 1, deadline);
}

int semaphore_take_several(struct semaphore *semaphore, int count, const struct deadline *deadline)
{
	int nonblock = deadline_left(deadline) == 0, saved;

	while (semaphore->taken < count) {
		if (check_many(semaphore, count, deadline, nonblock) == 0) {
			if (take_step(semaphore, count, deadline) == 0)
				continue;
			/* Ctrl-Z and fg end the wait with EINTR, too. */
			if (errno == EINTR && interrupt_pending() == 0)
				continue;
		}
		saved = errno;
		semaphore_give(semaphore);
		return fail(saved);
	}
	return 0;
}

int semaphore_keep(struct semaphore *semaphore)
{
	if (!semaphore->is_posix && semaphore->taken > 0 && semaphore_sysv_keep(semaphore->id, semaphore->taken) == -1)
		return -1;
	semaphore->taken = 0;
	return 0;
}

int semaphore_give(struct semaphore *semaphore)
{
	int count = semaphore->taken;

	if (count == 0)
		return 0;
	if ((semaphore->is_posix ? semaphore_posix_post(&semaphore->posix, count) : semaphore_sysv_give(semaphore->id, count)) == -1)
		return -1;
	semaphore->taken = 0;
	return 0;
}

int semaphore_post(struct semaphore *semaphore, int count)
{
	return semaphore->is_posix ? semaphore_posix_post(&semaphore->posix, count) : semaphore_sysv_post(semaphore->id, count);
}

int semaphore_look(const struct semaphore *semaphore, int at, struct semaphore_state *state)
{
	*state = (struct semaphore_state){-1, -1, -1, -1};
	if (semaphore->is_posix)
		return semaphore_posix_look(&semaphore->posix, &state->value, &state->waiting);
	state->value = semctl(semaphore->id, at, GETVAL);
	if (state->value == -1)
		return -1;
	state->waiting = semctl(semaphore->id, at, GETNCNT);
	state->waiting_zero = semctl(semaphore->id, at, GETZCNT);
	state->last = semctl(semaphore->id, at, GETPID);
	return 0;
}

int semaphore_glance(const struct object *object, struct semaphore_state *state)
{
	*state = (struct semaphore_state){-1, -1, -1, -1};
	return semaphore_posix_glance(object->name, &state->value, &state->waiting);
}

int semaphore_values(const struct semaphore *semaphore, int *values)
{
	int waiting;

	if (semaphore->is_posix)
		return semaphore_posix_look(&semaphore->posix, values, &waiting);
	return semaphore->size == 0 ? fail(EACCES) : semaphore_sysv_values(semaphore->id, semaphore->size, values);
}

int semaphore_set(struct semaphore *semaphore, const int *values)
{
	if (semaphore->is_posix)
		return semaphore_posix_set(&semaphore->posix, values[0]);
	return semaphore->size == 0 ? fail(EACCES) : semaphore_sysv_set(semaphore->id, semaphore->size, values);
}

int semaphore_remove(const struct object *object)
{
	return object->kind == OBJECT_NAME ? semaphore_posix_remove(object->name) : semaphore_sysv_remove(object);
}

void semaphore_close(struct semaphore *semaphore)
{
	semaphore_give(semaphore);
	semaphore_posix_close(&semaphore->posix);
	*semaphore = closed;
}
