/* SPDX-License-Identifier: ISC */
#include "base/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/io.h"

#define PAGE_OF_RECORDS 2048 /* less than the kernel gives of a list before it stops at the end of a page */

/*
 * Whether this /proc belongs to our pid namespace: the kernel lists our pids in all namespaces from that of /proc down to
 * ours.  1, 0, or -1 with errno where that cannot be read.
 */
static int is_of_our_namespace(int proc)
{
	char text[4096], ours[32];
	const char *line;

	/* /proc does not list a process that is outside its namespace. */
	if (proc_read(proc, "self/status", text, sizeof(text)) == -1)
		return errno == ENOENT || errno == ESRCH ? 0 : -1;
	line = strstr(text, "\nNSpid:\t");
	/* Kernels before 4.1 give only our pid in the namespace of /proc. */
	if (line == NULL && (line = strstr(text, "\nPid:\t")) == NULL)
		return 0;
	snprintf(ours, sizeof(ours), "%d\n", (int)getpid());
	return strncmp(strchr(line, '\t') + 1, ours, strlen(ours)) == 0;
}

int proc_open(void)
{
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct statfs fs;
	int is_ours, err;

	if (proc == -1 || (is_ours = is_of_our_namespace(proc)) == 1)
		return proc;
	err = errno;
	if (is_ours == 0)
		err = fstatfs(proc, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC ? EXDEV : ENOENT;
	close(proc);
	errno = err;
	return -1;
}

ssize_t proc_read(int directory, const char *path, char *text, size_t room)
{
	int fd = openat(directory, path, O_RDONLY | O_CLOEXEC), saved;
	ssize_t got, more = 0;

	if (fd == -1)
		return -1;
	got = io_read(fd, text, room - 1);
	/* A file of one record comes whole; only a list, by the page, needs further calls. */
	if (got >= PAGE_OF_RECORDS)
		more = io_read_full(fd, text + got, room - 1 - (size_t)got);
	saved = errno;
	close(fd);
	errno = saved;
	if (got == -1 || more == -1)
		return -1;
	text[got + more] = '\0';
	return got + more;
}

int proc_read_number(const char *path, uint64_t *number)
{
	char text[64], *end;

	if (proc_read(AT_FDCWD, path, text, sizeof(text)) == -1)
		return -1;
	*number = strtoull(text, &end, 10);
	return end == text ? -1 : 0;
}

int proc_is_ambiguous_user(uid_t uid)
{
	uint64_t overflow, users = 0;
	unsigned first, outside, count;
	FILE *map;

	/* The default of the kernel, if it does not say. */
	if (proc_read_number("/proc/sys/kernel/overflowuid", &overflow) == -1)
		overflow = 65534;
	if (uid != overflow)
		return 0;
	map = fopen("/proc/self/uid_map", "re");
	while (map != NULL && fscanf(map, "%u %u %u", &first, &outside, &count) == 3)
		users += count;
	if (map != NULL)
		fclose(map);
	/* The initial user namespace maps all numbers but the last, which stands for no user. */
	return users < UINT32_MAX;
}

int proc_sees_all(void)
{
	/* The kernel gives the first namespaces fixed numbers, PROC_PID_INIT_INO. */
	static const char first[] = "pid:[4026531836]";
	static int known = -1; /* no process changes its own PID namespace */
	char name[sizeof(first) + 16];
	ssize_t size;

	if (known == -1) {
		size = readlink("/proc/self/ns/pid", name, sizeof(name));
		known = size == (ssize_t)sizeof(first) - 1 && memcmp(name, first, sizeof(first) - 1) == 0;
	}
	return known;
}

void proc_lines_open(struct proc_lines *lines, int fd, char *buffer)
{
	memset(lines, 0, sizeof(*lines));
	lines->fd = fd;
	lines->buffer = buffer;
}

/* Reads more bytes after those in the buffer; drops a line that fills all of it. */
static int fill(struct proc_lines *lines)
{
	ssize_t got;

	if (lines->end - lines->start == PROC_BUFFER) {
		lines->skipping = 1;
		lines->start = lines->end = 0;
	}
	if (lines->start > 0) {
		memmove(lines->buffer, lines->buffer + lines->start, lines->end - lines->start);
		lines->end -= lines->start;
		lines->start = 0;
	}
	got = io_read(lines->fd, lines->buffer + lines->end, PROC_BUFFER - lines->end);
	if (got == -1)
		return -1;
	lines->ended = got == 0;
	lines->end += (size_t)got;
	return 0;
}

int proc_lines_next(struct proc_lines *lines, const char **line, size_t *size)
{
	for (;;) {
		char *from = lines->buffer + lines->start;
		char *newline = lines->end > lines->start ? memchr(from, '\n', lines->end - lines->start) : NULL;

		if (newline != NULL) {
			*line = from;
			*size = (size_t)(newline - from);
			lines->start += *size + 1;
			if (!lines->skipping)
				return 1;
			lines->skipping = 0;
			continue;
		}
		if (lines->ended) {
			*line = from;
			*size = lines->end - lines->start;
			lines->start = lines->end;
			return *size > 0 && !lines->skipping;
		}
		if (fill(lines) == -1)
			return -1;
	}
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

/* Reads the number at `p`, in `base`.  Returns the address after it, or NULL where it is missing or does not fit. */
static const char *take_number(const char *p, const char *end, unsigned base, uint64_t *out)
{
	const char *start = p;
	uint64_t value = 0;

	for (; p < end; p++) {
		unsigned digit = (unsigned)digit_of(*p);

		if (digit >= base)
			break;
		if (__builtin_mul_overflow(value, base, &value) || __builtin_add_overflow(value, digit, &value))
			return NULL;
	}
	*out = value;
	return p == start ? NULL : p;
}

static const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && *p == ' ')
		p++;
	return p;
}

int proc_parse_sysvipc(const char *line, size_t size, int64_t *numbers, int most)
{
	const char *end = line + size, *p = skip_blanks(line, end);
	int count = 0;

	while (p < end && count < most) {
		int negative = *p == '-';
		uint64_t value;

		p = take_number(p + negative, end, count == 2 ? 8 : 10, &value);
		if (p == NULL || value > INT64_MAX || (p < end && *p != ' '))
			return -1;
		numbers[count++] = negative ? -(int64_t)value : (int64_t)value;
		p = skip_blanks(p, end);
	}
	return count;
}

/* The address after `c`, or NULL where another character follows. */
static const char *expect(const char *p, const char *end, char c)
{
	return p != NULL && p < end && *p == c ? p + 1 : NULL;
}

int proc_parse_map(const char *line, size_t size, struct proc_map *map)
{
	const char *end = line + size, *p;
	uint64_t major_number, minor_number;

	p = expect(take_number(line, end, 16, &map->start), end, '-');
	if (p == NULL || (p = expect(take_number(p, end, 16, &map->end), end, ' ')) == NULL)
		return -1;
	if (end - p < 5 || p[4] != ' ')
		return -1;
	map->writable = p[1] == 'w';
	map->shared = p[3] == 's';
	p = expect(take_number(p + 5, end, 16, &map->offset), end, ' ');
	if (p == NULL || (p = expect(take_number(p, end, 16, &major_number), end, ':')) == NULL)
		return -1;
	if ((p = expect(take_number(p, end, 16, &minor_number), end, ' ')) == NULL)
		return -1;
	if (major_number > UINT32_MAX || minor_number > UINT32_MAX)
		return -1;
	map->device = makedev((unsigned)major_number, (unsigned)minor_number);
	p = take_number(p, end, 10, &map->inode);
	if (p == NULL || (p < end && *p != ' '))
		return -1;
	/* A path begins with a slash or a bracket, so blanks before it are not a part of it. */
	p = skip_blanks(p, end);
	map->path = p;
	map->path_size = (size_t)(end - p);
	return 0;
}

int proc_parse_mount(const char *line, size_t size, dev_t *device)
{
	const char *end = line + size, *p;
	uint64_t number, major_number, minor_number;

	p = expect(take_number(line, end, 10, &number), end, ' ');
	if (p == NULL || (p = expect(take_number(p, end, 10, &number), end, ' ')) == NULL)
		return -1;
	if ((p = expect(take_number(p, end, 10, &major_number), end, ':')) == NULL ||
	    expect(take_number(p, end, 10, &minor_number), end, ' ') == NULL)
		return -1;
	if (major_number > UINT32_MAX || minor_number > UINT32_MAX)
		return -1;
	*device = makedev((unsigned)major_number, (unsigned)minor_number);
	return 0;
}

int proc_parse_syscall(const char *line, size_t size, struct proc_syscall *call)
{
	const char *end = line + size, *p = line;
	int negative, i;
	uint64_t value;
	long number;

	memset(call, 0, sizeof(*call));
	call->number = -1;
	while (end > line && end[-1] == '\n')
		end--;
	if (end - line == 7 && memcmp(line, "running", 7) == 0)
		return 0;
	negative = p < end && *p == '-';
	p = take_number(p + negative, end, 10, &value);
	if (p == NULL || value > INT32_MAX)
		return -1;
	number = (long)value;
	/* A thread that is stopped outside a call has -1, and then only the stack and instruction pointers. */
	if (negative)
		return 0;
	for (i = 0; i < 8; i++) {
		p = expect(expect(expect(p, end, ' '), end, '0'), end, 'x');
		if (p == NULL || (p = take_number(p, end, 16, &value)) == NULL)
			return -1;
		/* The eighth number is the instruction pointer. */
		if (i < 6)
			call->arguments[i] = value;
		else if (i == 6)
			call->stack = value;
	}
	if (p != end)
		return -1;
	call->number = number;
	return 1;
}

int proc_is_still_in(int process, const char *thread, const struct proc_syscall *call)
{
	struct proc_syscall now;
	char path[48], text[256];
	ssize_t got;

	snprintf(path, sizeof(path), "task/%.20s/syscall", thread);
	got = proc_read(process, path, text, sizeof(text));
	if (got == -1)
		return errno != ENOENT && errno != ESRCH;
	return proc_parse_syscall(text, (size_t)got, &now) == 1 && now.stack == call->stack &&
	       memcmp(now.arguments, call->arguments, sizeof(now.arguments)) == 0;
}

int proc_waits_for_children(pid_t pid, const struct proc_syscall *call)
{
	uint64_t signals, bit = UINT64_C(1) << (SIGCHLD - 1);
	struct iovec ours = {&signals, sizeof(signals)}, theirs = {(void *)(uintptr_t)call->arguments[0], sizeof(signals)};

	if (call->number == SYS_wait4 || call->number == SYS_waitid)
		return 1;
	if (call->number != SYS_rt_sigsuspend && (call->number != SYS_rt_sigtimedwait || call->arguments[2] != 0))
		return 0;
	if (process_vm_readv(pid, &ours, 1, &theirs, 1, 0) != (ssize_t)sizeof(signals))
		return 0;
	/* sigsuspend(2) takes the signals that stay blocked, sigwaitinfo(2) those that end the wait. */
	return call->number == SYS_rt_sigsuspend ? !(signals & bit) : (signals & bit) != 0;
}

int proc_parse_stat(const char *line, size_t size, struct proc_stat *stat)
{
	const char *end = line + size, *p = memrchr(line, ')', size);
	int i;

	/* The name before it may contain blanks and parentheses, the fields after it cannot. */
	p = p == NULL ? NULL : expect(p + 1, end, ' ');
	if (p == NULL || end - p < 2 || p[0] == ' ' || p[1] != ' ')
		return -1;
	stat->state = *p;
	/* The state is the third field, the start the 22nd. */
	for (i = 3; p != NULL && i < 22; i++) {
		p = memchr(p, ' ', (size_t)(end - p));
		if (p != NULL)
			p++;
	}
	p = p == NULL ? NULL : take_number(p, end, 10, &stat->start);
	return p == NULL || (p < end && *p != ' ') ? -1 : 0;
}

int proc_take_pid(const char **at, const char *end, pid_t *pid)
{
	const char *p = skip_blanks(*at, end);
	uint64_t value;

	if (p == end || *p == '\n')
		return 0;
	p = take_number(p, end, 10, &value);
	if (p == NULL || value == 0 || value > INT32_MAX || (p < end && *p != ' ' && *p != '\n'))
		return -1;
	*pid = (pid_t)value;
	*at = p;
	return 1;
}
