/* SPDX-License-Identifier: ISC */
/*
 * wait_peer CALL [OBJECT]
 *
 * The other program for ipcls: waits in one of the calls, and has one of the mappings, that few programs have.  It
 * writes an empty line before.
 */
#define _GNU_SOURCE
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

static const char *object;
static char bytes[1 << 17];

static void
ready(void)
{
	if (write(1, "\n", 1) != 1)
		err(1, "standard output");
}

static int
opened(int flags)
{
	int fd = open(object, flags | O_CLOEXEC);

	if (fd == -1)
		err(1, "%s", object);
	return fd;
}

static void
wait_readv(void)
{
	struct iovec piece = {bytes, sizeof(bytes)};
	int fd = opened(O_RDWR);

	ready();
	(void)!readv(fd, &piece, 1);
}

/* More than a pipe holds. */
static void
wait_write(void)
{
	int fd = opened(O_RDWR);

	ready();
	(void)!write(fd, bytes, sizeof(bytes));
}

static void
wait_writev(void)
{
	struct iovec piece = {bytes, sizeof(bytes)};
	int fd = opened(O_RDWR);

	ready();
	(void)!writev(fd, &piece, 1);
}

/* Beside it descriptors that are left out, or of something else. */
static void
wait_poll(void)
{
	struct pollfd polled[100] = {{.fd = -1, .events = POLLIN}, {.fd = 99}, {.fd = 99, .events = POLLIN}};
	int i, rest[2], fd = opened(O_RDWR);

	if (pipe(rest) == -1 || dup2(rest[0], 99) == -1)
		err(1, "pipe");
	for (i = 3; i < 100; i++)
		polled[i] = (struct pollfd){.fd = fd, .events = POLLIN};
	ready();
	syscall(SYS_ppoll, polled, 100, NULL, NULL, 8);
}

/* Nothing is polled, as sleeping once was done. */
static void
wait_nothing(void)
{
	opened(O_RDWR);
	ready();
	syscall(SYS_ppoll, NULL, 0, NULL, NULL, 8);
}

static uint32_t *
mapped(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, opened(O_RDWR), 0);

	if (p == MAP_FAILED)
		err(1, "mmap");
	return p;
}

/* OBJECT is "FILE OTHER", of which the other one is mapped alone, or FILE. */
static void
wait_futex(void)
{
	char *other = strchr(object, ' ');
	uint32_t *word;

	if (other != NULL)
		*other++ = '\0';
	word = mapped();
	if (other != NULL) {
		object = other;
		mapped();
	}

	ready();
	syscall(SYS_futex, word, FUTEX_WAIT, *word, NULL, NULL, 0);
}

/* What is mapped many times, and something that is no object. */
static void
wait_maps(void)
{
	int i;

	if (mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
		err(1, "mmap");
	for (i = 0; i < 100; i++)
		mapped();
	ready();
	pause();
}

/* A memfd of which the descriptor is closed. */
static void
wait_memfd(void)
{
	int fd = memfd_create(object, 0);

	if (fd == -1 || ftruncate(fd, 4096) == -1 || mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED)
		err(1, "memfd");
	close(fd);
	ready();
	pause();
}

static void
wait_msgrcv(void)
{
	int id = msgget((key_t)strtol(object, NULL, 0), 0);

	ready();
	(void)!msgrcv(id, bytes, 100, 0, 0);
}

/* As the stack of a 32-bit program lies. */
static void
wait_low(void)
{
	static ucontext_t low, back;
	size_t size = 1 << 16;

	getcontext(&low);
#ifdef MAP_32BIT
	low.uc_stack.ss_sp = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
#else
	low.uc_stack.ss_sp = mmap((void *)0x10000000, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
#endif
	low.uc_stack.ss_size = size;
	low.uc_link = &back;
	makecontext(&low, wait_msgrcv, 0);
	swapcontext(&back, &low);
}

/* Operations of a set: "KEY NUMBER:OPERATION ...". */
static void
operate(const char *list)
{
	struct sembuf operations[32];
	size_t count = 0;
	int used, number, operation, id = semget((key_t)strtol(list, NULL, 0), 0, 0);

	if (id == -1)
		err(1, "semget %s", list);
	list = strchr(list, ' ');
	while (count < 32 && sscanf(list, " %d:%d%n", &number, &operation, &used) == 2) {
		operations[count++] = (struct sembuf){(unsigned short)number, (short)operation, 0};
		list += used;
	}
	ready();
	/* The call of that name, which the C library makes of no function any more, and not every machine has. */
#ifdef SYS_semop
	syscall(SYS_semop, id, operations, count);
#else
	semop(id, operations, count);
#endif
}

static void
wait_semop(void)
{
	operate(object);
}

static void *
go_on(void *unused)
{
	pause();
	return unused;
}

/* While another thread can go on. */
static void
wait_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, go_on, NULL) != 0)
		errx(1, "pthread_create");
	operate(object);
}

/* Waits until the first thread has ended. */
static void *
outlive(void *unused)
{
	char path[64], text[256], *name_end;
	FILE *stat;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)getpid());
	do {
		usleep(1000);
		stat = fopen(path, "r");
		if (stat == NULL || fgets(text, sizeof(text), stat) == NULL || (name_end = strrchr(text, ')')) == NULL)
			err(1, "%s", path);
		fclose(stat);
	} while (name_end[2] != 'Z');
	ready();
	pause();
	return unused;
}

/* The first thread ends, and leaves the object to another one, open and, if it is a file, mapped. */
static void
wait_leader(void)
{
	pthread_t thread;
	int fd = opened(O_RDWR);

	(void)mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (pthread_create(&thread, NULL, outlive, NULL) != 0)
		errx(1, "pthread_create");
	pthread_exit(NULL);
}

/* Reads the object by a descriptor that the first thread does not have. */
static void *
open_alone(void *unused)
{
	int fd;

	if (unshare(CLONE_FILES) == -1)
		err(1, "unshare");
	fd = opened(O_RDWR);
	ready();
	(void)!read(fd, bytes, 1);
	pause();
	return unused;
}

static void
wait_own(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, open_alone, NULL) != 0)
		errx(1, "pthread_create");
	pause();
}

/* A segment without a name that is open as well as mapped. */
static void
wait_unlinked(void)
{
	mapped();
	if (unlink(object) == -1)
		err(1, "%s", object);
	ready();
	pause();
}

/* A semaphore without a name, which stays mapped.  Opened anew: the C library creates it under another name. */
static void
wait_psem(void)
{
	sem_t *semaphore = sem_open(object, O_CREAT | O_EXCL, 0600, 3);

	if (semaphore == SEM_FAILED || sem_close(semaphore) == -1 || sem_open(object, 0) == SEM_FAILED || sem_unlink(object) == -1)
		err(1, "%s", object);
	ready();
	pause();
}

/* 0 in the child, which ends with its parent. */
static pid_t
child(void)
{
	pid_t pid = fork();

	if (pid == -1 || (pid == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == -1))
		err(1, "fork");
	return pid;
}

static void
wait_waitid(void)
{
	if (child() == 0) {
		operate(object);
		_exit(0);
	}
	syscall(SYS_waitid, P_ALL, 0, NULL, WEXITED, NULL);
}

/* As many generations as OBJECT says before the operations, each of which waits for its child, by one call or the other. */
static void
wait_wait(void)
{
	long generations = strtol(object, NULL, 10);

	object = strchr(object, ' ') + 1;
	for (; generations > 0; generations--)
		if (child() != 0) {
			if (generations % 2 != 0)
				wait(NULL);
			else
				syscall(SYS_waitid, P_ALL, 0, NULL, WEXITED, NULL);
			_exit(0);
		}
	operate(object);
}

/* By the oldest call, with a path that ends where its page does. */
static void
wait_open(void)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *path = page + 4096 - strlen(object) - 1;

	if (page == MAP_FAILED || munmap(page + 4096, 4096) == -1)
		err(1, "mmap");
	memcpy(path, object, strlen(object) + 1);
	ready();
#ifdef SYS_open
	syscall(SYS_open, path, O_RDONLY);
#else
	syscall(SYS_openat, AT_FDCWD, path, O_RDONLY);
#endif
}

/* Below a directory that is open: OBJECT is "DIRECTORY NAME". */
static void
wait_openat(void)
{
	char *name = strchr(object, ' ');
	int at;

	if (name == NULL)
		errx(2, "%s: no name in it", object);
	*name++ = '\0';
	at = opened(O_RDONLY | O_DIRECTORY);
	ready();
	syscall(SYS_openat, at, name, O_RDONLY);
}

/* A queue that is open only to be written, and full. */
static void
wait_mqsend(void)
{
	mqd_t queue = mq_open(object, O_WRONLY);

	if (queue == -1)
		err(1, "%s", object);
	ready();
	for (;;)
		mq_send(queue, "x", 1, 0);
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*wait)(void);
	} calls[] = {
		{"readv", wait_readv}, {"write", wait_write}, {"writev", wait_writev}, {"poll", wait_poll}, {"nothing", wait_nothing},
		{"futex", wait_futex}, {"maps", wait_maps}, {"memfd", wait_memfd}, {"msgrcv", wait_msgrcv}, {"low", wait_low},
		{"semop", wait_semop}, {"thread", wait_thread}, {"waitid", wait_waitid}, {"wait", wait_wait}, {"open", wait_open},
		{"openat", wait_openat}, {"mq_send", wait_mqsend}, {"leader", wait_leader}, {"own", wait_own}, {"unlinked", wait_unlinked},
		{"psem", wait_psem},
	};
	size_t i;

	object = argc > 2 ? argv[2] : "";
	for (i = 0; argc > 1 && i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(calls[i].name, argv[1]) == 0) {
			calls[i].wait();
			return 0;
		}
	errx(2, "usage: wait_peer call [object]");
}
