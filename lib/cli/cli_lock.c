/* SPDX-License-Identifier: ISC */
#include "cli/cli_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/proc.h"
#include "cli/cli.h"

enum { HOLDER_ROOM = 320, COMMAND_ROOM = 64 };

static int is_mutex(const struct cli_lock *lock)
{
	return lock->object->kind == OBJECT_MUTEX;
}

/* Reads the name of a thread; "-" if it cannot be read. */
static const char *command_of(pid_t thread, char *name)
{
	char path[64];
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%ld/comm", (long)thread);
	length = proc_read(AT_FDCWD, path, name, COMMAND_ROOM);
	if (length > 0 && name[length - 1] == '\n')
		name[--length] = '\0';
	return length > 0 ? name : "-";
}

/* Writes who holds a mutex, and why that may never end, as the rest of a message. */
static const char *holder_text(const struct mutex *mutex, char *text)
{
	struct mutex_holder holder = mutex_holder(mutex);
	char command[COMMAND_ROOM];

	text[0] = '\0';
	if (holder.thread == 0)
		return text;
	if (!holder.is_gone)
		snprintf(text, HOLDER_ROOM, "; held by %ld/%s", (long)holder.thread, command_of(holder.thread, command));
	else if (holder.is_robust)
		snprintf(text, HOLDER_ROOM,
		         "; its holder, thread %ld, does not exist: it unmapped the mutex before it ended (or it is in another PID namespace)",
		         (long)holder.thread);
	else
		snprintf(text, HOLDER_ROOM,
		         "; its holder, thread %ld, does not exist: it has ended, and a mutex that is not robust then stays locked for ever "
		         "(or it is in another PID namespace)",
		         (long)holder.thread);
	return text;
}

static int fail_mutex(const struct cli_lock *lock, int err)
{
	const char *word = lock->object->word;
	char holder[HOLDER_ROOM];

	switch (err) {
	case EACCES: cli_warn(word, "%s: to lock a mutex is to write to its segment", strerror(err)); break;
	case EINVAL: cli_warn(word, "%s", lock->mutex.wrong); break;
	case EPERM:
		cli_warn(word, "a robust mutex in the segment of another user, who could misuse the rights of root by its bytes (run the tool as "
		         "that user: runuser, setpriv)");
		break;
	case EOWNERDEAD:
		cli_warn(word, "the process that held the mutex has died: what it protects may be half changed (--recover takes it all the same)");
		break;
	case ENOTRECOVERABLE:
		cli_warn(word, "the mutex is lost: a process unlocked it after the death of its holder without pthread_mutex_consistent(3), and "
		         "only its program can initialise it anew");
		break;
	case ESRCH: cli_warn(word, "locked%s; without -w it is not waited for", holder_text(&lock->mutex, holder)); break;
	case ETIMEDOUT:
		cli_warn(word, "%s%s", lock->nonblock ? "locked" : cli_text(err), holder_text(&lock->mutex, holder));
		break;
	default: return cli_fail_shared(lock->object, err);
	}
	return cli_status_of(err);
}

int cli_lock_fail(const struct cli_lock *lock, int err)
{
	return is_mutex(lock) ? fail_mutex(lock, err) : cli_fail(lock->object->word, err);
}

int cli_lock_open(struct cli_lock *lock, const struct object *object)
{
	int result;

	lock->object = object;
	if (is_mutex(lock)) {
		cli_guard_mutex(object->word);
		result = mutex_open(&lock->mutex, object);
	} else {
		result = semaphore_open(&lock->semaphore, object);
	}
	if (result == 0)
		return CLI_DONE;
	result = is_mutex(lock) ? fail_mutex(lock, errno) : cli_fail_semaphore(object, errno);
	lock->object = NULL;
	return result;
}

int cli_lock_take(struct cli_lock *lock, const struct deadline *deadline)
{
	if (lock->object == NULL)
		return 0;
	if (!is_mutex(lock))
		return semaphore_take(&lock->semaphore, deadline);
	lock->nonblock = deadline_left(deadline) == 0;
	if (mutex_lock(&lock->mutex, deadline, lock->recover) == -1)
		return -1;
	if (lock->mutex.orphaned)
		cli_warn(lock->object->word, "the process that held the mutex has died; going on (--recover)");
	return 0;
}

int cli_lock_give(struct cli_lock *lock, int done)
{
	if (lock->object == NULL)
		return 0;
	return is_mutex(lock) ? mutex_unlock(&lock->mutex, done) : semaphore_give(&lock->semaphore);
}

void cli_lock_close(struct cli_lock *lock)
{
	if (lock->object == NULL)
		return;
	if (is_mutex(lock)) {
		mutex_unlock(&lock->mutex, 0);
		mutex_close(&lock->mutex);
	} else {
		semaphore_close(&lock->semaphore);
	}
	lock->object = NULL;
}
