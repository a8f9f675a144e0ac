/* SPDX-License-Identifier: ISC */
/*
 * The other program: what the tests use to make, see and hold the objects that
 * the tools meet, by way of plain libc calls and none of our own code.
 *
 * A semaphore is written as for the tools: /NAME or key:N.  A System V segment
 * is given by its bare key.
 */
#define _GNU_SOURCE
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

union semun {
	int val;
	struct semid_ds *buf; /* for the size of it, which semctl(3) takes off the stack */
};

static long
number(const char *s)
{
	return (long)strtoll(s, NULL, 0); /* keys have 32 bits, also where long has no more */
}

/* The id of the System V semaphore "key:N", or -1 if `name` is a POSIX one. */
static int
sysv_semaphore(const char *name, int flags)
{
	int id;

	if (strncmp(name, "key:", 4) != 0)
		return -1;
	if ((id = semget((key_t)number(name + 4), 1, flags)) == -1)
		err(1, "semget %s", name);
	return id;
}

static sem_t *
posix_semaphore(const char *name)
{
	sem_t *sem = sem_open(name, 0);

	if (sem == SEM_FAILED)
		err(1, "sem_open %s", name);
	return sem;
}

static void
sem_make(const char *name, int value)
{
	union semun arg = { .val = value };
	int id = sysv_semaphore(name, IPC_CREAT | IPC_EXCL | 0600);

	if (id != -1) {
		if (semctl(id, 0, SETVAL, arg) == -1)
			err(1, "semctl");
	} else if (sem_open(name, O_CREAT | O_EXCL, 0600, value) == SEM_FAILED)
		err(1, "sem_open %s", name);
}

static int
sem_value(const char *name)
{
	int value, id = sysv_semaphore(name, 0);

	if (id != -1)
		return semctl(id, 0, GETVAL);
	sem_getvalue(posix_semaphore(name), &value);
	return value;
}

/* How many processes wait; glibc counts them in the upper half of the first 64 bits, 32-bit programs in the last word. */
static int
sem_waiters(const char *name)
{
	int id = sysv_semaphore(name, 0);

	if (id != -1)
		return semctl(id, 0, GETNCNT);
	if (sizeof(long) == 4)
		return ((const int *)posix_semaphore(name))[3];
	return (int)(*(const uint64_t *)posix_semaphore(name) >> 32);
}

static void
sem_give(const char *name)
{
	struct sembuf op = { 0, 1, 0 };
	int id = sysv_semaphore(name, 0);

	if (id != -1 ? semop(id, &op, 1) == -1 : sem_post(posix_semaphore(name)) == -1)
		err(1, "%s", name);
}

static void
copy(int from, int to)
{
	char buf[65536];
	ssize_t n;

	while ((n = read(from, buf, sizeof(buf))) > 0)
		if (write(to, buf, (size_t)n) != n)
			err(1, "write");
}

static void
shm_make(key_t key, size_t size)
{
	int id = shmget(key, size, IPC_CREAT | IPC_EXCL | 0600);
	char *p;
	ssize_t n;

	if (id == -1 || (p = shmat(id, NULL, 0)) == (void *)-1)
		err(1, "shmget %#x", (unsigned)key);
	while ((n = read(0, p, size)) > 0)
		p += n;
	printf("%d\n", id);
}

/* The bytes of a segment; with `page`, those up to its last page's end. */
static void
shm_dump(key_t key, int page)
{
	struct shmid_ds ds;
	int id = shmget(key, 0, 0);
	const char *p;

	if (id == -1 || shmctl(id, IPC_STAT, &ds) == -1 || (p = shmat(id, NULL, SHM_RDONLY)) == (void *)-1)
		err(1, "shmget %#x", (unsigned)key);
	fwrite(p, 1, page ? (ds.shm_segsz + 4095) / 4096 * 4096 : ds.shm_segsz, stdout);
}

/* Attaches a System V segment, or maps a POSIX one, and holds it, and nothing else of it. */
static void
hold_map(const char *name)
{
	int fd;

	if (strncmp(name, "key:", 4) == 0) {
		if (shmat(shmget((key_t)number(name + 4), 0, 0), NULL, 0) == (void *)-1)
			err(1, "%s", name);
	} else if ((fd = shm_open(name, O_RDWR, 0)) == -1 ||
	           mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED || close(fd) == -1)
		err(1, "%s", name);
	puts("held");
	fflush(stdout);
	for (;;)
		pause();
}

/* Holds a memfd, or an unlinked segment, with the bytes of stdin in it, its offset at `3`. */
static void
hold(int fd)
{
	copy(0, fd);
	lseek(fd, 3, SEEK_SET);
	printf("memfd:%d:%d\n", (int)getpid(), fd);
	fflush(stdout);
	for (;;)
		pause();
}

static int
unlinked_segment(const char *name)
{
	int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);

	if (fd == -1 || shm_unlink(name) == -1)
		err(1, "%s", name);
	return fd;
}

/* Runs a command and writes its peak memory, in kB, to `file`. */
static int
peak(const char *file, char *argv[])
{
	struct rusage usage;
	int status;
	pid_t pid = fork();
	FILE *f;

	if (pid == 0) {
		execvp(argv[0], argv);
		err(127, "%s", argv[0]);
	}
	if (pid == -1 || wait4(pid, &status, 0, &usage) == -1 || (f = fopen(file, "w")) == NULL)
		err(1, "%s", argv[0]);
	fprintf(f, "%ld\n", usage.ru_maxrss);
	fclose(f);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int
main(int argc, char *argv[])
{
	const char *cmd = argc > 1 ? argv[1] : "";

	argc -= 2;
	argv += 2;
	if (strcmp(cmd, "sem-make") == 0 && argc == 2)
		sem_make(argv[0], (int)number(argv[1]));
	else if (strcmp(cmd, "sem-value") == 0 && argc == 1)
		printf("%d\n", sem_value(argv[0]));
	else if (strcmp(cmd, "sem-waiters") == 0 && argc == 1)
		printf("%d\n", sem_waiters(argv[0]));
	else if (strcmp(cmd, "sem-give") == 0 && argc == 1)
		sem_give(argv[0]);
	else if (strcmp(cmd, "shm-make") == 0 && argc == 2)
		shm_make((key_t)number(argv[0]), (size_t)number(argv[1]));
	else if (strcmp(cmd, "shm-dump") == 0 && argc == 1)
		shm_dump((key_t)number(argv[0]), 0);
	else if (strcmp(cmd, "shm-dump-page") == 0 && argc == 1)
		shm_dump((key_t)number(argv[0]), 1);
	else if (strcmp(cmd, "ftok") == 0 && argc == 2)
		printf("%#x\n", (unsigned)ftok(argv[0], (int)number(argv[1])));
	else if (strcmp(cmd, "map") == 0 && argc == 1)
		hold_map(argv[0]);
	else if (strcmp(cmd, "memfd") == 0 && argc == 0)
		hold(memfd_create("peer", 0));
	else if (strcmp(cmd, "unlinked") == 0 && argc == 1)
		hold(unlinked_segment(argv[0]));
	else if (strcmp(cmd, "peak") == 0 && argc >= 2)
		return peak(argv[0], argv + 1);
	else
		errx(2, "no such call: %s", cmd);
	return fflush(stdout) == 0 ? 0 : 1;
}
