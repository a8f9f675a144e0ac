/* SPDX-License-Identifier: ISC */
/*
 * mutex_peer - a C program that keeps two counters in a segment and protects them by a mutex, as textbooks do it.
 *
 * mutex_peer COMMAND SEGMENT OFFSET [ARGUMENT ...]
 *	init [KIND ...]		creates the segment, with a mutex at OFFSET and the counters after it.  KIND is normal, robust, recursive,
 *				errorcheck, adaptive, inherit, ceiling, or private (not process-shared)
 *	count [N]		increments both counters N times, or for ever, under the mutex, and yields in between
 *	hold			locks the mutex, prints "held", and unlocks it at the end of standard input
 *	nest OTHER		locks the mutex, prints "held", and locks the one at the offset OTHER at the end of standard input
 *	thread			the same, but another thread holds it
 *	forget			the same, but unmaps the segment and keeps the mutex locked
 *	try			prints "free", "busy", "dead" (which stays so), or the error
 *	recover			locks the mutex, prints "dead" after EOWNERDEAD, makes it consistent, and unlocks it
 *	lose			locks a mutex whose holder has died, and unlocks it without making it consistent
 *	destroy			destroys the mutex
 *	size			prints the size and the alignment of a mutex
 *
 * SEGMENT is /NAME, or key:N of System V.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

struct shared {
	pthread_mutex_t mutex;
	uint64_t first, second;
};

static struct shared *shared;
static size_t size;
static char *mapped;

static void check(int err, const char *call)
{
	if (err == 0)
		return;
	fprintf(stderr, "mutex_peer: %s: %s\n", call, strerror(err));
	exit(9);
}

static void attach(const char *segment, size_t offset, int create)
{
	int fd;

	size = offset + sizeof(*shared);
	if (strncmp(segment, "key:", 4) == 0) {
		fd = shmget((key_t)strtoul(segment + 4, NULL, 0), create ? size : 0, create ? IPC_CREAT | 0600 : 0600);
		check(fd == -1 ? errno : 0, "shmget");
		mapped = shmat(fd, NULL, 0);
		check(mapped == (void *)-1 ? errno : 0, "shmat");
	} else {
		fd = shm_open(segment, O_RDWR | (create ? O_CREAT : 0), 0600);
		check(fd == -1 ? errno : 0, "shm_open");
		check(create && ftruncate(fd, (off_t)size) == -1 ? errno : 0, "ftruncate");
		mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		check(mapped == MAP_FAILED ? errno : 0, "mmap");
		close(fd);
	}
	shared = (struct shared *)(void *)(mapped + offset);
}

static void init(int count, char **kinds)
{
	pthread_mutexattr_t attributes;
	int i;

	check(pthread_mutexattr_init(&attributes), "pthread_mutexattr_init");
	check(pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED), "pthread_mutexattr_setpshared");
	for (i = 0; i < count; i++) {
		if (strcmp(kinds[i], "robust") == 0)
			check(pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST), "pthread_mutexattr_setrobust");
		else if (strcmp(kinds[i], "inherit") == 0)
			check(pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT), "pthread_mutexattr_setprotocol");
		else if (strcmp(kinds[i], "ceiling") == 0)
			check(pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_PROTECT), "pthread_mutexattr_setprotocol");
		else if (strcmp(kinds[i], "private") == 0)
			check(pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_PRIVATE), "pthread_mutexattr_setpshared");
		else
			check(pthread_mutexattr_settype(&attributes, strcmp(kinds[i], "recursive") == 0 ? PTHREAD_MUTEX_RECURSIVE :
			                                             strcmp(kinds[i], "errorcheck") == 0 ? PTHREAD_MUTEX_ERRORCHECK :
			                                             strcmp(kinds[i], "normal") == 0     ? PTHREAD_MUTEX_NORMAL :
			                                                                                   PTHREAD_MUTEX_ADAPTIVE_NP),
			      "pthread_mutexattr_settype");
	}
	check(pthread_mutex_init(&shared->mutex, &attributes), "pthread_mutex_init");
}

static void count(unsigned long times)
{
	unsigned long i;

	for (i = 0; times == 0 || i < times; i++) {
		int err = pthread_mutex_lock(&shared->mutex);

		if (err == EOWNERDEAD)
			err = pthread_mutex_consistent(&shared->mutex);
		check(err, "pthread_mutex_lock");
		shared->first++;
		if (i % 64 == 0)
			sched_yield();
		shared->second = shared->first;
		check(pthread_mutex_unlock(&shared->mutex), "pthread_mutex_unlock");
	}
}

static void say(const char *word)
{
	puts(word);
	fflush(stdout);
}

static void *hold(void *forget)
{
	int err = pthread_mutex_lock(&shared->mutex);

	check(err == EOWNERDEAD ? 0 : err, "pthread_mutex_lock");
	if (forget != NULL)
		munmap(mapped, size);
	say("held");
	while (getchar() != EOF)
		continue;
	if (forget == NULL)
		check(pthread_mutex_unlock(&shared->mutex), "pthread_mutex_unlock");
	return NULL;
}

int main(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : "";
	pthread_t thread;
	int err;

	if (strcmp(command, "size") == 0)
		return printf("%zu %zu\n", sizeof(pthread_mutex_t), _Alignof(pthread_mutex_t)) < 0;
	if (argc < 4)
		return 2;
	attach(argv[2], strtoul(argv[3], NULL, 0), strcmp(command, "init") == 0);
	if (strcmp(command, "init") == 0) {
		init(argc - 4, argv + 4);
	} else if (strcmp(command, "count") == 0) {
		count(argc > 4 ? strtoul(argv[4], NULL, 0) : 0);
	} else if (strcmp(command, "hold") == 0) {
		hold(NULL);
	} else if (strcmp(command, "nest") == 0 && argc > 4) {
		check(pthread_mutex_lock(&shared->mutex), "pthread_mutex_lock");
		say("held");
		while (getchar() != EOF)
			continue;
		shared = (struct shared *)(void *)(mapped + strtoul(argv[4], NULL, 0));
		check(pthread_mutex_lock(&shared->mutex), "pthread_mutex_lock");
	} else if (strcmp(command, "forget") == 0) {
		hold(argv);
	} else if (strcmp(command, "thread") == 0) {
		check(pthread_create(&thread, NULL, hold, NULL), "pthread_create");
		pthread_join(thread, NULL);
	} else if (strcmp(command, "try") == 0) {
		err = pthread_mutex_trylock(&shared->mutex);
		say(err == 0 ? "free" : err == EBUSY ? "busy" : err == EOWNERDEAD ? "dead" : strerror(err));
		if (err == 0)
			check(pthread_mutex_unlock(&shared->mutex), "pthread_mutex_unlock");
	} else if (strcmp(command, "recover") == 0 || strcmp(command, "lose") == 0) {
		err = pthread_mutex_lock(&shared->mutex);
		if (err == EOWNERDEAD) {
			say("dead");
			err = strcmp(command, "lose") == 0 ? 0 : pthread_mutex_consistent(&shared->mutex);
		}
		check(err, "pthread_mutex_lock");
		check(pthread_mutex_unlock(&shared->mutex), "pthread_mutex_unlock");
	} else if (strcmp(command, "destroy") == 0) {
		check(pthread_mutex_destroy(&shared->mutex), "pthread_mutex_destroy");
	} else {
		return 2;
	}
	return 0;
}
