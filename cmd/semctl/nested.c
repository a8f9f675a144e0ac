/* SPDX-License-Identifier: ISC */
#include "nested.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ipc/semset.h"
#include "process.h"

#define VARIABLE "SEMCTL_HELD"

enum { NUMBERS_ROOM = 48 };

void nested_name_set(char *name, const struct slots *slots)
{
	snprintf(name, NESTED_NAME_ROOM, "id:%d", slots->id);
}

void nested_name_posix(char *name, const struct semaphore_posix *semaphore)
{
	snprintf(name, NESTED_NAME_ROOM, "psem:%llu:%llu", (unsigned long long)semaphore->device, (unsigned long long)semaphore->inode);
}

void nested_name_mutex(char *name, const struct mutex *mutex)
{
	struct stat st = {.st_dev = 0};

	if (mutex->segment.fd == -1 || fstat(mutex->segment.fd, &st) == -1)
		st.st_ino = (ino_t)mutex->segment.id;
	snprintf(name, NESTED_NAME_ROOM, "mutex:%llu:%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino,
	         (unsigned long long)mutex->offset);
}

/* Whether the process still holds this slot; without slots only its life tells. */
static int has_slot(const struct slots *slots, long pid, int slot)
{
	if (slots == NULL || slots->limit == 0)
		return 1;
	return slot >= 0 && slot < semset_room(slots->size) && semctl(slots->id, SEMSET_FIRST_SLOT + slot, GETPID) == pid &&
	       semctl(slots->id, SEMSET_FIRST_SLOT + slot, GETVAL) == 1;
}

void nested_find(struct nested *nested, const char *name, const struct slots *slots)
{
	const char *entry = getenv(VARIABLE);
	size_t length = strlen(name);
	int saved = errno;

	*nested = (struct nested){.slot = -1};
	for (; entry != NULL && *entry != '\0'; entry += strspn(entry, " ")) {
		long pid;
		int slot;

		if (strncmp(entry, name, length) == 0 && sscanf(entry + length, ":%ld:%d", &pid, &slot) == 2 && pid > 0 &&
		    has_slot(slots, pid, slot) && process_is_ours((pid_t)pid)) {
			nested->count++;
			nested->pid = (pid_t)pid;
			nested->slot = slot;
		}
		entry += strcspn(entry, " ");
	}
	errno = saved;
}

char *nested_variable(const char *name)
{
	const char *before = getenv(VARIABLE);
	size_t room = sizeof(VARIABLE) + (before != NULL ? strlen(before) : 0) + strlen(name) + NUMBERS_ROOM;
	char *variable = malloc(room);

	if (variable != NULL)
		snprintf(variable, room, VARIABLE "=%s%s%s:%ld:", before != NULL ? before : "", before != NULL && *before != '\0' ? " " : "",
		         name, (long)getpid());
	return variable;
}

void nested_set_slot(char *variable, int slot)
{
	snprintf(variable + strlen(variable), NUMBERS_ROOM / 2, "%d", slot);
}
