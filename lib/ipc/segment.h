/* SPDX-License-Identifier: ISC */
/*
 * Shared memory segments of all kinds behind one interface: POSIX segments (files in /dev/shm), System V segments, mapped
 * files, and the memory behind a descriptor of another process.
 *
 * A segment that is a file is never mapped here, because a process that truncates it could then kill the tool by SIGBUS.  It
 * is read by pread(2), which meets no signal and allocates no holes.  (The page of a mutex must be mapped, see mutex.h.)  System V segments cannot be truncated, and can only be
 * attached, shmat(2).
 *
 * Calls return 0 or a count, or -1 with errno.  Besides those of the system calls: ENOENT also for a System V id that does
 * not exist, ENODEV for a file that is not regular (as mmap(2) has it), ELOOP for a symbolic link in /dev/shm, ESTALE if
 * the name is another object's by now.
 */
#ifndef SEGMENT_H
#define SEGMENT_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "ipc/object.h"

enum segment_access {
	SEGMENT_READ,
	SEGMENT_WRITE,
	SEGMENT_APPEND, /* each write goes to the end that the file has then; not System V */
	SEGMENT_MAP,    /* to be read, and mapped to be written */
};

/* An open segment. */
struct segment {
	int fd;        /* its file, or -1: System V */
	int id;        /* System V */
	char *map;     /* System V, attached */
	uint64_t size; /* when it was opened or made */
	char path[PATH_MAX + 16];      /* the name of its file; empty where it has none */
	char temporary[PATH_MAX + 48]; /* of a replacement; empty where it has no name yet */
};

/* Opens a segment that exists.  That changes no object, and no time of access. */
int segment_open(struct segment *segment, const struct object *object, enum segment_access access);

/*
 * Creates a segment with just this `mode` (no umask) and opens it for `access`; EEXIST if the name is taken.  A System V
 * segment gets `size` bytes (EINVAL: 0, or more than kernel.shmmax allows), a file is empty.
 */
int segment_create(struct segment *segment, const struct object *object, enum segment_access access, mode_t mode,
                   uint64_t size);

/*
 * Begins a replacement of the file that `object` names: an empty file without a name, of which nothing is left when the
 * tool dies (if the file system has no O_TMPFILE: with a passing name beside the old file).  With `mode` -1 it gets the
 * owner and mode of the old file, or 0600 if that is missing.
 */
int segment_begin_replacement(struct segment *segment, const struct object *object, int mode);

/* Gives the replacement its name in one step; with `exclusive`, EEXIST if the name is taken. */
int segment_publish(struct segment *segment, int exclusive);

/* Removes the object if its name still is its own; otherwise ESTALE or ENOENT. */
int segment_remove(const struct segment *segment);

/* Closes the segment.  A replacement that was not published is gone then. */
void segment_close(struct segment *segment);

/* Returns the present size, or -1 with errno. */
int64_t segment_size(const struct segment *segment);

/* Reads up to `size` bytes from `offset`; 0 at the present end of the segment. */
ssize_t segment_read(const struct segment *segment, void *buffer, size_t size, uint64_t offset);

/*
 * Writes `size` bytes to `offset`, and stores in `*done` (which may be NULL) how many were written, also after a failure.
 * They must fit into a System V segment, where a lack of memory is ENOMEM instead of SIGBUS.
 */
int segment_write(struct segment *segment, const void *buffer, size_t size, uint64_t offset, size_t *done);

/* Writes `size` zeros to `offset`; holes stay holes. */
int segment_zero(struct segment *segment, uint64_t offset, uint64_t size);

/*
 * Allocates the memory for a range of a file, also after its end, which stays where it is, as do the bytes.  ENOSPC leaves
 * the file as it was.  EOPNOTSUPP if the file system cannot do that.
 */
int segment_reserve(struct segment *segment, uint64_t offset, uint64_t size);

/* Checks that the bytes that were written to a file have arrived, as io_check_written() does: 0, or -1 with errno. */
int segment_check_written(const struct segment *segment);

/* Truncates or extends a file. */
int segment_resize(struct segment *segment, uint64_t size);

/* Returns whether `fd` is open on the file of this segment. */
int segment_is_file(const struct segment *segment, int fd);

/* Returns how many bytes are free in the file system of the segment's file, or -1 if that is not known. */
int64_t segment_room(const struct segment *segment);

/*
 * Returns the bytes of a System V segment from `offset`, to be read, and reduces `*size` to their number, at most 2 MiB.
 * The bytes of a hole are zeros elsewhere in memory.  segment_leave() gives the page tables back, so that memory use does
 * not grow with the segment.
 */
const char *segment_window(const struct segment *segment, uint64_t offset, size_t *size);
void segment_leave(const char *window, size_t size);

#endif
