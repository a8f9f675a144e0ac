/* SPDX-License-Identifier: ISC */
/*
 * To be preloaded, for what strace(1) cannot do.  FAULT says what is to fail, or move too little:
 *	CALL:N	the N-th CALL moves one byte only.  With strace's retval= the call would not happen, and a program that goes
 *		on behind bytes that were never read or written is right, and the tale that it was told is wrong.
 *	close:N	the N-th close(2) is told EIO behind its back: Linux closes all the same.
 *	alloc:N	the N-th piece of memory that the program or the C library asks for, children included, is not to be had;
 *		alloc:N+: neither is any behind it.
 *	list:FD	nothing fails, and each that could is told there.
 * Nothing of this reaches the commands that the program runs.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static char wanted[32];
static int at, list = -1, and_on, allocates;
static int *allocated; /* shared with our children */

__attribute__((constructor)) static void begin(void)
{
	char *word = getenv("FAULT"), *colon;

	if (word == NULL)
		return;
	snprintf(wanted, sizeof(wanted), "%s", word);
	colon = strchr(wanted, ':');
	if (colon != NULL) {
		*colon = '\0';
		at = atoi(colon + 1);
		and_on = strchr(colon + 1, '+') != NULL;
	}
	if (strcmp(wanted, "list") == 0)
		list = at;
	unsetenv("FAULT");
	unsetenv("LD_PRELOAD");
	if (list == -1 && strcmp(wanted, "alloc") != 0)
		return;
	allocated = mmap(NULL, sizeof(*allocated), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	allocates = allocated != MAP_FAILED;
}

/* --- memory --- */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *bytes, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static int is_refused(void)
{
	char line[32];
	int count;

	if (!allocates)
		return 0;
	count = __atomic_add_fetch(allocated, 1, __ATOMIC_RELAXED);
	if (list != -1) {
		syscall(SYS_write, list, line, (size_t)snprintf(line, sizeof(line), "alloc:%d\n", count));
		return 0;
	}
	if (count != at && !(and_on && count > at))
		return 0;
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t size)
{
	return is_refused() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return is_refused() ? NULL : __libc_calloc(count, size);
}

/* reallocarray(3) of glibc comes here, and so do all that grow, getline(3) and open_memstream(3) too. */
void *realloc(void *bytes, size_t size)
{
	return is_refused() ? NULL : __libc_realloc(bytes, size);
}

void *memalign(size_t alignment, size_t size)
{
	return is_refused() ? NULL : __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return memalign(alignment, size);
}

int posix_memalign(void **bytes, size_t alignment, size_t size)
{
	void *piece = memalign(alignment, size);

	if (piece == NULL)
		return ENOMEM;
	*bytes = piece;
	return 0;
}

/* --- bytes --- */

/* One that could fail, and of what it is. */
static void tell(const char *call, int count, int fd)
{
	char number[32], target[256];
	ssize_t size;

	snprintf(number, sizeof(number), "/proc/self/fd/%d", fd);
	size = readlink(number, target, sizeof(target) - 1);
	target[size == -1 ? 0 : size] = '\0';
	dprintf(list, "%s:%d\t%s\n", call, count, target);
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
	return strcmp(call, wanted) == 0 && *count == at ? 1 : size;
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

/* Of a vector, one byte of its first piece. */
ssize_t writev(int fd, const struct iovec *pieces, int count)
{
	static __typeof__(writev) *real;
	static int calls;
	struct iovec first = pieces[0];

	if (real == NULL)
		real = REAL(writev);
	first.iov_len = shorter("writev", &calls, fd, first.iov_len);
	return first.iov_len != pieces[0].iov_len ? real(fd, &first, 1) : real(fd, pieces, count);
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
