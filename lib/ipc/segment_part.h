/* SPDX-License-Identifier: ISC */
/* Calls between the parts of segment.c; programs use segment.h. */
#ifndef SEGMENT_PART_H
#define SEGMENT_PART_H

#include <pthread.h>
#include <stdint.h>
#include <sys/types.h>

#include "ipc/segment.h"

#define SEGMENT_DIRECTORY "/dev/shm"
#define SEGMENT_PIECE ((size_t)2 << 20) /* after so many bytes a signal is heeded */

/* A FIFO must not make open(2) wait, and nothing here is ever a terminal. */
#define SEGMENT_OPEN_FLAGS (O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

/* Sets errno, and returns -1. */
int segment_fail(int err);

/* Makes it a segment that is not open. */
void segment_clear(struct segment *segment);

/*
 * Sets the path of the file that `object` names.  Returns the flag of open(2) that goes with it: symbolic links are not
 * followed in /dev/shm, shm_open(3), but they are in a path.
 */
int segment_set_path(struct segment *segment, const struct object *object);

/* Creates a file by open(2) with just this mode, whatever the umask is. */
int segment_open_new(const char *path, int flags, mode_t mode);

/* Reads from an attached segment without allocating its holes. */
ssize_t segment_read_map(const struct segment *segment, void *buffer, size_t size, uint64_t offset);

/*
 * Gets the memory for a piece of an attached segment, without the SIGBUS that touching it could give: 0, or -1 with ENOMEM.
 */
int segment_populate(char *piece, size_t size);

/* A thread that gets the memory for a range of an attached segment, a few pieces ahead of the one that is being filled. */
struct segment_ahead {
	char *bytes;
	uint64_t size;
	int runs; /* the thread; all members below belong to the mutex */
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	uint64_t filled, ready; /* bytes that the caller has filled; bytes that have their memory */
	int failed, stop;
};

/* Begins to get the memory for `size` bytes.  A range of a few pieces, or a lack of threads, starts none. */
void segment_ahead_start(struct segment_ahead *ahead, char *bytes, uint64_t size);

/* Waits until the `size` bytes from `at` have their memory, all before `at` being filled: 0, or -1 with ENOMEM. */
int segment_ahead_get(struct segment_ahead *ahead, uint64_t at, size_t size);

/* Ends the thread. */
void segment_ahead_end(struct segment_ahead *ahead);

/* Writes to an attached segment, or zeros if `from` is NULL, in pieces, so that a signal is heeded. */
int segment_fill_map(struct segment *segment, const char *from, uint64_t size, uint64_t offset, size_t *done);

#endif
