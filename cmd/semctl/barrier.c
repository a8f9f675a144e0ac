/* SPDX-License-Identifier: ISC */
#include "barrier.h"

#include <errno.h>
#include <sys/sem.h>

#include "ipc/semset.h"
#include "ipc/sysv.h"

/* The semaphores of the set. */
enum { LACKING, LEAVING, COUNT, MARK, SIZE };

int barrier_open(struct barrier *barrier, const struct object *object, int count, mode_t mode, int *created)
{
	int values[] = {count, 0, count};
	struct semset set;

	if (semset_open(&set, object, SEMSET_BARRIER, SIZE, mode, values, 3, created) == -1)
		return -1;
	if (set.kind != SEMSET_BARRIER || set.size != SIZE) {
		errno = EPROTOTYPE;
		return -1;
	}
	barrier->id = set.id;
	barrier->count = semctl(set.id, COUNT, GETVAL);
	return barrier->count == -1 ? -1 : 0;
}

/* Arrives as the last process, and releases the others.  EAGAIN where another one is missing, or the time is over. */
static int arrive_last(const struct barrier *barrier, const struct deadline *deadline)
{
	struct sembuf operations[] = {
		{LEAVING, 0, 0},
		{LACKING, -1, IPC_NOWAIT | SEM_UNDO},
		{LACKING, 0, IPC_NOWAIT},
		{LEAVING, 1, SEM_UNDO},
		{LEAVING, (short)(barrier->count - 1), 0},
	};

	/* An operation of 0 would wait for zero. */
	return semset_operate(barrier->id, operations, barrier->count > 1 ? 5 : 4, deadline);
}

/* Arrives as a process that will wait.  EAGAIN where no other one is missing, or the time is over. */
static int arrive(const struct barrier *barrier, const struct deadline *deadline)
{
	struct sembuf operations[] = {
		{LEAVING, 0, 0},
		{LACKING, -2, IPC_NOWAIT},
		{LACKING, 2, 0},
		{LACKING, -1, SEM_UNDO},
		{LEAVING, 1, SEM_UNDO},
		{LEAVING, -1, 0},
	};

	return semset_operate(barrier->id, operations, sizeof(operations) / sizeof(operations[0]), deadline);
}

/* Waits until the last process has arrived, a state that lasts at least until this process ends. */
static int wait_for_last(const struct barrier *barrier, const struct deadline *deadline)
{
	struct sembuf operations[] = {{LEAVING, -1, 0}, {LEAVING, 1, 0}};

	return semset_operate(barrier->id, operations, 2, deadline);
}

/* Takes the arrival back, with its undo.  EAGAIN where the last process has arrived meanwhile. */
static int withdraw(const struct barrier *barrier)
{
	static const struct deadline at_once = {0};
	struct sembuf operations[] = {
		{LEAVING, 0, IPC_NOWAIT},
		{LACKING, 1, SEM_UNDO},
		{LEAVING, 1, 0},
		{LEAVING, -1, SEM_UNDO},
	};

	return semset_operate(barrier->id, operations, sizeof(operations) / sizeof(operations[0]), &at_once);
}

int barrier_wait(const struct barrier *barrier, const struct deadline *deadline)
{
	int result, arrived = 0;

	for (;;) {
		result = arrive_last(barrier, deadline);
		if (result == 0 || errno != EAGAIN)
			break;
		result = arrive(barrier, deadline);
		arrived = result == 0;
		if (result == 0 || errno != EAGAIN || deadline_left(deadline) == 0)
			break;
	}
	if (arrived) {
		result = wait_for_last(barrier, deadline);
		if (result == -1 && errno == EAGAIN) {
			/* Either no process is released, or all N are, this one included. */
			result = withdraw(barrier);
			if (result == 0) {
				errno = EAGAIN;
				result = -1;
			} else if (errno == EAGAIN) {
				result = 0;
			}
		}
	}
	if (result == -1 && errno == EAGAIN)
		errno = ETIMEDOUT;
	return result == -1 ? sysv_fail_removed(errno) : result;
}
