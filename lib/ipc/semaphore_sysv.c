/* SPDX-License-Identifier: ISC */
#include "ipc/semaphore_sysv.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/sem.h>
#include <time.h>

#include "ipc/sysv.h"

static int fail(int err)
{
	errno = err;
	return -1;
}

static int stat_set(int id, struct semid_ds *ds)
{
	return semctl(id, 0, IPC_STAT, (union semun){.buf = ds});
}

int semaphore_sysv_open(const struct object *object, int *size)
{
	struct semid_ds ds;
	key_t key;
	int id = sysv_find_set(object);

	if (id == -1)
		return -1;
	if (stat_set(id, &ds) == 0) {
		*size = (int)ds.sem_nsems;
		return id;
	}
	/* With the right to change but not to read a set, its size remains unknown. */
	if (errno == EACCES && (object->kind == OBJECT_ID || (object_key(object, &key) == 0 && semget(key, 0, 0200) != -1))) {
		*size = 0;
		return id;
	}
	/* It may also have been removed just after semget(2). */
	return sysv_fail_missing(errno);
}

/* Performs an operation that changes sem_otime alone.  It fails where another process has used the set already. */
static int touch(int id, int value)
{
	struct sembuf down_up[2] = {{0, -1, IPC_NOWAIT}, {0, 1, IPC_NOWAIT}}, zero = {0, 0, IPC_NOWAIT};

	return (value > 0 ? semop(id, down_up, 2) : semop(id, &zero, 1)) == 0 || errno == EAGAIN ? 0 : -1;
}

/* Adds the values to the zeros of a new set by semop(2), which keeps what others did meanwhile; SETALL fills larger sets. */
static int fill(int id, const int *values, int count)
{
	struct sembuf *operations = calloc((size_t)count, sizeof(*operations));
	unsigned short *all = calloc((size_t)count, sizeof(*all));
	int i, used = 0, result = -1;

	for (i = 0; operations != NULL && all != NULL && i < count; i++) {
		all[i] = (unsigned short)values[i];
		if (values[i] != 0)
			operations[used++] = (struct sembuf){(unsigned short)i, (short)values[i], 0};
	}
	if (operations != NULL && all != NULL) {
		result = used > 0 ? semop(id, operations, (size_t)used) : touch(id, 0);
		if (result == -1 && errno == E2BIG && semctl(id, 0, SETALL, (union semun){.array = all}) == 0)
			result = touch(id, values[0]);
	}
	free(operations);
	free(all);
	return result;
}

/* Takes away the owner's own rights that filling needed and `mode` does not have. */
static int narrow(int id, mode_t mode)
{
	struct semid_ds ds;

	if ((mode & 0600) == 0600)
		return 0;
	if (stat_set(id, &ds) == -1)
		return -1;
	ds.sem_perm.mode = (unsigned short)mode;
	return semctl(id, 0, IPC_SET, (union semun){.buf = &ds});
}

/* With all signals blocked. */
static int create(key_t key, mode_t mode, const int *values, int count)
{
	int id = semget(key, count, IPC_CREAT | IPC_EXCL | 0600 | (int)mode), saved;

	if (id == -1)
		return -1;
	if (fill(id, values, count) == 0 && narrow(id, mode) == 0)
		return id;
	saved = errno;
	semctl(id, 0, IPC_RMID, (union semun){0});
	return sysv_fail_removed(saved);
}

int semaphore_sysv_create(const struct object *object, mode_t mode, const int *values, int count)
{
	sigset_t all, before;
	key_t key;
	int id, saved;

	if (object_key(object, &key) == -1)
		return -1;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	id = create(key, mode, values, count);
	saved = errno;
	sigprocmask(SIG_SETMASK, &before, NULL);
	errno = saved;
	return id;
}

int semaphore_sysv_is_unfinished(int id, int size)
{
	struct semid_ds ds;
	int *values, i, zeros = 1;

	if (size == 0 || stat_set(id, &ds) == -1 || ds.sem_otime != 0)
		return 0;
	if (time(NULL) - (time_t)ds.sem_ctime > 1)
		return 0;
	values = calloc((size_t)size, sizeof(*values));
	if (values == NULL || semaphore_sysv_values(id, size, values) == -1)
		zeros = 0;
	for (i = 0; zeros && i < size; i++)
		zeros = values[i] == 0;
	free(values);
	return zeros;
}

int semaphore_sysv_take(int id, int count, const struct deadline *deadline)
{
	struct sembuf take = {0, (short)-count, SEM_UNDO};
	struct timespec left;

	if (semtimedop(id, &take, 1, deadline_left_timespec(deadline, &left)) == 0)
		return 0;
	/* The kernel says EAGAIN when the time is over. */
	return errno == EAGAIN ? fail(ETIMEDOUT) : sysv_fail_removed(errno);
}

int semaphore_sysv_give(int id, int count)
{
	struct sembuf give = {0, (short)count, SEM_UNDO};

	while (semop(id, &give, 1) == -1)
		if (errno != EINTR)
			return -1;
	return 0;
}

int semaphore_sysv_keep(int id, int count)
{
	/* One of the two cancels what the kernel has noted for our end; together they leave the value as it is. */
	struct sembuf up = {0, (short)count, SEM_UNDO}, down = {0, (short)-count, IPC_NOWAIT};
	struct sembuf up_down[2] = {up, down}, down_up[2] = {down, up};

	if (semop(id, up_down, 2) == 0)
		return 0;
	/* Other processes may have filled it up to its limit. */
	return errno == ERANGE ? semop(id, down_up, 2) : -1;
}

int semaphore_sysv_post(int id, int count)
{
	struct sembuf give = {0, (short)count, 0};
	int result;

	do
		result = semop(id, &give, 1);
	while (result == -1 && errno == EINTR);
	return result == -1 && errno == ERANGE ? fail(EOVERFLOW) : result;
}

int semaphore_sysv_values(int id, int size, int *values)
{
	unsigned short *all = calloc((size_t)size, sizeof(*all));
	int i, result;

	if (all == NULL)
		return -1;
	result = semctl(id, 0, GETALL, (union semun){.array = all});
	for (i = 0; result != -1 && i < size; i++)
		values[i] = all[i];
	free(all);
	return result == -1 ? -1 : 0;
}

int semaphore_sysv_set(int id, int size, const int *values)
{
	unsigned short *all;
	int i, result;

	if (size == 1)
		return semctl(id, 0, SETVAL, (union semun){.val = values[0]});
	all = calloc((size_t)size, sizeof(*all));
	if (all == NULL)
		return -1;
	for (i = 0; i < size; i++)
		all[i] = (unsigned short)values[i];
	result = semctl(id, 0, SETALL, (union semun){.array = all});
	free(all);
	return result == -1 ? -1 : 0;
}

int semaphore_sysv_remove(const struct object *object)
{
	int id = sysv_find_set(object);

	if (id == -1 || semctl(id, 0, IPC_RMID, (union semun){0}) == 0)
		return id == -1 ? -1 : 0;
	return sysv_fail_missing(errno);
}
