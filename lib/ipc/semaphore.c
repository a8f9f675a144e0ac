/* SPDX-License-Identifier: ISC */
#include "ipc/semaphore.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "ipc/sysv.h"

/* glibc's file of a semaphore; musl's has no "sem." and another layout. */
#define PREFIX "/dev/shm/sem."

enum { SECOND = 1000000000 };

static int fail(int err)
{
	errno = err;
	return -1;
}

/* --- POSIX --- */

/* The file's status, if there is one of that name: 0, or -1 with errno. */
static int stat_posix(const char *name, struct stat *st, char *path, size_t room)
{
	if (snprintf(path, room, PREFIX "%s", name + 1) > (int)(sizeof("/dev/shm/") - 1 + NAME_MAX))
		return fail(ENAMETOOLONG);
	return lstat(path, st);
}

/*
 * What glibc has in a sem_t, which its header hides: 0, or -1 where these are the bytes of something else.
 *
 * 64-bit machines have the value and the number of those that wait as the halves of one word, and then a word that says
 * whether it is shared (0x80) or not; 32-bit ones the value above a bit that says whether anybody waits, the word of
 * sharing, a word of zeros, and the number.
 */
static int decode_posix(const void *bytes, struct semaphore_state *state)
{
	uint32_t words[4], value, waiting, shared;
	uint64_t both;

	memcpy(words, bytes, sizeof(words));
	memcpy(&both, bytes, sizeof(both));
	if (sizeof(sem_t) == 32) {
		value = (uint32_t)both;
		waiting = (uint32_t)(both >> 32);
		shared = words[2];
	} else {
		value = words[0] >> 1;
		waiting = words[3];
		shared = words[1];
	}
	*state = (struct semaphore_state){(int)(value & INT_MAX), (int)(waiting & INT_MAX), -1, -1};
	return value <= SEMAPHORE_MOST_POSIX && (shared == 0x80 || shared == 0) ? 0 : -1;
}

/* sem_open(3) trusts whatever file it finds.  What follows the words of a semaphore is zeros. */
static int check_posix(const char *name, struct stat *st, struct semaphore_state *state)
{
	char path[sizeof(PREFIX) + NAME_MAX];
	unsigned char bytes[sizeof(sem_t)];
	ssize_t n;
	size_t i;
	int fd, err;

	if (stat_posix(name, st, path, sizeof(path)) == -1)
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
	if (decode_posix(bytes, state) == -1)
		return fail(EINVAL);
	for (i = 16; i < sizeof(bytes); i++)
		if (bytes[i] != 0)
			return fail(EINVAL);
	return 0;
}

static int open_posix(struct semaphore *semaphore, const struct object *object)
{
	struct semaphore_state state;
	struct stat st;

	semaphore->name = object->name;
	if (check_posix(object->name, &st, &state) == -1)
		return -1;
	semaphore->device = st.st_dev;
	semaphore->inode = st.st_ino;
	semaphore->posix = sem_open(object->name, 0);
	if (semaphore->posix != SEM_FAILED)
		return 0;
	semaphore->posix = NULL;
	return -1;
}

int semaphore_glance(const struct object *object, struct semaphore_state *state)
{
	struct stat st;

	return check_posix(object->name, &st, state);
}

static int create_posix(const struct object *object, mode_t mode, int value)
{
	sigset_t all, before;
	sem_t *made;
	mode_t mask;
	int saved;

	/*
	 * The mode is meant as it was given.  glibc links the file into its place once it is complete: who dies before that
	 * leaves its passing name.
	 */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	mask = umask(0);
	made = sem_open(object->name, O_CREAT | O_EXCL, mode, (unsigned)value);
	saved = errno;
	umask(mask);
	sigprocmask(SIG_SETMASK, &before, NULL);
	errno = saved;
	return made == SEM_FAILED ? -1 : sem_close(made);
}

/* Why it can be waited for no longer, or 0. */
static int has_gone_posix(const struct semaphore *semaphore)
{
	char path[sizeof(PREFIX) + NAME_MAX];
	struct stat st;

	if (stat_posix(semaphore->name, &st, path, sizeof(path)) == -1)
		return errno == ENOENT ? EIDRM : 0;
	if (st.st_dev != semaphore->device || st.st_ino != semaphore->inode)
		return EIDRM;
	return st.st_size != (off_t)sizeof(sem_t) ? EINVAL : 0;
}

static int take_posix(struct semaphore *semaphore, const struct deadline *deadline)
{
	for (;;) {
		int64_t left = deadline_left(deadline);
		struct deadline next = deadline_after(SECOND);
		struct timespec until = deadline_timespec(left < SECOND ? deadline : &next);
		int gone;

		if (sem_clockwait(semaphore->posix, CLOCK_MONOTONIC, &until) == 0)
			return 0;
		if (errno != ETIMEDOUT || left < SECOND)
			return -1;
		/* Nobody tells those who wait that the name went. */
		gone = has_gone_posix(semaphore);
		if (gone != 0)
			return fail(gone);
	}
}

static int post_posix(struct semaphore *semaphore, int count)
{
	int value, done;

	if (sem_getvalue(semaphore->posix, &value) == -1)
		return -1;
	if (count > SEMAPHORE_MOST_POSIX - value)
		return fail(EOVERFLOW);
	for (done = 0; done < count; done++)
		if (sem_post(semaphore->posix) == -1)
			break;
	if (done == count)
		return 0;
	/* Somebody else was at it, too. */
	value = errno;
	while (done-- > 0)
		sem_trywait(semaphore->posix);
	return fail(value);
}

/* By as much as it differs now: who waits, or takes and gives meanwhile, counts as if he had come later. */
static int set_posix(struct semaphore *semaphore, int wanted)
{
	int value;

	if (sem_getvalue(semaphore->posix, &value) == -1)
		return -1;
	for (; value < wanted; value++)
		if (sem_post(semaphore->posix) == -1)
			return -1;
	for (; value > wanted; value--)
		while (sem_trywait(semaphore->posix) == -1)
			if (errno == EAGAIN)
				return 0;
			else if (errno != EINTR)
				return -1;
	return 0;
}

/* --- System V --- */

static int stat_sysv(int id, struct semid_ds *ds)
{
	union semun argument = {.buf = ds};

	return semctl(id, 0, IPC_STAT, argument);
}

static int open_sysv(struct semaphore *semaphore, const struct object *object)
{
	struct semid_ds ds;
	key_t key;

	semaphore->id = sysv_find_set(object);
	if (semaphore->id == -1)
		return -1;
	if (stat_sysv(semaphore->id, &ds) == 0) {
		semaphore->size = (int)ds.sem_nsems;
		return 0;
	}
	/* Who may change it but not read it does not get to know its size. */
	if (errno == EACCES && (object->kind == OBJECT_ID || (object_key(object, &key) == 0 && semget(key, 0, 0200) != -1))) {
		semaphore->size = 0;
		return 0;
	}
	/* It may also have been removed just after semget(2). */
	return sysv_fail_missing(errno);
}

int semaphore_open(struct semaphore *semaphore, const struct object *object)
{
	*semaphore = (struct semaphore){.id = -1, .size = 1};
	return object->kind == OBJECT_NAME ? open_posix(semaphore, object) : open_sysv(semaphore, object);
}

/* An operation that changes nothing but sem_otime. */
static int touch_sysv(int id, int value)
{
	struct sembuf down_up[2] = {{0, -1, IPC_NOWAIT}, {0, 1, IPC_NOWAIT}}, zero = {0, 0, IPC_NOWAIT};

	/* Where it fails somebody used it already. */
	return (value > 0 ? semop(id, down_up, 2) : semop(id, &zero, 1)) == 0 || errno == EAGAIN ? 0 : -1;
}

/* semop(2) adds to the zeros of a new set, and keeps what others did in between; SETALL is for sets that are too large for it. */
static int fill_sysv(int id, const int *values, int count)
{
	struct sembuf *operations = calloc((size_t)count, sizeof(*operations));
	unsigned short *all = calloc((size_t)count, sizeof(*all));
	int i, used = 0, result = -1;

	for (i = 0; operations != NULL && all != NULL && i < count; i++) {
		all[i] = (unsigned short)values[i];
		if (values[i] != 0)
			operations[used++] = (struct sembuf){(unsigned short)i, (short)values[i], 0};
	}
	if (operations != NULL && all != NULL) {
		result = used > 0 ? semop(id, operations, (size_t)used) : touch_sysv(id, 0);
		if (result == -1 && errno == E2BIG && semctl(id, 0, SETALL, (union semun){.array = all}) == 0)
			result = touch_sysv(id, values[0]);
	}
	free(operations);
	free(all);
	return result;
}

/* The mode that was asked for may keep the owner himself from filling the set. */
static int narrow_sysv(int id, mode_t mode)
{
	struct semid_ds ds;
	union semun argument = {.buf = &ds};

	if ((mode & 0600) == 0600)
		return 0;
	if (stat_sysv(id, &ds) == -1)
		return -1;
	ds.sem_perm.mode = (unsigned short)mode;
	return semctl(id, 0, IPC_SET, argument);
}

static int create_sysv(struct semaphore *semaphore, const struct object *object, mode_t mode, const int *values, int count)
{
	union semun none = {0};
	sigset_t all, before;
	key_t key;
	int result, saved;

	if (object_key(object, &key) == -1)
		return -1;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	semaphore->id = semget(key, count, IPC_CREAT | IPC_EXCL | 0600 | (int)mode);
	semaphore->size = count;
	result = semaphore->id;
	if (result != -1) {
		result = fill_sysv(semaphore->id, values, count);
		if (result != -1)
			result = narrow_sysv(semaphore->id, mode);
		saved = errno;
		if (result == -1)
			semctl(semaphore->id, 0, IPC_RMID, none);
		/* Somebody has removed it already. */
		errno = saved == EINVAL ? EIDRM : saved;
	}
	saved = errno;
	sigprocmask(SIG_SETMASK, &before, NULL);
	errno = saved;
	return result == -1 ? -1 : 0;
}

int semaphore_create(struct semaphore *semaphore, const struct object *object, mode_t mode, const int *values, int count)
{
	*semaphore = (struct semaphore){.id = -1, .size = 1};
	if (object->kind == OBJECT_NAME)
		return create_posix(object, mode, values[0]);
	return create_sysv(semaphore, object, mode, values, count);
}

int semaphore_unfinished(const struct semaphore *semaphore)
{
	struct semid_ds ds;
	int *values, i, zeros = 1;

	if (semaphore->posix != NULL || semaphore->size == 0 || stat_sysv(semaphore->id, &ds) == -1 || ds.sem_otime != 0)
		return 0;
	if (time(NULL) - (time_t)ds.sem_ctime > 1)
		return 0;
	values = calloc((size_t)semaphore->size, sizeof(*values));
	if (values == NULL || semaphore_values(semaphore, values) == -1)
		zeros = 0;
	for (i = 0; zeros && i < semaphore->size; i++)
		zeros = values[i] == 0;
	free(values);
	return zeros;
}

static int take_sysv(struct semaphore *semaphore, int count, const struct deadline *deadline)
{
	struct sembuf take = {0, (short)-count, SEM_UNDO};
	struct timespec left;

	if (semtimedop(semaphore->id, &take, 1, deadline_left_timespec(deadline, &left)) == 0)
		return 0;
	/* Its timeout is EAGAIN; an id that was removed before the call is EINVAL. */
	return fail(errno == EAGAIN ? ETIMEDOUT : errno == EINVAL ? EIDRM : errno);
}

/* --- both --- */

/* Taken one by one, many take long: the time and signals count all along, and what is not there is not begun without time. */
static int check_many(const struct semaphore *semaphore, int count, const struct deadline *deadline, int nonblock)
{
	int value;

	if (semaphore->posix == NULL || count == 1)
		return 0;
	if (semaphore->taken == 0)
		return nonblock && sem_getvalue(semaphore->posix, &value) == 0 && value < count ?
		       fail(ETIMEDOUT) : 0;
	if (semaphore->taken % 4096 != 0)
		return 0;
	if (interrupt_pending() != 0)
		return fail(EINTR);
	return !nonblock && deadline_left(deadline) == 0 ? fail(ETIMEDOUT) : 0;
}

int semaphore_take(struct semaphore *semaphore, const struct deadline *deadline)
{
	return semaphore_take_several(semaphore, 1, deadline);
}

int semaphore_take_several(struct semaphore *semaphore, int count, const struct deadline *deadline)
{
	int nonblock = deadline_left(deadline) == 0;

	while (semaphore->taken < count) {
		int step = semaphore->posix != NULL ? 1 : count - semaphore->taken, saved;

		if (check_many(semaphore, count, deadline, nonblock) == -1) {
			saved = errno;
			semaphore_give(semaphore);
			return fail(saved);
		}
		if ((semaphore->posix != NULL ? take_posix(semaphore, deadline) : take_sysv(semaphore, step, deadline)) == 0) {
			semaphore->taken += step;
			continue;
		}
		/* Ctrl-Z and fg end the wait with EINTR, too. */
		if (errno == EINTR && interrupt_pending() == 0)
			continue;
		saved = errno;
		semaphore_give(semaphore);
		return fail(saved);
	}
	return 0;
}

int semaphore_keep(struct semaphore *semaphore)
{
	/* One of them cancels what the kernel had noted for our end; together they leave the value alone. */
	struct sembuf up = {0, (short)semaphore->taken, SEM_UNDO}, down = {0, (short)-semaphore->taken, IPC_NOWAIT};
	struct sembuf up_down[2] = {up, down}, down_up[2] = {down, up};
	int result = 0;

	if (semaphore->taken > 0 && semaphore->posix == NULL) {
		result = semop(semaphore->id, up_down, 2);
		/* Others may have filled it up to its most. */
		if (result == -1 && errno == ERANGE)
			result = semop(semaphore->id, down_up, 2);
	}
	if (result == 0)
		semaphore->taken = 0;
	return result;
}

int semaphore_give(struct semaphore *semaphore)
{
	while (semaphore->taken > 0) {
		struct sembuf give = {0, (short)semaphore->taken, SEM_UNDO};

		if ((semaphore->posix != NULL ? sem_post(semaphore->posix) : semop(semaphore->id, &give, 1)) == 0)
			semaphore->taken -= semaphore->posix != NULL ? 1 : give.sem_op;
		else if (errno != EINTR)
			return -1;
	}
	return 0;
}

int semaphore_post(struct semaphore *semaphore, int count)
{
	struct sembuf give = {0, (short)count, 0};
	int result;

	if (semaphore->posix != NULL)
		return post_posix(semaphore, count);
	do
		result = semop(semaphore->id, &give, 1);
	while (result == -1 && errno == EINTR);
	return result == -1 && errno == ERANGE ? fail(EOVERFLOW) : result;
}

int semaphore_look(const struct semaphore *semaphore, int at, struct semaphore_state *state)
{
	*state = (struct semaphore_state){-1, -1, -1, -1};
	if (semaphore->posix != NULL) {
		decode_posix(semaphore->posix, state);
		return sem_getvalue(semaphore->posix, &state->value);
	}
	state->value = semctl(semaphore->id, at, GETVAL);
	if (state->value == -1)
		return -1;
	state->waiting = semctl(semaphore->id, at, GETNCNT);
	state->waiting_zero = semctl(semaphore->id, at, GETZCNT);
	state->last = semctl(semaphore->id, at, GETPID);
	return 0;
}

int semaphore_values(const struct semaphore *semaphore, int *values)
{
	union semun all;
	int i, result;

	if (semaphore->posix != NULL)
		return sem_getvalue(semaphore->posix, values);
	if (semaphore->size == 0)
		return fail(EACCES);
	all.array = calloc((size_t)semaphore->size, sizeof(*all.array));
	if (all.array == NULL)
		return -1;
	result = semctl(semaphore->id, 0, GETALL, all);
	for (i = 0; result != -1 && i < semaphore->size; i++)
		values[i] = all.array[i];
	free(all.array);
	return result == -1 ? -1 : 0;
}

int semaphore_set(struct semaphore *semaphore, const int *values)
{
	union semun all;
	int i, result;

	if (semaphore->posix != NULL)
		return set_posix(semaphore, values[0]);
	if (semaphore->size == 0)
		return fail(EACCES);
	if (semaphore->size == 1) {
		all.val = values[0];
		return semctl(semaphore->id, 0, SETVAL, all);
	}
	all.array = calloc((size_t)semaphore->size, sizeof(*all.array));
	if (all.array == NULL)
		return -1;
	for (i = 0; i < semaphore->size; i++)
		all.array[i] = (unsigned short)values[i];
	result = semctl(semaphore->id, 0, SETALL, all);
	free(all.array);
	return result == -1 ? -1 : 0;
}

int semaphore_remove(const struct object *object)
{
	char path[sizeof(PREFIX) + NAME_MAX];
	union semun none = {0};
	struct stat st;
	int id;

	if (object->kind == OBJECT_NAME) {
		/* What has such a name and is no semaphore, not even a broken one, is not ours to remove. */
		if (stat_posix(object->name, &st, path, sizeof(path)) == -1)
			return -1;
		return S_ISREG(st.st_mode) ? sem_unlink(object->name) : fail(EINVAL);
	}
	id = sysv_find_set(object);
	if (id == -1 || semctl(id, 0, IPC_RMID, none) == 0)
		return id == -1 ? -1 : 0;
	return sysv_fail_missing(errno);
}

void semaphore_close(struct semaphore *semaphore)
{
	semaphore_give(semaphore);
	if (semaphore->posix != NULL)
		sem_close(semaphore->posix);
	*semaphore = (struct semaphore){.id = -1, .size = 1};
}
