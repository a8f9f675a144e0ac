/* SPDX-License-Identifier: ISC */
/*
 * Mutexes of C programs: a process-shared pthread mutex that lies in a segment, pthread_mutexattr_setpshared(3).  It is
 * locked by the C library's own functions, so that library, word size and byte order must be those of the program;
 * mutex_bytes.h examines the bytes first.
 *
 * The page with the mutex must be mapped: a process that truncates the file can cause SIGBUS, and one that overwrites the
 * mutex SIGABRT.  Callers prepare for both, cli_guard_mutex().
 *
 * Calls return 0, or -1 with errno.
 */
#ifndef MUTEX_H
#define MUTEX_H

#include <pthread.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/deadline.h"
#include "ipc/object.h"
#include "ipc/segment.h"

enum { MUTEX_TEXT_ROOM = 160 };

struct mutex {
	struct segment segment;
	struct object name;  /* of the segment */
	uint64_t offset;     /* bytes */
	pthread_mutex_t *at; /* mapped; NULL: not open */
	int held;            /* locked by us */
	int orphaned;        /* locked by us after its holder had died: what it protects may be half changed */
	char wrong[MUTEX_TEXT_ROOM]; /* after EINVAL: what the bytes are */
};

/* The thread that holds a mutex. */
struct mutex_holder {
	pid_t thread; /* its number in its PID namespace; 0: the mutex is free, or about to change hands */
	int is_gone;  /* no thread has this number here: it has ended, or it is in another PID namespace */
	int is_robust;
};

/*
 * Opens the mutex that `object`, an OBJECT_MUTEX, names.  Errors of segment_open(); EINVAL where no mutex that we can
 * lock is there, and `wrong` is the reason; EPERM where we are root, another user owns the segment, and the mutex is robust:
 * the C library follows the pointers in a robust mutex, and that user could direct them to any memory of ours.
 */
int mutex_open(struct mutex *mutex, const struct object *object);

/*
 * Locks the mutex, waiting until `deadline`.  ETIMEDOUT; EINTR (only when interrupt_pending()); EINVAL where its bytes have
 * changed; EIDRM where the segment was removed meanwhile; ENOTRECOVERABLE.
 *
 * Without a deadline ESRCH, after a second in which the same thread held it that does not exist here: see mutex_holder().
 *
 * EOWNERDEAD where its holder has died and `recover` is 0.  The mutex then stays as it was for other processes.  With
 * `recover` it is locked, and `orphaned` is set.
 */
int mutex_lock(struct mutex *mutex, const struct deadline *deadline, int recover);

/*
 * Unlocks the mutex if it is held.  An orphaned one becomes consistent if `repaired`.  If not, it stays locked until this
 * process ends, which must be soon: the kernel then marks it anew as a mutex whose holder has died.  (Unlocked without a
 * repair it would be lost for all, pthread_mutex_consistent(3).)  EINVAL where other bytes are there by now.
 */
int mutex_unlock(struct mutex *mutex, int repaired);

/* Finds out who holds the mutex, which changes at any time. */
struct mutex_holder mutex_holder(const struct mutex *mutex);

/* Whether writing to these bytes of an open segment, or truncating it to `size` bytes, would change the mutex. */
int mutex_is_in(const struct mutex *mutex, const struct segment *segment, uint64_t from, uint64_t size);

/* Closes the mutex.  One that is still held stays mapped: without that the kernel could not release it at our end. */
void mutex_close(struct mutex *mutex);

#endif
