/* SPDX-License-Identifier: ISC */
#include "holders.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sem.h>

#include "ipc/semaphore_sysv.h"
#include "ipc/semset.h"
#include "process.h"

enum { SHOWN = 4, TEXT_ROOM = 512 };

/* A list of holders, of which the first few are named. */
struct list {
	char text[TEXT_ROOM];
	int count;
};

static void add(struct list *list, pid_t pid)
{
	size_t used = strlen(list->text);

	if (list->count++ < SHOWN)
		snprintf(list->text + used, sizeof(list->text) - used, "%s%ld/%s", used > 0 ? ", " : "", (long)pid, process_command(pid));
}

/* Adds the holders of all slots of a set that run created: 0, or -1 with errno. */
static int add_slots(struct list *list, int id, int size)
{
	int *values = calloc((size_t)size + 1, sizeof(*values)), at, pid, result;

	result = values == NULL ? -1 : semaphore_sysv_values(id, size, values);
	for (at = SEMSET_FIRST_SLOT; result == 0 && at < SEMSET_FIRST_SLOT + semset_room(size); at++)
		if (values[at] > 0) {
			pid = semctl(id, at, GETPID);
			if (pid == -1)
				result = -1;
			else
				add(list, (pid_t)pid);
		}
	free(values);
	return result;
}

/* Adds the holders of a set: 0, or -1 with errno. */
static int add_set(struct list *list, const struct object *object)
{
	int size, id = semaphore_sysv_open(object, &size);
	enum semset_kind kind;

	if (id == -1)
		return -1;
	errno = 0;
	kind = semset_kind_of(id, size);
	if (errno != 0)
		return -1;
	return kind == SEMSET_SLOTS ? add_slots(list, id, size) : 0;
}

const char *holders_text(const struct object *object)
{
	static struct list list;
	int err = 0;
	pid_t pid;

	list = (struct list){.count = 0};
	if (object->kind == OBJECT_NAME) {
		pid = semaphore_posix_user(object->name, SEMAPHORE_POSIX_HOLDS);
		if (pid > 0)
			add(&list, pid);
	} else if (add_set(&list, object) == -1) {
		err = errno;
	}
	if (list.count > SHOWN)
		snprintf(list.text + strlen(list.text), sizeof(list.text) - strlen(list.text), " and %d more", list.count - SHOWN);
	errno = err;
	return list.count > 0 ? list.text : NULL;
}

int holders_waiting(const struct semaphore *semaphore)
{
	int shown = semaphore->size, at, waiting = 0, rising, zero;

	/* The number that a POSIX semaphore has includes processes that were killed. */
	if (semaphore->is_posix && semaphore_posix_user(semaphore->posix.name, SEMAPHORE_POSIX_WAITS) == 0)
		return 0;
	if (semaphore->is_posix)
		return 1;
	if (semaphore->size == 0) {
		errno = EACCES;
		return -1;
	}
	/* No process waits for a slot beyond the limit, nor for what follows the slots. */
	if (semset_kind_of(semaphore->id, semaphore->size) == SEMSET_SLOTS)
		shown = SEMSET_FIRST_SLOT + semctl(semaphore->id, SEMSET_LIMIT, GETVAL);
	for (at = 0; at < shown; at++) {
		rising = semctl(semaphore->id, at, GETNCNT);
		zero = rising == -1 ? -1 : semctl(semaphore->id, at, GETZCNT);
		if (zero == -1)
			return -1;
		waiting += rising + zero;
	}
	return waiting;
}
