/* SPDX-License-Identifier: ISC */
#include "ipc/segment.h"

#include <bsd/string.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/io.h"
#include "ipc/segment_part.h"
#include "ipc/sysv.h"

int segment_fail(int err)
{
	errno = err;
	return -1;
}

void segment_clear(struct segment *segment)
{
	segment->fd = -1;
	segment->id = -1;
	segment->map = NULL;
	segment->size = 0;
	segment->path[0] = '\0';
	segment->temporary[0] = '\0';
}

int segment_set_path(struct segment *segment, const struct object *object)
{
	/* Not by snprintf(3), whose pages of the C library a short run would have to map for this alone. */
	if (object->kind == OBJECT_NAME) {
		strlcpy(segment->path, SEGMENT_DIRECTORY, sizeof(segment->path));
		strlcat(segment->path, object->name, sizeof(segment->path));
		return O_NOFOLLOW;
	}
	strlcpy(segment->path, object->path, sizeof(segment->path));
	return 0;
}

static int check_regular(struct segment *segment)
{
	struct stat st;

	if (fstat(segment->fd, &st) == -1)
		return -1;
	if (!S_ISREG(st.st_mode))
		return segment_fail(ENODEV);
	segment->size = (uint64_t)st.st_size;
	return 0;
}

static int open_file(struct segment *segment, const char *path, int flags)
{
	struct stat st;

	/* Opening a device may do something, so what it is is asked for first. */
	if (fstatat(AT_FDCWD, path, &st, flags & O_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0) == -1)
		return -1;
	if (S_ISLNK(st.st_mode))
		return segment_fail(ELOOP);
	if (!S_ISREG(st.st_mode))
		return segment_fail(ENODEV);
	segment->fd = open(path, flags | SEGMENT_OPEN_FLAGS);
	if (segment->fd == -1)
		return segment_fail(errno == ENXIO || errno == EISDIR ? ENODEV : errno);
	return check_regular(segment);
}

static int open_memfd(struct segment *segment, const struct object *object)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)object->pid, object->fd);
	return open_file(segment, path, O_RDONLY);
}

static int attach(struct segment *segment, int flags)
{
	struct shmid_ds ds;
	void *map;

	if (shmctl(segment->id, IPC_STAT, &ds) == -1)
		return sysv_fail_missing(errno);
	map = shmat(segment->id, NULL, flags);
	if (map == (void *)-1)
		return sysv_fail_missing(errno);
	segment->map = map;
	segment->size = ds.shm_segsz;
	return 0;
}

static int open_sysv(struct segment *segment, const struct object *object, int flags)
{
	segment->id = sysv_find_segment(object);
	return segment->id == -1 ? -1 : attach(segment, flags);
}

static const int access_flags[] = {
	[SEGMENT_READ] = O_RDONLY,
	[SEGMENT_WRITE] = O_WRONLY,
	[SEGMENT_APPEND] = O_WRONLY | O_APPEND,
	[SEGMENT_MAP] = O_RDWR,
};

int segment_open(struct segment *segment, const struct object *object, enum segment_access access)
{
	int result, saved;

	segment_clear(segment);
	if (object->kind & OBJECT_SYSV)
		result = open_sysv(segment, object, access == SEGMENT_READ ? SHM_RDONLY : 0);
	else if (object->kind == OBJECT_MEMFD)
		result = open_memfd(segment, object);
	else
		result = open_file(segment, segment->path, segment_set_path(segment, object) | access_flags[access]);
	if (result == 0)
		return 0;
	saved = errno;
	segment_close(segment);
	return segment_fail(saved);
}

int segment_open_new(const char *path, int flags, mode_t mode)
{
	mode_t old = umask(0);
	int fd = open(path, flags | O_EXCL | SEGMENT_OPEN_FLAGS, mode), saved = errno;

	umask(old);
	errno = saved;
	return fd;
}

int segment_create(struct segment *segment, const struct object *object, enum segment_access access, mode_t mode,
                   uint64_t size)
{
	key_t key;
	int saved;

	segment_clear(segment);
	if (!(object->kind & OBJECT_SYSV)) {
		segment_set_path(segment, object);
		segment->fd = segment_open_new(segment->path, access_flags[access] | O_CREAT, mode);
		return segment->fd == -1 ? -1 : 0;
	}
	if (object->kind == OBJECT_ID)
		return segment_fail(ENOENT);
	if (size > SIZE_MAX)
		return segment_fail(EINVAL);
	if (object_key(object, &key) == -1)
		return -1;
	segment->id = shmget(key, (size_t)size, IPC_CREAT | IPC_EXCL | (int)mode);
	if (segment->id == -1)
		return -1;
	if (attach(segment, 0) == 0)
		return 0;
	saved = errno;
	shmctl(segment->id, IPC_RMID, NULL);
	segment_clear(segment);
	return segment_fail(saved);
}

int segment_remove(const struct segment *segment)
{
	struct stat st, named;

	if (segment->fd == -1)
		return shmctl(segment->id, IPC_RMID, NULL) == -1 ? sysv_fail_missing(errno) : 0;
	if (fstat(segment->fd, &st) == -1 || lstat(segment->path, &named) == -1)
		return -1;
	if (S_ISLNK(named.st_mode) && stat(segment->path, &named) == -1)
		return -1;
	if (st.st_dev != named.st_dev || st.st_ino != named.st_ino)
		return segment_fail(ESTALE);
	return unlink(segment->path);
}

void segment_close(struct segment *segment)
{
	if (segment->temporary[0] != '\0')
		unlink(segment->temporary);
	if (segment->fd != -1)
		close(segment->fd);
	if (segment->map != NULL)
		shmdt(segment->map);
	segment_clear(segment);
}

int64_t segment_size(const struct segment *segment)
{
	struct stat st;

	if (segment->fd == -1)
		return (int64_t)segment->size;
	return fstat(segment->fd, &st) == -1 ? -1 : st.st_size;
}

ssize_t segment_read(const struct segment *segment, void *buffer, size_t size, uint64_t offset)
{
	ssize_t got;

	if (segment->fd == -1)
		return segment_read_map(segment, buffer, size, offset);
	do
		got = pread(segment->fd, buffer, size, (off_t)offset);
	while (got == -1 && errno == EINTR && interrupt_pending() == 0);
	return got;
}

int segment_write(struct segment *segment, const void *buffer, size_t size, uint64_t offset, size_t *done)
{
	size_t counted = 0;

	if (done == NULL)
		done = &counted;
	*done = 0;
	if (segment->fd == -1)
		return segment_fill_map(segment, buffer, size, offset, done);
	while (*done < size) {
		/* No piece is so large that a signal would have to wait for its end. */
		size_t piece = size - *done < SEGMENT_PIECE ? size - *done : SEGMENT_PIECE;
		ssize_t put;

		if (interrupt_pending() != 0)
			return segment_fail(EINTR);
		/* With O_APPEND the offset counts for nothing, pwrite(2). */
		put = pwrite(segment->fd, (const char *)buffer + *done, piece, (off_t)(offset + *done));
		if (put == -1 && errno == EINTR)
			continue;
		if (put == -1)
			return -1;
		*done += (size_t)put;
	}
	return 0;
}

int segment_zero(struct segment *segment, uint64_t offset, uint64_t size)
{
	static char zeros[65536];

	if (segment->fd == -1)
		return segment_fill_map(segment, NULL, size, offset, NULL);
	for (uint64_t done = 0; done < size; done += sizeof(zeros)) {
		size_t piece = size - done < sizeof(zeros) ? (size_t)(size - done) : sizeof(zeros);

		if (segment_write(segment, zeros, piece, offset + done, NULL) == -1)
			return -1;
	}
	return 0;
}

int segment_reserve(struct segment *segment, uint64_t offset, uint64_t size)
{
	int result;

	if (size == 0)
		return 0;
	do
		result = fallocate(segment->fd, FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)size);
	while (result == -1 && errno == EINTR && interrupt_pending() == 0);
	return result;
}

int segment_check_written(const struct segment *segment)
{
	/* Memory takes what it takes at once. */
	if (segment->fd == -1 || strncmp(segment->path, SEGMENT_DIRECTORY "/", strlen(SEGMENT_DIRECTORY "/")) == 0)
		return 0;
	return io_check_written(segment->fd);
}

int segment_resize(struct segment *segment, uint64_t size)
{
	int result;

	do
		result = ftruncate(segment->fd, (off_t)size);
	while (result == -1 && errno == EINTR && interrupt_pending() == 0);
	return result;
}

int64_t segment_room(const struct segment *segment)
{
	struct statvfs vfs;

	if (segment->fd == -1 || fstatvfs(segment->fd, &vfs) == -1)
		return -1;
	return (int64_t)(vfs.f_bavail * vfs.f_frsize);
}

int segment_is_file(const struct segment *segment, int fd)
{
	struct stat one, other;

	return segment->fd != -1 && fstat(segment->fd, &one) == 0 && fstat(fd, &other) == 0 &&
	       one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}
