/* SPDX-License-Identifier: ISC */
#include "ipc/semset.h"

#include <errno.h>
#include <stddef.h>
#include <sys/sem.h>

#include "ipc/sysv.h"

enum { VALUES_MOST = 3, SMALLEST = 3 };

enum semset_kind semset_kind_of(int id, int size)
{
	int last = size >= SMALLEST ? semctl(id, size - 1, GETVAL) : 0;

	return last == SEMSET_SLOTS || last == SEMSET_BARRIER ? (enum semset_kind)last : SEMSET_PLAIN;
}

/* The set's kind, by its size: 0, or -1 with errno. */
static int find_kind(struct semset *set)
{
	errno = 0;
	set->kind = semset_kind_of(set->id, set->size);
	return errno == 0 ? 0 : -1;
}

/* The set's size and kind: 0, or -1 with errno. */
static int look(struct semset *set, struct semid_ds *ds)
{
	if (semctl(set->id, 0, IPC_STAT, (union semun){.buf = ds}) == -1)
		return -1;
	set->size = (int)ds->sem_nsems;
	return find_kind(set);
}

/* Fills the set unless that was done: 0, or -1 with errno. */
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
	if (object->kind == OBJECT_ID) {
		set->id = object->id;
	} else if (object_key(object, &key) == -1) {
		return -1;
	} else if ((set->id = semget(key, 0, 0)) == -1) {
		if (errno != ENOENT || (set->id = semget(key, size, IPC_CREAT | IPC_EXCL | (int)mode)) == -1)
			return -1;
		*created = 1;
	}
	if (look(set, &ds) == -1)
		return -1;
	/* A set of this size that nobody ever used: if all of it is zero it was left so by who was to fill it. */
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

	/* Between two calls others make it or remove it. */
	for (tries = 0; tries < 1000; tries++) {
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
