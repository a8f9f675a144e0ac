/* SPDX-License-Identifier: ISC */
#include "ipc/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/io.h"
#include "ipc/sysv.h"

#define WINDOW ((size_t)2 << 20)
#define DIRECTORY "/dev/shm"

/* A FIFO must not make open(2) wait, and nothing here is ever a terminal. */
#define OPEN_FLAGS (O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

static int fail(int err)
{
	errno = err;
	return -1;
}

static void clear(struct segment *segment)
{
	segment->fd = -1;
	segment->id = -1;
	segment->map = NULL;
	segment->size = 0;
	segment->path[0] = '\0';
	segment->temporary[0] = '\0';
}

/* The flag that goes with a name: links in /dev/shm are not followed, shm_open(3); in a path they are. */
static int set_path(struct segment *segment, const struct object *object)
{
	if (object->kind == OBJECT_NAME) {
		snprintf(segment->path, sizeof(segment->path), DIRECTORY "%s", object->name);
		return O_NOFOLLOW;
	}
	snprintf(segment->path, sizeof(segment->path), "%s", object->path);
	return 0;
}

static int check_regular(struct segment *segment)
{
	struct stat st;

	if (fstat(segment->fd, &st) == -1)
		return -1;
	if (!S_ISREG(st.st_mode))
		return fail(ENODEV);
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
		return fail(ELOOP);
	if (!S_ISREG(st.st_mode))
		return fail(ENODEV);
	segment->fd = open(path, flags | OPEN_FLAGS);
	if (segment->fd == -1)
		return fail(errno == ENXIO || errno == EISDIR ? ENODEV : errno);
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
};

int segment_open(struct segment *segment, const struct object *object, enum segment_access access)
{
	int result, saved;

	clear(segment);
	if (object->kind & OBJECT_SYSV)
		result = open_sysv(segment, object, access == SEGMENT_READ ? SHM_RDONLY : 0);
	else if (object->kind == OBJECT_MEMFD)
		result = open_memfd(segment, object);
	else
		result = open_file(segment, segment->path, set_path(segment, object) | access_flags[access]);
	if (result == 0)
		return 0;
	saved = errno;
	segment_close(segment);
	return fail(saved);
}

/* open(2) of a new file whose mode the umask does not change. */
static int open_new(const char *path, int flags, mode_t mode)
{
	mode_t old = umask(0);
	int fd = open(path, flags | O_EXCL | OPEN_FLAGS, mode), saved = errno;

	umask(old);
	errno = saved;
	return fd;
}

int segment_create(struct segment *segment, const struct object *object, enum segment_access access, mode_t mode,
                   uint64_t size)
{
	key_t key;
	int saved;

	clear(segment);
	if (!(object->kind & OBJECT_SYSV)) {
		set_path(segment, object);
		segment->fd = open_new(segment->path, access_flags[access] | O_CREAT, mode);
		return segment->fd == -1 ? -1 : 0;
	}
	if (object->kind == OBJECT_ID)
		return fail(ENOENT);
	if (size > SIZE_MAX)
		return fail(EINVAL);
	if (object_key(object, &key) == -1)
		return -1;
	segment->id = shmget(key, (size_t)size, IPC_CREAT | IPC_EXCL | (int)mode);
	if (segment->id == -1)
		return -1;
	if (attach(segment, 0) == 0)
		return 0;
	saved = errno;
	shmctl(segment->id, IPC_RMID, NULL);
	clear(segment);
	return fail(saved);
}

/* The owner and mode of what is to be replaced, for the new file. */
static int take_over(const struct segment *segment, const struct stat *old)
{
	mode_t mode = old->st_mode & 0777;

	/* A group that we may not give it must not get its rights either. */
	if (fchown(segment->fd, old->st_uid, old->st_gid) == -1 && fchown(segment->fd, (uid_t)-1, old->st_gid) == -1)
		mode &= ~(mode_t)070;
	return fchmod(segment->fd, mode);
}

/* A name beside the file for the moment that it takes to rename(2) it. */
static void set_temporary(struct segment *segment)
{
	uint64_t number = 0;
	const char *slash = strrchr(segment->path, '/');
	int length = slash ? (int)(slash - segment->path + 1) : 0;

	if (getrandom(&number, sizeof(number), 0) == -1)
		number = (uint64_t)getpid();
	snprintf(segment->temporary, sizeof(segment->temporary), "%.*s.ipcutils-%016llx", length, segment->path,
	         (unsigned long long)number);
}

static int open_unnamed(struct segment *segment, mode_t mode)
{
	char directory[sizeof(segment->path)];
	char *slash;

	memcpy(directory, segment->path, sizeof(directory));
	slash = strrchr(directory, '/');
	if (slash == NULL)
		strcpy(directory, ".");
	else
		slash[slash == directory] = '\0';

	mode_t old = umask(0);
	segment->fd = open(directory, O_TMPFILE | O_WRONLY | OPEN_FLAGS, mode);
	umask(old);
	if (segment->fd != -1 || (errno != EOPNOTSUPP && errno != EISDIR))
		return segment->fd == -1 ? -1 : 0;
	/* NFS, overlayfs of old kernels and some others have no unnamed files. */
	set_temporary(segment);
	segment->fd = open_new(segment->temporary, O_WRONLY | O_CREAT, mode);
	if (segment->fd == -1)
		segment->temporary[0] = '\0';
	return segment->fd == -1 ? -1 : 0;
}

int segment_begin_replacement(struct segment *segment, const struct object *object, int mode)
{
	struct stat old;
	int there, saved;

	clear(segment);
	/* A link is not replaced, but what it leads to, as writing in place would do. */
	if (set_path(segment, object) == 0) {
		char *real = realpath(object->path, NULL);

		if (real != NULL)
			snprintf(segment->path, sizeof(segment->path), "%s", real);
		else if (errno != ENOENT)
			return -1;
		free(real);
	}
	there = lstat(segment->path, &old) == 0;
	if (!there && errno != ENOENT)
		return -1;
	if (there && !S_ISREG(old.st_mode))
		return fail(S_ISLNK(old.st_mode) ? ELOOP : ENODEV);
	if (open_unnamed(segment, mode == -1 ? 0600 : (mode_t)mode) == -1)
		return -1;
	if (!there || mode != -1 || take_over(segment, &old) == 0)
		return 0;
	saved = errno;
	segment_close(segment);
	return fail(saved);
}

static int link_unnamed(const struct segment *segment, const char *path)
{
	char self[64];

	snprintf(self, sizeof(self), "/proc/self/fd/%d", segment->fd);
	if (linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0)
		return 0;
	/* Without /proc there is a way that takes a capability. */
	return errno == ENOENT ? linkat(segment->fd, "", AT_FDCWD, path, AT_EMPTY_PATH) : -1;
}

/* With all signals blocked: between the two steps the passing name is there. */
static int publish(struct segment *segment, int exclusive)
{
	if (segment->temporary[0] == '\0') {
		if (link_unnamed(segment, segment->path) == 0)
			return 0;
		if (errno != EEXIST || exclusive)
			return -1;
		set_temporary(segment);
		if (link_unnamed(segment, segment->temporary) == -1) {
			segment->temporary[0] = '\0';
			return -1;
		}
	}
	if (renameat2(AT_FDCWD, segment->temporary, AT_FDCWD, segment->path, exclusive ? RENAME_NOREPLACE : 0) == -1)
		return -1;
	segment->temporary[0] = '\0';
	return 0;
}

int segment_publish(struct segment *segment, int exclusive)
{
	sigset_t all, old;
	int result, saved;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	result = publish(segment, exclusive);
	saved = errno;
	if (result == -1 && segment->temporary[0] != '\0') {
		unlink(segment->temporary);
		segment->temporary[0] = '\0';
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	errno = saved;
	return result;
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
		return fail(ESTALE);
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
	clear(segment);
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

	if (segment->fd == -1) {
		if (offset >= segment->size)
			return 0;
		if (size > segment->size - offset)
			size = (size_t)(segment->size - offset);
		memcpy(buffer, segment->map + offset, size);
		return (ssize_t)size;
	}
	do
		got = pread(segment->fd, buffer, size, (off_t)offset);
	while (got == -1 && errno == EINTR && interrupt_pending() == 0);
	return got;
}

/* Memory for a piece of an attached segment, without the SIGBUS that touching it could give. */
static int populate(char *piece, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), before = (uintptr_t)piece % page;

	if (madvise(piece - before, size + before, MADV_POPULATE_WRITE) == 0)
		return 0;
	/* Kernels before 5.14 do not know it, and filters may forbid it; the pages are then had one by one. */
	return errno == EINVAL || errno == ENOSYS || errno == EPERM ? 0 : fail(ENOMEM);
}

/* Copies, or with a NULL `from` zeros, in pieces, so that a signal is heeded. */
static int fill_map(struct segment *segment, const char *from, uint64_t size, uint64_t offset, size_t *done)
{
	char *to = segment->map + offset;
	uint64_t rest = size;

	while (rest > 0) {
		size_t piece = rest < WINDOW ? (size_t)rest : WINDOW;

		if (interrupt_pending() != 0)
			return fail(EINTR);
		if (populate(to, piece) == -1)
			return -1;
		if (from == NULL)
			memset(to, 0, piece);
		else
			memcpy(to, from + (size - rest), piece);
		if (done != NULL)
			*done += piece;
		to += piece;
		rest -= piece;
	}
	return 0;
}

int segment_write(struct segment *segment, const void *buffer, size_t size, uint64_t offset, size_t *done)
{
	size_t counted = 0;

	if (done == NULL)
		done = &counted;
	*done = 0;
	if (segment->fd == -1)
		return fill_map(segment, buffer, size, offset, done);
	while (*done < size) {
		/* No piece is so large that a signal would have to wait for its end. */
		size_t piece = size - *done < WINDOW ? size - *done : WINDOW;
		ssize_t put;

		if (interrupt_pending() != 0)
			return fail(EINTR);
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
		return fill_map(segment, NULL, size, offset, NULL);
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
	if (segment->fd == -1 || strncmp(segment->path, DIRECTORY "/", strlen(DIRECTORY "/")) == 0)
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

const char *segment_window(const struct segment *segment, uint64_t offset, size_t *size)
{
	char *window = segment->map + offset;
	size_t page = (size_t)sysconf(_SC_PAGESIZE), before = (uintptr_t)window % page;

	if (offset >= segment->size) {
		*size = 0;
		return window;
	}
	if (*size > WINDOW)
		*size = WINDOW;
	if (*size > segment->size - offset)
		*size = (size_t)(segment->size - offset);
	madvise(window - before, *size + before, MADV_POPULATE_READ);
	return window;
}

void segment_leave(const char *window, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), before = (uintptr_t)window % page;

	madvise((void *)((uintptr_t)window - before), size + before, MADV_DONTNEED);
}
