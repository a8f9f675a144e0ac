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

/* Adds the holders of all slots of a set that run created. */
static void add_slots(struct list *list, int id, int size)
{
	int *values = calloc((size_t)size + 1, sizeof(*values)), at, pid;

	if (values != NULL && semaphore_sysv_values(id, size, values) == 0)
		for (at = SEMSET_FIRST_SLOT; at < SEMSET_FIRST_SLOT + semset_room(size); at++)
			if (values[at] > 0 && (pid = semctl(id, at, GETPID)) != -1)
				add(list, (pid_t)pid);
	free(values);
}

const char *holders_text(const struct object *object)
{
	static struct list list;
	int id, size, saved = errno;
	pid_t pid;

	list = (struct list){.count = 0};
	if (object->kind == OBJECT_NAME) {
		pid = semaphore_posix_user(object->name, SEMAPHORE_POSIX_HOLDS);
		if (pid > 0)
			add(&list, pid);
	} else {
		id = semaphore_sysv_open(object, &size);
		if (id != -1 && semset_kind_of(id, size) == SEMSET_SLOTS)
			add_slots(&list, id, size);
	}
	if (list.count > SHOWN)
		snprintf(list.text + strlen(list.text), sizeof(list.text) - strlen(list.text), " and %d more", list.count - SHOWN);
	errno = saved;
	return list.count > 0 ? list.text : NULL;
}

int holders_waiting(const struct semaphore *semaphore)
{
	struct semaphore_state state;
	int at, waiting = 0;

	/* What a POSIX semaphore counts has also those that were killed. */
	if (semaphore->is_posix && semaphore_posix_user(semaphore->posix.name, SEMAPHORE_POSIX_WAITS) == 0)
		return 0;
	for (at = 0; at < semaphore->size; at++)
		if (semaphore_look(semaphore, at, &state) == 0)
			waiting += (state.waiting > 0 ? state.waiting : 0) + (state.waiting_zero > 0 ? state.waiting_zero : 0);
	return waiting;
}
