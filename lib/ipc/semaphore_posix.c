/* SPDX-License-Identifier: ISC */
#include "ipc/semaphore_posix.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The beginning of the file name that glibc gives a semaphore; musl's has no "sem." and another layout. */
#define PREFIX "/dev/shm/sem."

enum { SECOND = 1000000000, WORDS_SIZE = 16 };

static int fail(int err)
{
	errno = err;
	return -1;
}

/* The status of the file, if one has that name: 0, or -1 with errno. */
static int stat_file(const char *name, struct stat *st, char *path, size_t room)
{
	if (snprintf(path, room, PREFIX "%s", name + 1) > (int)(sizeof("/dev/shm/") - 1 + NAME_MAX))
		return fail(ENAMETOOLONG);
	return lstat(path, st);
}

/*
 * 64-bit programs keep the value and the number of waiters as the halves of one 64-bit number, and then a word that is 0x80
 * for a shared semaphore and 0 for another.  32-bit programs keep the value above a bit that says whether anybody waits,
 * the word of sharing, a word of zeros, and the number of waiters.
 */
int semaphore_posix_decode(const void *bytes, size_t size, int *value, int *waiting)
{
	uint32_t words[4], tokens, waiters, shared;
	uint64_t both;

	memcpy(words, bytes, sizeof(words));
	memcpy(&both, bytes, sizeof(both));
	if (size == 32) {
		tokens = (uint32_t)both;
		waiters = (uint32_t)(both >> 32);
		shared = words[2];
	} else {
		tokens = words[0] >> 1;
		waiters = words[3];
		shared = words[1];
	}
	*value = (int)(tokens & INT_MAX);
	*waiting = (int)(waiters & INT_MAX);
	return tokens <= INT_MAX && waiters <= INT_MAX && (shared == 0x80 || shared == 0) ? 0 : -1;
}

/* Reads a file that sem_open(3) would trust, whatever it is: 0, or -1 with errno. */
static int check_file(const char *name, struct stat *st, int *value, int *waiting)
{
	char path[sizeof(PREFIX) + NAME_MAX];
	unsigned char bytes[sizeof(sem_t)];
	ssize_t n;
	size_t i;
	int fd, err;

	if (stat_file(name, st, path, sizeof(path)) == -1)
		return -1;
	if (!S_ISREG(st->st_mode) || st->st_size != (off_t)sizeof(sem_t))
		return fail(EINVAL);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1)
		return -1;
	do
		n = pread(fd, bytes, sizeof(bytes), 0);
	while (n == -1 && errno == EINTR);
	err = n == -1 ? errno : EINVAL;
	close(fd);
	if (n != (ssize_t)sizeof(bytes))
		return fail(err);
	if (semaphore_posix_decode(bytes, sizeof(bytes), value, waiting) == -1)
		return fail(EINVAL);
	/* The rest of a semaphore is zeros. */
	for (i = WORDS_SIZE; i < sizeof(bytes); i++)
		if (bytes[i] != 0)
			return fail(EINVAL);
	return 0;
}

int semaphore_posix_open(struct semaphore_posix *semaphore, const char *name)
{
	int value, waiting;
	struct stat st;

	*semaphore = (struct semaphore_posix){.name = name};
	if (check_file(name, &st, &value, &waiting) == -1)
		return -1;
	semaphore->device = st.st_dev;
	semaphore->inode = st.st_ino;
	semaphore->mapped = sem_open(name, 0);
	if (semaphore->mapped != SEM_FAILED)
		return 0;
	semaphore->mapped = NULL;
	return -1;
}

void semaphore_posix_close(struct semaphore_posix *semaphore)
{
	if (semaphore->mapped != NULL)
		sem_close(semaphore->mapped);
	semaphore->mapped = NULL;
}

int semaphore_posix_create(const char *name, mode_t mode, int value)
{
	sigset_t all, before;
	sem_t *made;
	mode_t mask;
	int saved;

	/* glibc fills a file of a passing name and links it into its place: a process that dies in between leaves that name. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	mask = umask(0);
	made = sem_open(name, O_CREAT | O_EXCL, mode, (unsigned)value);
	saved = errno;
	umask(mask);
	sigprocmask(SIG_SETMASK, &before, NULL);
	errno = saved;
	return made == SEM_FAILED ? -1 : sem_close(made);
}

/* The reason why the semaphore cannot be waited for any longer, as an errno, or 0. */
static int has_gone(const struct semaphore_posix *semaphore)
{
	char path[sizeof(PREFIX) + NAME_MAX];
	struct stat st;

	if (stat_file(semaphore->name, &st, path, sizeof(path)) == -1)
		return errno == ENOENT ? EIDRM : 0;
	if (st.st_dev != semaphore->device || st.st_ino != semaphore->inode)
		return EIDRM;
	return st.st_size != (off_t)sizeof(sem_t) ? EINVAL : 0;
}

/* Opens the file of that name for its locks: a descriptor, or -1. */
static int open_file(const char *name, struct stat *st)
{
	char path[sizeof(PREFIX) + NAME_MAX];
	int fd;

	if (stat_file(name, st, path, sizeof(path)) == -1 || !S_ISREG(st->st_mode))
		return -1;
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1 || fstat(fd, st) == 0)
		return fd;
	close(fd);
	return -1;
}

int semaphore_posix_note(const struct semaphore_posix *semaphore, enum semaphore_posix_use use)
{
	struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = use, .l_len = 1};
	int saved = errno, fd;
	struct stat st;

	fd = open_file(semaphore->name, &st);
	if (fd != -1 && (st.st_dev != semaphore->device || st.st_ino != semaphore->inode || fcntl(fd, F_SETLK, &lock) == -1)) {
		close(fd);
		fd = -1;
	}
	errno = saved;
	return fd;
}

pid_t semaphore_posix_user(const char *name, enum semaphore_posix_use use)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = use, .l_len = 1};
	struct stat st;
	int fd = open_file(name, &st), result;

	if (fd == -1)
		return 0;
	result = fcntl(fd, F_GETLK, &lock);
	close(fd);
	return result == 0 && lock.l_type != F_UNLCK && lock.l_pid > 0 ? lock.l_pid : 0;
}

/* Waits for a token until `deadline`, and looks once a second whether the semaphore still has its name. */
static int wait_for_token(struct semaphore_posix *semaphore, const struct deadline *deadline)
{
	for (;;) {
		int64_t left = deadline_left(deadline);
		struct deadline next = deadline_after(SECOND);
		struct timespec until = deadline_timespec(left < SECOND ? deadline : &next);
		int gone;

		if (left == INT64_MAX)
			deadline_mark_endless(&until);

		if (sem_clockwait(semaphore->mapped, CLOCK_MONOTONIC, &until) == 0)
			return 0;
		if (errno != ETIMEDOUT || left < SECOND)
			return -1;
		/* The removal of the name wakes nobody. */
		gone = has_gone(semaphore);
		if (gone != 0)
			return fail(gone);
	}
}

int semaphore_posix_take(struct semaphore_posix *semaphore, const struct deadline *deadline)
{
	int result, noted;

	if (sem_trywait(semaphore->mapped) == 0)
		return 0;
	if (errno != EAGAIN)
		return -1;
	if (deadline_left(deadline) == 0)
		return fail(ETIMEDOUT);
	noted = semaphore_posix_note(semaphore, SEMAPHORE_POSIX_WAITS);
	result = wait_for_token(semaphore, deadline);
	if (noted != -1)
		close(noted);
	return result;
}

int semaphore_posix_post(struct semaphore_posix *semaphore, int count)
{
	int value, done, err;

	if (sem_getvalue(semaphore->mapped, &value) == -1)
		return -1;
	if (count > INT_MAX - value)
		return fail(EOVERFLOW);
	for (done = 0; done < count; done++)
		if (sem_post(semaphore->mapped) == -1)
			break;
	if (done == count)
		return 0;
	/* Another process gave tokens at the same time. */
	err = errno;
	while (done-- > 0)
		sem_trywait(semaphore->mapped);
	return fail(err);
}

int semaphore_posix_set(struct semaphore_posix *semaphore, int wanted)
{
	int value;

	if (sem_getvalue(semaphore->mapped, &value) == -1)
		return -1;
	for (; value < wanted; value++)
		if (sem_post(semaphore->mapped) == -1)
			return -1;
	for (; value > wanted; value--)
		while (sem_trywait(semaphore->mapped) == -1)
			if (errno == EAGAIN)
				return 0;
			else if (errno != EINTR)
				return -1;
	return 0;
}

int semaphore_posix_look(const struct semaphore_posix *semaphore, int *value, int *waiting)
{
	semaphore_posix_decode(semaphore->mapped, sizeof(sem_t), value, waiting);
	return sem_getvalue(semaphore->mapped, value);
}

int semaphore_posix_glance(const char *name, int *value, int *waiting)
{
	struct stat st;

	return check_file(name, &st, value, waiting);
}

int semaphore_posix_remove(const char *name)
{
	char path[sizeof(PREFIX) + NAME_MAX];
	struct stat st;

	if (stat_file(name, &st, path, sizeof(path)) == -1)
		return -1;
	return S_ISREG(st.st_mode) ? sem_unlink(name) : fail(EINVAL);
}
