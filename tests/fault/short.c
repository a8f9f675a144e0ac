/* SPDX-License-Identifier: ISC */
/*
 * To be preloaded: FAULT_SHORT=CALL:N makes the N-th CALL of this program move fewer bytes than it was asked to: one,
 * or with CALL:N:half half of them.  strace's retval= could not do that: the call would not happen, and a program that
 * goes on behind bytes that were never read or written is right, and the tale that it was told is wrong.
 * Neither could it make close(2) fail as Linux does, which closes all the same: close:N is told EIO behind its back.
 * And no system call stands behind most allocations: malloc:N is the N-th of malloc(3) and its kin, and fails.
 * Nothing of this reaches the commands that the program runs.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static char wanted[32];
static int at, half, begun, list = -1;

__attribute__((constructor)) static void begin(void)
{
	char *word = getenv("FAULT_SHORT"), *colon;

	if (word == NULL)
		return;
	snprintf(wanted, sizeof(wanted), "%s", word);
	colon = strchr(wanted, ':');
	if (colon != NULL) {
		*colon = '\0';
		at = atoi(colon + 1);
		half = strstr(colon + 1, "half") != NULL;
	}
	/* FAULT_SHORT=list:FD tells there of each call that could have been shorter. */
	if (strcmp(wanted, "list") == 0)
		list = at;
	unsetenv("FAULT_SHORT");
	unsetenv("LD_PRELOAD");
	begun = 1;
}

/* One that could fail, and of what it is. */
static void tell(const char *call, int count, int fd)
{
	char link[32], path[256];
	ssize_t size;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	size = readlink(link, path, sizeof(path) - 1);
	path[size == -1 ? 0 : size] = '\0';
	dprintf(list, "%s:%d\t%s\n", call, count, path);
}

static size_t shorter(const char *call, int *count, int fd, size_t size)
{
	++*count;
	if (size < 2)
		return size;
	if (list != -1) {
		tell(call, *count, fd);
		return size;
	}
	return strcmp(call, wanted) == 0 && *count == at ? half ? size / 2 : 1 : size;
}

#define REAL(name) ((__typeof__(name) *)dlsym(RTLD_NEXT, #name))

#define SHORT(result, name, fd, size, parameters, ...) \
	result name parameters \
	{ \
		static __typeof__(name) *real; \
		static int count; \
		if (real == NULL) \
			real = REAL(name); \
		size = shorter(#name, &count, fd, size); \
		return real(__VA_ARGS__); \
	}

/* Its header declares it by the name of sendfile(2). */
ssize_t sendfile64(int to, int from, off64_t *offset, size_t size);

/* NOLINTBEGIN */
SHORT(ssize_t, read, fd, size, (int fd, void *bytes, size_t size), fd, bytes, size)
SHORT(ssize_t, pread64, fd, size, (int fd, void *bytes, size_t size, off64_t offset), fd, bytes, size, offset)
SHORT(ssize_t, write, fd, size, (int fd, const void *bytes, size_t size), fd, bytes, size)
SHORT(ssize_t, pwrite64, fd, size, (int fd, const void *bytes, size_t size, off64_t offset), fd, bytes, size, offset)
SHORT(ssize_t, recv, fd, size, (int fd, void *bytes, size_t size, int flags), fd, bytes, size, flags)
SHORT(ssize_t, send, fd, size, (int fd, const void *bytes, size_t size, int flags), fd, bytes, size, flags)
SHORT(ssize_t, splice, from, size, (int from, off64_t *at_from, int to, off64_t *at_to, size_t size, unsigned flags), from, at_from, to, at_to, size, flags)
SHORT(ssize_t, tee, from, size, (int from, int to, size_t size, unsigned flags), from, to, size, flags)
SHORT(ssize_t, sendfile64, to, size, (int to, int from, off64_t *offset, size_t size), to, from, offset, size)
SHORT(ssize_t, copy_file_range, from, size, (int from, off64_t *at_from, int to, off64_t *at_to, size_t size, unsigned flags), from, at_from, to, at_to, size, flags)
/* NOLINTEND */

/* Of a vector, one byte or the half of its first piece. */
ssize_t writev(int fd, const struct iovec *iovec, int count)
{
	static __typeof__(writev) *real;
	static int calls;
	struct iovec first = iovec[0];

	if (real == NULL)
		real = REAL(writev);
	first.iov_len = shorter("writev", &calls, fd, first.iov_len);
	return first.iov_len != iovec[0].iov_len ? real(fd, &first, 1) : real(fd, iovec, count);
}

int close(int fd)
{
	static __typeof__(close) *real;
	static int calls;
	int result;

	if (real == NULL)
		real = REAL(close);
	calls++;
	if (list != -1 && fd != list)
		tell("close", calls, fd);
	result = real(fd);
	if (strcmp(wanted, "close") == 0 && calls == at) {
		errno = EIO;
		return -1;
	}
	return result;
}

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *bytes, size_t size);

/* Whether this allocation of the program fails; the loader's own come before `begun`, and nothing may be called for them. */
static int fails(void)
{
	static int count;

	if (!begun)
		return 0;
	count++;
	/* dprintf(3) allocates, too. */
	begun = 0;
	if (list != -1)
		dprintf(list, "malloc:%d\n", count);
	begun = 1;
	if (strcmp(wanted, "malloc") != 0 || count != at)
		return 0;
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *bytes, size_t size)
{
	return fails() ? NULL : __libc_realloc(bytes, size);
}
