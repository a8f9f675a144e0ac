/* SPDX-License-Identifier: ISC */
/*
 * Memory for a System V segment that is being filled, gotten by a second thread.
 *
 * The kernel has to find and clear each page of a new segment, which takes as long as copying into it.  On a second
 * processor both happen at once.  The thread only calls madvise(2); it neither reads nor writes a byte of the segment.
 * If no thread can be created, the thread that copies gets the memory itself.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ipc/segment_part.h"

/* Pieces of memory that wait to be filled: few enough to be in the cache still when they are. */
#define MOST_AHEAD 2

int segment_populate(char *piece, size_t size)
{
	size_t before = (uintptr_t)piece % (size_t)sysconf(_SC_PAGESIZE);

	if (madvise(piece - before, size + before, MADV_POPULATE_WRITE) == 0)
		return 0;
	/* Kernels before 5.14 do not know it, and filters may forbid it; touching the pages then gets them one by one. */
	return errno == EINVAL || errno == ENOSYS || errno == EPERM ? 0 : segment_fail(ENOMEM);
}

static size_t piece_at(const struct segment_ahead *ahead, uint64_t at)
{
	return ahead->size - at < SEGMENT_PIECE ? (size_t)(ahead->size - at) : SEGMENT_PIECE;
}

static void *run_ahead(void *argument)
{
	struct segment_ahead *ahead = argument;
	uint64_t at;

	pthread_mutex_lock(&ahead->mutex);
	while (!ahead->stop && !ahead->failed && (at = ahead->ready) < ahead->size) {
		if (at - ahead->filled >= MOST_AHEAD * SEGMENT_PIECE) {
			pthread_cond_wait(&ahead->changed, &ahead->mutex);
			continue;
		}
		pthread_mutex_unlock(&ahead->mutex);
		if (segment_populate(ahead->bytes + at, piece_at(ahead, at)) == -1)
			at = UINT64_MAX;
		pthread_mutex_lock(&ahead->mutex);
		ahead->failed = at == UINT64_MAX;
		if (!ahead->failed)
			ahead->ready = at + piece_at(ahead, at);
		pthread_cond_signal(&ahead->changed);
	}
	pthread_mutex_unlock(&ahead->mutex);
	return NULL;
}

void segment_ahead_start(struct segment_ahead *ahead, char *bytes, uint64_t size)
{
	sigset_t all, before;

	*ahead = (struct segment_ahead){.bytes = bytes, .size = size};
	/* One more piece would not pay for the start of a thread. */
	if (size <= 2 * SEGMENT_PIECE)
		return;
	pthread_mutex_init(&ahead->mutex, NULL);
	pthread_cond_init(&ahead->changed, NULL);
	/* Signals are for the thread that copies: it looks for them between two pieces. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	ahead->runs = pthread_create(&ahead->thread, NULL, run_ahead, ahead) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

int segment_ahead_get(struct segment_ahead *ahead, uint64_t at, size_t size)
{
	int failed;

	if (!ahead->runs)
		return segment_populate(ahead->bytes + at, size);
	pthread_mutex_lock(&ahead->mutex);
	ahead->filled = at;
	pthread_cond_signal(&ahead->changed);
	while (!ahead->failed && ahead->ready < at + size)
		pthread_cond_wait(&ahead->changed, &ahead->mutex);
	/* What was gotten before a failure is there to be filled. */
	failed = ahead->ready < at + size;
	pthread_mutex_unlock(&ahead->mutex);
	return failed ? segment_fail(ENOMEM) : 0;
}

void segment_ahead_end(struct segment_ahead *ahead)
{
	int saved = errno;

	if (!ahead->runs)
		return;
	pthread_mutex_lock(&ahead->mutex);
	ahead->stop = 1;
	pthread_cond_signal(&ahead->changed);
	pthread_mutex_unlock(&ahead->mutex);
	pthread_join(ahead->thread, NULL);
	pthread_cond_destroy(&ahead->changed);
	pthread_mutex_destroy(&ahead->mutex);
	ahead->runs = 0;
	errno = saved;
}
