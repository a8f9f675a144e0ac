/* SPDX-License-Identifier: ISC */
#include "ipc/mutex.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/proc.h"
#include "ipc/mutex_bytes.h"

/* No signal ends a wait for a mutex: it is made of parts, after each of which signals, segment and holder are looked at. */
enum { PART = 50000000, SECOND = 1000000000 };

static int fail(int err)
{
	errno = err;
	return -1;
}

static int fail_wrong(struct mutex *mutex, const char *text)
{
	snprintf(mutex->wrong, sizeof(mutex->wrong), "%s", text);
	return fail(EINVAL);
}

static uint64_t page_of(uint64_t offset)
{
	return offset - offset % (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Checks that a mutex has room at its offset, where one can be. */
static int check_place(struct mutex *mutex)
{
	int64_t size = segment_size(&mutex->segment);

	if (size == -1)
		return -1;
	if (mutex->offset % _Alignof(pthread_mutex_t) != 0) {
		snprintf(mutex->wrong, sizeof(mutex->wrong), "a mutex cannot be there: its offset is a multiple of %zu", _Alignof(pthread_mutex_t));
		return fail(EINVAL);
	}
	if (mutex->offset > (uint64_t)size || (uint64_t)size - mutex->offset < sizeof(pthread_mutex_t)) {
		snprintf(mutex->wrong, sizeof(mutex->wrong), "a mutex of %zu bytes has no room there: the segment has %lld byte%s",
		         sizeof(pthread_mutex_t), (long long)size, size == 1 ? "" : "s");
		return fail(EINVAL);
	}
	return 0;
}

/* Examines the bytes as they are now, by a read that meets no signal. */
static int check_bytes(struct mutex *mutex)
{
	pthread_mutex_t bytes;
	const char *wrong;
	ssize_t got;

	if (check_place(mutex) == -1)
		return -1;
	got = segment_read(&mutex->segment, &bytes, sizeof(bytes), mutex->offset);
	if (got == -1)
		return -1;
	if (got != (ssize_t)sizeof(bytes))
		return fail_wrong(mutex, "the segment was truncated");
	wrong = mutex_bytes_examine(&bytes);
	return wrong == NULL ? 0 : fail_wrong(mutex, wrong);
}

static uid_t owner_of(const struct segment *segment)
{
	struct shmid_ds ds;
	struct stat st;

	if (segment->fd == -1)
		return shmctl(segment->id, IPC_STAT, &ds) == 0 ? ds.shm_perm.uid : (uid_t)-1;
	return fstat(segment->fd, &st) == 0 ? st.st_uid : (uid_t)-1;
}

static int map(struct mutex *mutex)
{
	uint64_t page = page_of(mutex->offset);
	char *mapped;

	if (mutex->segment.fd == -1) {
		mutex->at = (pthread_mutex_t *)(void *)(mutex->segment.map + mutex->offset);
		return 0;
	}
	mapped = mmap(NULL, (size_t)(mutex->offset - page) + sizeof(pthread_mutex_t), PROT_READ | PROT_WRITE, MAP_SHARED,
	              mutex->segment.fd, (off_t)page);
	if (mapped == MAP_FAILED)
		return -1;
	mutex->at = (pthread_mutex_t *)(void *)(mapped + (mutex->offset - page));
	return 0;
}

int mutex_open(struct mutex *mutex, const struct object *object)
{
	int saved;

	mutex->at = NULL;
	mutex->held = mutex->orphaned = 0;
	mutex->offset = object->offset;
	object_parse(&mutex->name, object->path);
	if (segment_open(&mutex->segment, &mutex->name, SEGMENT_MAP) == -1)
		return -1;
	if (check_bytes(mutex) == 0 && map(mutex) == 0) {
		if (geteuid() != 0 || owner_of(&mutex->segment) == 0 || !mutex_bytes_are_robust(mutex->at))
			return 0;
		errno = EPERM;
	}
	saved = errno;
	mutex_close(mutex);
	return fail(saved);
}

/* Checks that the segment still has its name. */
static int check_name(const struct segment *segment)
{
	struct shmid_ds ds;
	struct stat st, named;

	if (segment->fd == -1) {
		if (shmctl(segment->id, IPC_STAT, &ds) == -1)
			return fail(EIDRM);
		return ds.shm_perm.mode & SHM_DEST ? fail(EIDRM) : 0;
	}
	if (fstat(segment->fd, &st) == -1)
		return -1;
	if (stat(segment->path, &named) == -1)
		return errno == ENOENT ? fail(EIDRM) : 0;
	return st.st_dev == named.st_dev && st.st_ino == named.st_ino ? 0 : fail(EIDRM);
}

/* Whether a thread with this number exists, and has not ended. */
static int is_alive(pid_t thread)
{
	char path[64], text[1024];
	const char *fields;
	int proc;

	if (kill(thread, 0) == -1 && errno == ESRCH)
		return 0;
	/* A thread that has ended keeps its number until its parent, or the last thread of its process, has taken note of it. */
	proc = proc_open();
	if (proc == -1)
		return 1;
	snprintf(path, sizeof(path), "%ld/stat", (long)thread);
	fields = proc_read(proc, path, text, sizeof(text)) > 0 ? strrchr(text, ')') : NULL;
	close(proc);
	return fields == NULL || strncmp(fields, ") Z", 3) != 0;
}

struct mutex_holder mutex_holder(const struct mutex *mutex)
{
	pthread_mutex_t bytes;
	struct mutex_holder holder;
	int saved = errno;

	memcpy(&bytes, mutex->at, sizeof(bytes));
	holder.thread = mutex_bytes_holder(&bytes);
	holder.is_robust = mutex_bytes_are_robust(&bytes);
	holder.is_gone = holder.thread != 0 && !is_alive(holder.thread);
	errno = saved;
	return holder;
}

static void sleep_for(int64_t ns)
{
	const struct timespec ts = {.tv_sec = ns / SECOND, .tv_nsec = ns % SECOND};

	nanosleep(&ts, NULL);
}

/* Waits `ns` nanoseconds for the mutex, a part of a wait that may be endless: 0, or the error of pthread_mutex_clocklock(3). */
static int lock_within(struct mutex *mutex, int64_t ns, int endless)
{
	struct deadline part = deadline_after(ns);
	struct timespec until = deadline_timespec(&part);
	int err;

	if (endless)
		deadline_mark_endless(&until);
	err = pthread_mutex_clocklock(mutex->at, CLOCK_MONOTONIC, &until);
	if (err != EINVAL || !mutex_bytes_inherit_priority(mutex->at))
		return err;
	/* Kernels before 5.14 know only the other clock for these. */
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += ns;
	until.tv_sec += until.tv_nsec / SECOND;
	until.tv_nsec %= SECOND;
	return pthread_mutex_timedlock(mutex->at, &until);
}

/* Whether the mutex must not be asked for, as it is held by a thread that the C library or the kernel would take for another. */
static int is_deceptive(const struct mutex *mutex)
{
	pid_t thread = mutex_bytes_holder(mutex->at);

	/* In another PID namespace a thread may have our number: a recursive mutex would count us in. */
	if (thread == gettid())
		return 1;
	/* glibc aborts where the kernel does not find the holder of a robust mutex that inherits priorities. */
	return thread != 0 && mutex_bytes_inherit_priority(mutex->at) && !mutex_bytes_are_orphaned(mutex->at) && !is_alive(thread);
}

/*
 * Refuses a mutex that is lost; unlocks it if we have it locked, and wakes all that wait for it.  After ENOTRECOVERABLE glibc's
 * functions with a time limit, and the one that does not wait, can leave it locked; those that unlock it wake no other process.
 * Other processes would then wait for ever instead of being refused.
 */
static int refuse_lost(pthread_mutex_t *at)
{
	unsigned *word = (unsigned *)&at->__data.__lock, mine = (unsigned)gettid(), was = __atomic_load_n(word, __ATOMIC_RELAXED);

	/* The kernel hands on one that inherits priorities and is waited for. */
	if ((was & FUTEX_TID_MASK) == mine && was & FUTEX_WAITERS && mutex_bytes_inherit_priority(at)) {
		syscall(SYS_futex, word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
		return ENOTRECOVERABLE;
	}
	while ((was & FUTEX_TID_MASK) == mine && !__atomic_compare_exchange_n(word, &was, 0, 0, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		continue;
	if (!mutex_bytes_inherit_priority(at))
		syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
	return ENOTRECOVERABLE;
}

/* Locks the mutex if that succeeds within `ns` nanoseconds: 0, or the error; EBUSY and ETIMEDOUT alike if it does not. */
static int try_within(struct mutex *mutex, int64_t ns, int endless, int recover)
{
	int err;

	if (mutex_bytes_are_orphaned(mutex->at) && !recover)
		return EOWNERDEAD;
	if (mutex_bytes_are_lost(mutex->at))
		return refuse_lost(mutex->at);
	if (is_deceptive(mutex)) {
		sleep_for(ns);
		return EBUSY;
	}
	err = pthread_mutex_trylock(mutex->at);
	if (err == EBUSY && ns > 0)
		err = lock_within(mutex, ns, endless);
	if (err == ENOTRECOVERABLE)
		return refuse_lost(mutex->at);
	mutex->held = err == 0 || err == EOWNERDEAD;
	mutex->orphaned = err == EOWNERDEAD;
	if (err == EDEADLK)
		sleep_for(ns);
	return err == EDEADLK ? EBUSY : err == EOWNERDEAD && recover ? 0 : err;
}

int mutex_lock(struct mutex *mutex, const struct deadline *deadline, int recover)
{
	struct mutex_holder before = {0, 0, 0};
	struct deadline patience = deadline_after(SECOND);

	for (;;) {
		int64_t left = deadline_left(deadline);
		struct mutex_holder holder;
		int err = try_within(mutex, left < PART ? left : PART, deadline_never(deadline), recover);

		if (err == 0)
			return 0;
		if (err != EBUSY && err != ETIMEDOUT)
			return fail(err);
		if (left <= PART)
			return fail(ETIMEDOUT);
		if (interrupt_pending() != 0)
			return fail(EINTR);
		if (check_bytes(mutex) == -1 || check_name(&mutex->segment) == -1)
			return -1;
		holder = mutex_holder(mutex);
		if (!holder.is_gone || holder.thread != before.thread)
			patience = deadline_after(SECOND);
		else if (deadline_never(deadline) && deadline_left(&patience) == 0)
			return fail(ESRCH);
		before = holder;
	}
}

int mutex_unlock(struct mutex *mutex, int repaired)
{
	int err = 0;

	if (!mutex->held || (mutex->orphaned && !repaired))
		return 0;
	if (mutex->orphaned)
		err = pthread_mutex_consistent(mutex->at);
	if (err == 0)
		err = pthread_mutex_unlock(mutex->at);
	mutex->held = mutex->orphaned = 0;
	if (err == EPERM || err == EINVAL)
		return fail_wrong(mutex, "the mutex was overwritten while it was held");
	return err == 0 ? 0 : fail(err);
}

int mutex_is_in(const struct mutex *mutex, const struct segment *segment, uint64_t from, uint64_t size)
{
	if (mutex->at == NULL || segment->id != mutex->segment.id)
		return 0;
	if (segment->fd != -1 && !segment_is_file(&mutex->segment, segment->fd))
		return 0;
	return from < mutex->offset + sizeof(pthread_mutex_t) && (from >= mutex->offset || size > mutex->offset - from);
}

void mutex_close(struct mutex *mutex)
{
	uint64_t page = page_of(mutex->offset);

	if (mutex->held)
		return;
	if (mutex->at != NULL && mutex->segment.fd != -1)
		munmap((char *)mutex->at - (mutex->offset - page), (size_t)(mutex->offset - page) + sizeof(pthread_mutex_t));
	mutex->at = NULL;
	segment_close(&mutex->segment);
}
