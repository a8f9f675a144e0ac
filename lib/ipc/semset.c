/* SPDX-License-Identifier: ISC */
#include "ipc/semset.h"

#include <errno.h>
#include <stddef.h>
#include <sys/sem.h>

#include "ipc/sysv.h"

enum {
	VALUES_MOST = 3,
	SMALLEST = 3, /* size of a set with a mark */
	TRIES = 1000, /* other processes may create and remove the set all the time */
};

int semset_room(int size)
{
	return (size - SEMSET_FIRST_SLOT - 1) / 2;
}

int semset_size(int room)
{
	return SEMSET_FIRST_SLOT + 2 * room + 1;
}

enum semset_kind semset_kind_of(int id, int size)
{
	int last = size >= SMALLEST ? semctl(id, size - 1, GETVAL) : 0;

	switch (last) {
	case SEMSET_BARRIER:
	case SEMSET_SLOTS:
	case SEMSET_RETIRED: return (enum semset_kind)last;
	default: return SEMSET_PLAIN;
	}
}

/* Sets the kind, by the size: 0, or -1 with errno. */
static int find_kind(struct semset *set)
{
	errno = 0;
	set->kind = semset_kind_of(set->id, set->size);
	return errno == 0 ? 0 : -1;
}

/* Reads the size and the kind: 0, or -1 with errno. */
static int look(struct semset *set, struct semid_ds *ds)
{
	if (semctl(set->id, 0, IPC_STAT, (union semun){.buf = ds}) == -1)
		return -1;
	set->size = (int)ds->sem_nsems;
	return find_kind(set);
}

/* Fills the set unless another process has: 0, or -1 with errno. */
static int fill(int id, enum semset_kind kind, int size, const int *values, int count)
{
	struct sembuf operations[2 + 2 * VALUES_MOST];
	unsigned short last = (unsigned short)(size - 1);
	size_t used = 0;
	int i;

	operations[used++] = (struct sembuf){last, 0, IPC_NOWAIT};
	for (i = 0; i < count; i++)
		operations[used++] = (struct sembuf){(unsigned short)i, 0, IPC_NOWAIT};
	operations[used++] = (struct sembuf){last, (short)kind, 0};
	for (i = 0; i < count; i++)
		if (values[i] != 0)
			operations[used++] = (struct sembuf){(unsigned short)i, (short)values[i], 0};
	return semop(id, operations, used) == 0 || errno == EAGAIN ? 0 : -1;
}

static int open_once(struct semset *set, const struct object *object, enum semset_kind kind, int size, mode_t mode,
                     const int *values, int count, int *created)
{
	struct semid_ds ds;
	key_t key;

	*created = 0;
	set->id = sysv_find_set(object);
	if (set->id == -1) {
		if (errno != ENOENT || object->kind == OBJECT_ID || object_key(object, &key) == -1)
			return -1;
		set->id = semget(key, size, IPC_CREAT | IPC_EXCL | (int)mode);
		if (set->id == -1)
			return -1;
		*created = 1;
	}
	if (look(set, &ds) == -1)
		return -1;
	/* A set of this size that no process ever used: if all of it is 0, the process that was to fill it has not. */
	if (set->kind == SEMSET_PLAIN && set->size == size && ds.sem_otime == 0) {
		if (fill(set->id, kind, size, values, count) == -1)
			return -1;
		return find_kind(set);
	}
	return 0;
}

int semset_open(struct semset *set, const struct object *object, enum semset_kind kind, int size, mode_t mode,
                const int *values, int count, int *created)
{
	int tries;

	for (tries = 0; tries < TRIES; tries++) {
		if (open_once(set, object, kind, size, mode, values, count, created) == 0)
			return 0;
		if (object->kind == OBJECT_ID || (errno != EEXIST && errno != EIDRM && errno != EINVAL))
			break;
	}
	if (errno == EINVAL && object->kind == OBJECT_ID)
		errno = ENOENT;
	return -1;
}

int semset_operate(int id, struct sembuf *operations, size_t count, const struct deadline *deadline)
{
	struct timespec left;
	int result;

	do
		result = semtimedop(id, operations, count, deadline_left_timespec(deadline, &left));
	while (result == -1 && errno == EINTR);
	return result;
}

int semset_try(int id, struct sembuf *operations, size_t count)
{
	static const struct deadline at_once = {0};

	return semset_operate(id, operations, count, &at_once);
}
