/* SPDX-License-Identifier: ISC */
#include "inventory/users_waits.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>

#include "base/deadline.h"
#include "base/proc.h"
#include "inventory/users_found.h"
#include "inventory/users_mutex.h"

#define SEM_OPERATIONS 16 /* of a semop(2) that are looked at */
#define LOCK_PI2 13 /* FUTEX_LOCK_PI2, Linux 5.14, which the headers may lack */
#define POLLED 64 /* descriptors of a poll(2) that are looked at */

/* Copies memory of the process at hand: the number of bytes, or -1. */
static ssize_t read_memory(const struct users_pass *pass, uint64_t address, void *buffer, size_t size)
{
	struct iovec ours = {buffer, size}, theirs = {(void *)(uintptr_t)address, size};

	return process_vm_readv(pass->thread, &ours, 1, &theirs, 1, 0);
}

/* Notes that the process at hand waits for the entry: 1, 0 without an entry, or -1. */
static int wait_for(struct users_pass *pass, uint32_t entry, enum user_call call, int timed, int semaphore)
{
	struct user *user;

	if (entry == NO_ENTRY)
		return 0;
	user = users_pass_use(pass, entry, USER_WAITS | (timed ? USER_TIMED : 0));
	if (user == NULL)
		return -1;
	user->call = (unsigned char)call;
	user->semaphore = (short)semaphore;
	return 1;
}

/*
 * The operation that semop(2) waits for, which is the first one that the values of the set do not allow; or NULL where
 * those may not be read.
 */
static const struct sembuf *blocking_operation(const struct sembuf *operations, size_t count, int id)
{
	size_t i;
	int value;

	if (count == 1)
		return operations;
	for (i = 0; i < count; i++) {
		if (operations[i].sem_op > 0)
			continue;
		value = semctl(id, operations[i].sem_num, GETVAL);
		if (value == -1)
			return NULL;
		if (operations[i].sem_op == 0 ? value != 0 : value < -operations[i].sem_op)
			return &operations[i];
	}
	return NULL;
}

static int wait_for_set(struct users_pass *pass, const struct proc_syscall *call, int timed)
{
	uint32_t entry = users_pass_find_sysv(pass, INVENTORY_SEM, call->arguments[0]);
	const struct sembuf *blocking = NULL;
	struct sembuf operations[SEM_OPERATIONS];
	size_t count = call->arguments[2] < SEM_OPERATIONS ? (size_t)call->arguments[2] : SEM_OPERATIONS;
	size_t size = count * sizeof(*operations);

	if (entry == NO_ENTRY)
		return 0;
	if (read_memory(pass, call->arguments[1], operations, size) == (ssize_t)size)
		blocking = blocking_operation(operations, count, (int)call->arguments[0]);
	return wait_for(pass, entry, blocking != NULL && blocking->sem_op == 0 ? USER_SEMOP_ZERO : USER_SEMOP_TAKE, timed,
	                blocking != NULL && blocking->sem_num <= INT16_MAX ? (int)blocking->sem_num : -1);
}

static int wait_for_descriptor(struct users_pass *pass, const char *thread, uint64_t fd, enum user_call call, int timed)
{
	struct inventory_entry *entry;
	uint32_t index;
	struct statx st;
	char link[64];

	if (fd > INT32_MAX)
		return 0;
	/* The thread may have descriptors of its own. */
	snprintf(link, sizeof(link), "task/%.20s/fd/%d", thread, (int)fd);
	if (statx(pass->directory, link, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, &st) == -1) {
		if (!users_pass_is_gone(errno))
			users_pass_hide_wait(pass, errno);
		return 0;
	}
	index = users_pass_find(pass, S_ISSOCK(st.stx_mode) ? UINT64_MAX : users_pass_device(&st), st.stx_ino);
	if (index == NO_ENTRY)
		return 0;
	entry = &pass->inventory->entries[index];
	/* read(2) and write(2) never wait on memory or on the file of a queue. */
	if ((call == USER_READ || call == USER_WRITE) && !(entry->kind & (INVENTORY_FIFO | INVENTORY_UNIX)))
		return 0;
	return wait_for(pass, index, call, timed, -1);
}

static int wait_for_polled(struct users_pass *pass, const char *thread, const struct proc_syscall *call, int timed)
{
	struct pollfd polled[POLLED];
	size_t count = call->arguments[1] < POLLED ? (size_t)call->arguments[1] : POLLED, i;
	int waits = 0, one;

	if (count == 0)
		return 0;
	if (read_memory(pass, call->arguments[0], polled, count * sizeof(*polled)) != (ssize_t)(count * sizeof(*polled))) {
		if (proc_is_still_in(pass->directory, thread, call))
			pass->process.waits_hidden = 1;
		return 0;
	}
	for (i = 0; i < count; i++) {
		if (polled[i].fd < 0 || polled[i].events == 0)
			continue;
		one = wait_for_descriptor(pass, thread, (uint64_t)polled[i].fd, USER_POLL, timed);
		if (one == -1)
			return -1;
		waits |= one;
	}
	return waits;
}

/* Notes that the process at hand waits for a futex in a segment.  Two threads may do so, for mutexes of different holders. */
static int wait_in_segment(struct users_pass *pass, uint32_t entry, uint64_t address, int timed)
{
	struct user *user = users_pass_use(pass, entry, 0);
	pid_t holder = users_mutex_holder(pass, address);

	if (user == NULL)
		return -1;
	user->holder = !(user->how & USER_WAITS) || user->holder == holder ? holder : 0;
	return wait_for(pass, entry, USER_FUTEX, timed, -1);
}

/* A futex that lies in no shared object concerns the process alone. */
static int wait_for_futex(struct users_pass *pass, uint64_t address, int timed)
{
	size_t i;

	for (i = 0; i < pass->range_count; i++)
		if (address >= pass->ranges[i].start && address < pass->ranges[i].end) {
			uint32_t entry = pass->ranges[i].entry;

			return pass->inventory->entries[entry].kind == INVENTORY_PSEM ? wait_for(pass, entry, USER_SEM_WAIT, timed, -1) :
			                                                                wait_in_segment(pass, entry, address, timed);
		}
	/* The object may be one that could not be seen. */
	pass->process.waits_hidden |= pass->hidden != 0;
	return 0;
}

/*
 * Whether a futex(2) call is a part of a wait of one of the tools that has no time limit.  `wide`: its times have 64 bits, which
 * the C library of a 32-bit machine uses only for those that need them.
 */
static int is_endless(const struct users_pass *pass, const uint64_t *arguments, int wide)
{
	const uint64_t operation = arguments[1] & ~(uint64_t)FUTEX_PRIVATE_FLAG;
	struct timespec until = {0};
	int32_t narrow[2] = {0, 0}; /* seconds and nanoseconds */
	void *time = wide ? (void *)&until : narrow;
	size_t size = wide ? sizeof(until) : sizeof(narrow);

	if ((operation != FUTEX_WAIT_BITSET && operation != LOCK_PI2) || read_memory(pass, arguments[3], time, size) != (ssize_t)size)
		return 0;
	if (!wide)
		until.tv_nsec = narrow[1];
	return deadline_is_marked_endless(&until);
}

/* Copies a string of the process at hand; the page after that of its beginning may be missing: 0, or -1. */
static int read_string(const struct users_pass *pass, uint64_t address, char *text, size_t size)
{
	size_t page = 4096 - (size_t)(address & 4095);
	ssize_t got = read_memory(pass, address, text, size - 1);

	if (got <= 0)
		got = read_memory(pass, address, text, page < size ? page : size - 1);
	if (got <= 0)
		return -1;
	text[got] = '\0';
	return strlen(text) < size - 1 ? 0 : -1;
}

/* The function of the kernel in which the thread sleeps: 0, or -1 where it may not be seen. */
static int read_place(const struct users_pass *pass, const char *thread, char *place, size_t size)
{
	char path[48];

	snprintf(path, sizeof(path), "task/%.20s/wchan", thread);
	return proc_read(pass->directory, path, place, size) > 0 ? 0 : -1;
}

/* Adds a FIFO that has no entry yet; a path that does not begin with a slash begins in the thread's directory. */
static int add_opened(struct users_pass *pass, const struct statx *st, const char *thread, const char *path, uint32_t *entry)
{
	const char *directory = "", *slash = "";
	char *full, link[40];
	size_t size;
	int result;

	snprintf(link, sizeof(link), "task/%.20s/cwd", thread);
	if (path[0] != '/' && users_pass_read_link(pass, link, &size) == 0) {
		directory = pass->path;
		slash = "/";
	}
	if (asprintf(&full, "%s%s%s", directory, slash, path) == -1)
		return -1;
	result = users_found_add_fifo(pass, st, full, users_pass_device(st), entry);
	free(full);
	return result;
}

/*
 * Takes a FIFO whose open(2) waits for the other end, without a descriptor yet.  Looks at the path only where the place
 * in the kernel says that it is a FIFO's: another path could lie on a file server that is down, and the look would wait.
 */
static int wait_for_open(struct users_pass *pass, const char *thread, uint64_t address, int at_cwd)
{
	/* The path lies after room for where it begins: in a directory of the thread in /proc. */
	char from_here[40 + PATH_MAX], start[40], *path = from_here + sizeof(start), place[64];
	size_t length;
	struct statx st;
	uint32_t entry;

	if (!(pass->kinds & INVENTORY_FIFO) || read_place(pass, thread, place, sizeof(place)) == -1 ||
	    (strcmp(place, "wait_for_partner") != 0 && strcmp(place, "fifo_open") != 0))
		return 0;
	if (read_string(pass, address, path, PATH_MAX) == -1 || (path[0] != '/' && !at_cwd))
		return 0;
	length = (size_t)snprintf(start, sizeof(start), "task/%.20s/%s", thread, path[0] == '/' ? "root" : "cwd/");
	memcpy(path - length, start, length);
	if (statx(pass->directory, path - length, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, &st) == -1 ||
	    !S_ISFIFO(st.stx_mode))
		return 0;
	entry = users_pass_find(pass, users_pass_device(&st), st.stx_ino);
	if (entry == NO_ENTRY && add_opened(pass, &st, thread, path, &entry) == -1)
		return -1;
	return wait_for(pass, entry, USER_OPEN_CALL, 0, -1);
}

/* Maps the calls with 64-bit times, which 32-bit machines have in addition, to the others. */
static long plain_number(long number)
{
	switch (number) {
#ifdef SYS_futex_time64
	case SYS_futex_time64: return SYS_futex;
	case SYS_ppoll_time64: return SYS_ppoll;
	case SYS_mq_timedreceive_time64: return SYS_mq_timedreceive;
	case SYS_mq_timedsend_time64: return SYS_mq_timedsend;
	case SYS_rt_sigtimedwait_time64: return SYS_rt_sigtimedwait;
#endif
	default: return number;
	}
}

#ifdef SYS_ipc
/* ipc(2) is the one call for all waits of System V on some machines, whose C library still uses it. */
static int take_ipc(struct users_pass *pass, const uint64_t *a)
{
	enum { SEMOP = 1, SEMTIMEDOP = 4, MSGSND = 11, MSGRCV = 12, TIMEOUT = sizeof(void *) == 4 ? 5 : 3 };
	struct proc_syscall plain = {.arguments = {a[1], a[4], a[2]}};

	switch (a[0] & 0xffff) { /* above it is a version */
	case SEMOP: return wait_for_set(pass, &plain, 0);
	case SEMTIMEDOP: return wait_for_set(pass, &plain, a[TIMEOUT] != 0);
	case MSGSND: return wait_for(pass, users_pass_find_sysv(pass, INVENTORY_MSG, a[1]), USER_MSGSND, 0, -1);
	case MSGRCV: return wait_for(pass, users_pass_find_sysv(pass, INVENTORY_MSG, a[1]), USER_MSGRCV, 0, -1);
	default: return 0;
	}
}
#endif

/* Takes the object that a call waits for: 1, 0 where the call waits for something else, or -1.  `wide` as of is_endless(). */
static int take_call(struct users_pass *pass, const char *thread, const struct proc_syscall *call, int wide)
{
	const uint64_t *a = call->arguments;

	switch (call->number) {
#ifdef SYS_semop
	case SYS_semop:
		return wait_for_set(pass, call, 0);
#endif
#ifdef SYS_semtimedop_time64
	case SYS_semtimedop_time64:
		return wait_for_set(pass, call, a[3] != 0);
#endif
#ifdef SYS_ipc
	case SYS_ipc:
		return take_ipc(pass, a);
#endif
#ifdef SYS_semtimedop
	case SYS_semtimedop:
		return wait_for_set(pass, call, a[3] != 0);
#endif
	case SYS_msgrcv:
		return wait_for(pass, users_pass_find_sysv(pass, INVENTORY_MSG, a[0]), USER_MSGRCV, 0, -1);
	case SYS_msgsnd:
		return wait_for(pass, users_pass_find_sysv(pass, INVENTORY_MSG, a[0]), USER_MSGSND, 0, -1);
	case SYS_mq_timedreceive:
		return wait_for_descriptor(pass, thread, a[0], USER_MQ_RECEIVE, a[4] != 0);
	case SYS_mq_timedsend:
		return wait_for_descriptor(pass, thread, a[0], USER_MQ_SEND, a[4] != 0);
	case SYS_futex:
		return wait_for_futex(pass, a[0], a[3] != 0 && !is_endless(pass, a, wide));
	case SYS_read:
	case SYS_readv:
		return wait_for_descriptor(pass, thread, a[0], USER_READ, 0);
	case SYS_write:
	case SYS_writev:
		return wait_for_descriptor(pass, thread, a[0], USER_WRITE, 0);
#ifdef SYS_poll
	case SYS_poll:
		return wait_for_polled(pass, thread, call, (int)a[2] >= 0);
#endif
	case SYS_ppoll:
		return wait_for_polled(pass, thread, call, a[2] != 0);
#ifdef SYS_open
	case SYS_open:
		return wait_for_open(pass, thread, a[0], 1);
#endif
	case SYS_openat:
		return wait_for_open(pass, thread, a[1], (int)a[0] == AT_FDCWD);
	default:
		return 0;
	}
}

/*
 * Infers the object where the call may not be seen, but the place in the kernel: a process that uses a single queue or FIFO
 * waits for that.
 */
static int take_place(struct users_pass *pass, const char *thread)
{
	char place[64];
	enum inventory_kind kind;
	enum user_call call;
	uint32_t found = NO_ENTRY;
	size_t i;

	if (read_place(pass, thread, place, sizeof(place)) == -1)
		return 0;
	if (strcmp(place, "wq_sleep") == 0) {
		kind = INVENTORY_PMSG;
		call = USER_MQ_RECEIVE;
	} else if (strcmp(place, "pipe_read") == 0 || strcmp(place, "anon_pipe_read") == 0) {
		kind = INVENTORY_FIFO;
		call = USER_READ;
	} else {
		return 0;
	}
	for (i = pass->began; i < pass->users->count; i++) {
		if (pass->inventory->entries[pass->users->users[i].entry].kind != kind)
			continue;
		if (found != NO_ENTRY)
			return 0;
		found = pass->users->users[i].entry;
	}
	if (kind == INVENTORY_PMSG && found != NO_ENTRY && !(users_pass_use(pass, found, 0)->how & USER_READS))
		call = USER_MQ_SEND;
	if (wait_for(pass, found, call, 0, -1) != 1)
		return 0;
	return users_pass_use(pass, found, USER_GUESSED) == NULL ? -1 : 1;
}

static int take_thread(struct users_pass *pass, const char *thread)
{
	struct proc_syscall call;
	char path[48], text[256];
	ssize_t got;
	int result;

	snprintf(path, sizeof(path), "task/%.20s/syscall", thread);
	got = proc_read(pass->directory, path, text, sizeof(text));
	if (got == -1) {
		if (errno == ENOENT || errno == ESRCH)
			return 0;
		users_pass_hide_wait(pass, errno);
		result = take_place(pass, thread);
	} else if (proc_parse_syscall(text, (size_t)got, &call) != 1) {
		pass->process.busy = 1;
		return 0;
	} else if ((call.stack < UINT32_MAX) != (sizeof(void *) == 4)) {
		/* A process of the other word size has other numbers of calls. */
		pass->process.waits_hidden = 1;
		return 0;
	} else {
		long number = call.number;

		call.number = plain_number(number);
		result = take_call(pass, thread, &call, sizeof(long) == 8 || call.number != number);
		/* A wait for a child or for another thread can end only after that one has gone on. */
		if (result == 0 && proc_waits_for_children(pass->thread, &call))
			pass->process.for_children = 1;
		else if (result == 0 && (call.number != SYS_futex || call.arguments[3] != 0))
			pass->process.busy = 1;
	}
	if (result == 1)
		pass->process.waiting = 1;
	return result == -1 ? -1 : 0;
}

int users_waits_scan(struct users_pass *pass)
{
	char number[16];
	DIR *directory;
	struct dirent *file;
	int result = 0;

	if (pass->threads == 1) {
		snprintf(number, sizeof(number), "%d", (int)pass->thread);
		return take_thread(pass, number);
	}
	directory = users_pass_open(pass->directory, "task");
	if (directory == NULL) {
		users_pass_hide_wait(pass, errno);
		return 0;
	}
	while (result == 0 && (errno = 0, file = readdir(directory)) != NULL)
		if (users_pass_is_number(file->d_name))
			result = take_thread(pass, file->d_name);
	if (result == 0 && errno != 0 && !users_pass_is_gone(errno))
		users_pass_hide_wait(pass, errno);
	closedir(directory);
	return result;
}
