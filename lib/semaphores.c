/* SPDX-License-Identifier: ISC */
#include "semaphores.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <unistd.h>

#include "interrupt.h"

/* glibc's file of a semaphore; musl's has no "sem." and another layout. */
#define PREFIX "/dev/shm/sem."

static int fail(int err)
{
	errno = err;
	return -1;
}

static int open_posix(struct semaphore *semaphore, const struct object *object)
{
	char path[sizeof(PREFIX) + NAME_MAX];
	struct stat st;

	/* sem_open(3) trusts whatever file it finds. */
	if (snprintf(path, sizeof(path), PREFIX "%s", object->name + 1) > (int)(sizeof("/dev/shm/") - 1 + NAME_MAX))
		return fail(ENAMETOOLONG);
	if (lstat(path, &st) == -1)
		return -1;
	if (!S_ISREG(st.st_mode) || st.st_size != (off_t)sizeof(sem_t))
		return fail(EINVAL);
	semaphore->posix = sem_open(object->name, 0);
	if (semaphore->posix != SEM_FAILED)
		return 0;
	semaphore->posix = NULL;
	return -1;
}

int semaphore_open(struct semaphore *semaphore, const struct object *object)
{
	union {
		struct semid_ds *ds;
	} argument;
	struct semid_ds ds;
	key_t key;

	*semaphore = (struct semaphore){NULL, -1, 0};
	if (object->kind == OBJECT_NAME)
		return open_posix(semaphore, object);
	if (object->kind == OBJECT_ID) {
		semaphore->id = object->id;
		argument.ds = &ds;
		if (semctl(semaphore->id, 0, IPC_STAT, argument) == -1)
			return fail(errno == EINVAL ? ENOENT : errno);
		return 0;
	}
	if (object_key(object, &key) == -1)
		return -1;
	semaphore->id = semget(key, 0, 0);
	return semaphore->id == -1 ? -1 : 0;
}

static int take_posix(struct semaphore *semaphore, const struct deadline *deadline)
{
	struct timespec until;

	if (deadline_never(deadline))
		return sem_wait(semaphore->posix);
	until = deadline_timespec(deadline);
	return sem_clockwait(semaphore->posix, CLOCK_MONOTONIC, &until);
}

static int take_sysv(struct semaphore *semaphore, const struct deadline *deadline)
{
	struct sembuf take = {0, -1, SEM_UNDO};
	struct timespec left;

	if (semtimedop(semaphore->id, &take, 1, deadline_left_timespec(deadline, &left)) == 0)
		return 0;
	/* Its timeout is EAGAIN; an id that was removed before the call is EINVAL. */
	return fail(errno == EAGAIN ? ETIMEDOUT : errno == EINVAL ? EIDRM : errno);
}

int semaphore_take(struct semaphore *semaphore, const struct deadline *deadline)
{
	for (;;) {
		int result = semaphore->posix ? take_posix(semaphore, deadline) : take_sysv(semaphore, deadline);

		if (result == 0) {
			semaphore->taken = 1;
			return 0;
		}
		/* Ctrl-Z and fg end the wait with EINTR, too. */
		if (errno != EINTR || interrupt_pending() != 0)
			return -1;
	}
}

int semaphore_give(struct semaphore *semaphore)
{
	struct sembuf give = {0, 1, SEM_UNDO};
	int result;

	if (!semaphore->taken)
		return 0;
	do
		result = semaphore->posix ? sem_post(semaphore->posix) : semop(semaphore->id, &give, 1);
	while (result == -1 && errno == EINTR);
	if (result == 0)
		semaphore->taken = 0;
	return result;
}

void semaphore_close(struct semaphore *semaphore)
{
	semaphore_give(semaphore);
	if (semaphore->posix != NULL)
		sem_close(semaphore->posix);
	*semaphore = (struct semaphore){NULL, -1, 0};
}
