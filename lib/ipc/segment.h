/* SPDX-License-Identifier: ISC */
/*
 * Shared memory segments of all kinds behind one interface: POSIX (files in /dev/shm), System V,
 * mapped files, and what another process has as a descriptor.
 *
 * What is a file is never mapped, because whoever may truncate it could then end us with SIGBUS:
 * it is read by pread(2), which meets no signal and allocates no holes.  System V segments cannot be
 * truncated, and have no other way than shmat(2).
 *
 * Calls return 0 or a count, or -1 with errno.  Beside what the system calls give: ENOENT also for
 * a System V id that does not exist, ENODEV for what is not a regular file (mmap(2) says so, too),
 * ELOOP for a symbolic link in /dev/shm, ESTALE where the name is by now another object's.
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

/* Opens what is there.  No object, and no time of access by others' doing, is changed by that. */
int segment_open(struct segment *segment, const struct object *object, enum segment_access access);

/*
 * Makes it, with just this `mode` (no umask), for `access`; EEXIST where the name is taken.  A System
 * V segment gets `size` bytes (EINVAL: 0, or outside of what kernel.shmmax allows), a file none.
 */
int segment_create(struct segment *segment, const struct object *object, enum segment_access access, mode_t mode,
                   uint64_t size);

/*
 * Begins a replacement of the file that `object` names: an empty file without a name, so that
 * nothing is left when we die (where the file system has no O_TMPFILE: with a passing name beside
 * it).  With `mode` -1 it takes the owner and mode of what is there, 0600 if nothing is.
 */
int segment_begin_replacement(struct segment *segment, const struct object *object, int mode);

/* Gives the replacement its name in one step; with `exclusive` EEXIST where that is taken. */
int segment_publish(struct segment *segment, int exclusive);

/* Removes the object, if its name still is this object's (else ESTALE, or ENOENT). */
int segment_remove(const struct segment *segment);

/* Lets go of it.  A replacement that was not published is gone then. */
void segment_close(struct segment *segment);

/* The size by now; negative with errno. */
int64_t segment_size(const struct segment *segment);

/* Up to `size` bytes from `offset`; 0 at the end that the segment has at this moment. */
ssize_t segment_read(const struct segment *segment, void *buffer, size_t size, uint64_t offset);

/*
 * Writes all of it; how much was written if that failed is in `*done` (which may be NULL).  In a
 * System V segment it must fit, and memory that cannot be had is ENOMEM instead of SIGBUS.
 */
int segment_write(struct segment *segment, const void *buffer, size_t size, uint64_t offset, size_t *done);

/* Writes `size` zeros from `offset` on. */
int segment_zero(struct segment *segment, uint64_t offset, uint64_t size);

/*
 * Gives a range of a file its memory, also beyond its end, which stays where it is; what is there
 * stays, too.  ENOSPC undoes all of it.  EOPNOTSUPP where the file system cannot.
 */
int segment_reserve(struct segment *segment, uint64_t offset, uint64_t size);

/* Whether what was written to a file has arrived, as io_check_written() says: 0, or -1 with errno. */
int segment_check_written(const struct segment *segment);

/* Cuts or grows a file. */
int segment_resize(struct segment *segment, uint64_t size);

/* Whether `fd` is open on the very file of this segment. */
int segment_is_file(const struct segment *segment, int fd);

/* Bytes that could still be written into the file system of the segment's file, or -1. */
int64_t segment_room(const struct segment *segment);

/*
 * The bytes of a System V segment, for reading, `*size` of them at most a window's (2 MiB) from `offset`;
 * segment_leave() gives the page tables back, so that memory use does not grow with the segment.
 */
const char *segment_window(const struct segment *segment, uint64_t offset, size_t *size);
void segment_leave(const char *window, size_t size);

#endif
