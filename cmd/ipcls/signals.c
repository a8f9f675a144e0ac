/* SPDX-License-Identifier: ISC */
/*
 * A process receives signals as data by sigwaitinfo(2), or by a descriptor of signalfd(2) that it reads, alone or among
 * others by poll(2) and epoll(7).  /proc shows the call in which a thread sleeps, and the signals of such a descriptor.
 */
#include "signals.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/array.h"
#include "base/proc.h"
#include "base/signame.h"
#include "cli/cli.h"
#include "inventory/users.h"
#include "print.h"
#include "table.h"

#define POLLED 64 /* descriptors of a poll(2) that are looked at */
#define SIGNALS 64

/* A process that waits for one of a set of signals; it may wait for several sets. */
struct waiter {
	pid_t pid;
	uid_t uid;
	char command[USER_COMMAND];
	const char *call;
	uint64_t signals; /* a bit for each, the first one for signal 1 */
};

/* The waiters that were found, and the process and thread at hand. */
struct search {
	struct waiter *list;
	size_t count, room;
	size_t hidden; /* processes whose calls or descriptors may not be seen */
	size_t began;  /* waiters that were found before this process */
	int unseen;    /* something of this process may not be seen */
	int directory; /* of the process, in /proc */
	pid_t pid, thread;
	struct proc_syscall call;
	char descriptors[8192]; /* of an epoll(7) */
	char text[SIGNALS * SIGNAME_ROOM];
};

/* Adds a set of signals that the process waits for, once; empty ones are none: 0, or -1 with ENOMEM. */
static int add(struct search *search, const char *call, uint64_t signals)
{
	struct waiter waiter = {.pid = search->pid, .call = call, .signals = signals}, *list;
	struct stat st;
	ssize_t length;
	size_t i;

	for (i = search->began; i < search->count; i++)
		if (search->list[i].signals == signals)
			return 0;
	if (signals == 0 || fstat(search->directory, &st) == -1)
		return 0;
	waiter.uid = st.st_uid;
	length = proc_read(search->directory, "comm", waiter.command, sizeof(waiter.command));
	if (length <= 0)
		waiter.command[0] = '?';
	else if (waiter.command[length - 1] == '\n')
		waiter.command[length - 1] = '\0';
	list = array_grow(search->list, &search->room, search->count + 1, sizeof(*list));
	if (list == NULL)
		return -1;
	search->list = list;
	list[search->count++] = waiter;
	return 0;
}

/* Notes that a look failed, unless the process, thread or descriptor has gone: 0. */
static int miss(struct search *search)
{
	search->unseen |= errno != ENOENT && errno != ESRCH;
	return 0;
}

/* Copies memory of the thread: 0, or -1. */
static int read_memory(const struct search *search, uint64_t address, void *buffer, size_t size)
{
	struct iovec ours = {buffer, size}, theirs = {(void *)(uintptr_t)address, size};

	return process_vm_readv(search->thread, &ours, 1, &theirs, 1, 0) == (ssize_t)size ? 0 : -1;
}

/* Reads what the kernel says of a descriptor of the thread: 0, or -1. */
static int read_descriptor(const struct search *search, uint64_t fd, char *text, size_t room)
{
	char path[64];

	if (fd > INT32_MAX)
		return -1;
	snprintf(path, sizeof(path), "task/%ld/fdinfo/%d", (long)search->thread, (int)fd);
	return proc_read(search->directory, path, text, room) > 0 ? 0 : -1;
}

/* Adds the signals of a descriptor of signalfd(2); other descriptors have none: 0, or -1 with ENOMEM. */
static int add_descriptor(struct search *search, const char *call, uint64_t fd)
{
	char text[512];
	const char *line;

	if (read_descriptor(search, fd, text, sizeof(text)) == -1)
		return miss(search);
	line = strstr(text, "\nsigmask:\t");
	return line == NULL ? 0 : add(search, call, strtoull(line + strlen("\nsigmask:\t"), NULL, 16));
}

static int add_polled(struct search *search)
{
	const uint64_t *a = search->call.arguments;
	struct pollfd polled[POLLED] = {{.fd = -1}};
	size_t count = a[1] < POLLED ? (size_t)a[1] : POLLED, i;
	int result = 0;

	if (count > 0 && read_memory(search, a[0], polled, count * sizeof(*polled)) == -1)
		return miss(search);
	for (i = 0; i < count && result == 0; i++)
		if (polled[i].fd >= 0 && polled[i].events & POLLIN)
			result = add_descriptor(search, "poll", (uint64_t)polled[i].fd);
	return result;
}

static int add_epoll(struct search *search)
{
	const char *line;
	int result = 0;

	if (read_descriptor(search, search->call.arguments[0], search->descriptors, sizeof(search->descriptors)) == -1)
		return miss(search);
	for (line = strstr(search->descriptors, "\ntfd:"); line != NULL && result == 0; line = strstr(line + 1, "\ntfd:"))
		result = add_descriptor(search, "epoll", strtoull(line + strlen("\ntfd:"), NULL, 10));
	return result;
}

static int add_wait(struct search *search)
{
	uint64_t signals;

	if (read_memory(search, search->call.arguments[0], &signals, sizeof(signals)) == -1)
		return miss(search);
	return add(search, "sigwaitinfo", signals);
}

/* Adds the signals that the call of the thread waits for: 0, or -1 with ENOMEM. */
static int take_call(struct search *search)
{
	switch (search->call.number) {
#ifdef SYS_rt_sigtimedwait_time64
	case SYS_rt_sigtimedwait_time64:
#endif
	case SYS_rt_sigtimedwait:
		return add_wait(search);
	case SYS_read:
	case SYS_readv:
		return add_descriptor(search, "read", search->call.arguments[0]);
#ifdef SYS_poll
	case SYS_poll:
#endif
#ifdef SYS_ppoll_time64
	case SYS_ppoll_time64:
#endif
	case SYS_ppoll:
		return add_polled(search);
#ifdef SYS_epoll_wait
	case SYS_epoll_wait:
#endif
#ifdef SYS_epoll_pwait2
	case SYS_epoll_pwait2:
#endif
	case SYS_epoll_pwait:
		return add_epoll(search);
	default:
		return 0;
	}
}

/* Takes the call of a thread: 0, or -1 with ENOMEM. */
static int take_thread(struct search *search, const char *number)
{
	int unseen = search->unseen, result;
	size_t found = search->count;
	char path[48], text[256];
	ssize_t got;

	search->thread = (pid_t)atoi(number);
	snprintf(path, sizeof(path), "task/%.20s/syscall", number);
	got = proc_read(search->directory, path, text, sizeof(text));
	if (got == -1)
		return miss(search);
	if (proc_parse_syscall(text, (size_t)got, &search->call) != 1)
		return 0;
	/* A process of the other word size has other numbers of calls. */
	if ((search->call.stack < UINT32_MAX) != (sizeof(void *) == 4))
		return 0;
	result = take_call(search);
	/* The memory of a thread that has gone on meanwhile tells nothing, and is no secret. */
	if ((search->count > found || search->unseen > unseen) && !proc_is_still_in(search->directory, number, &search->call)) {
		search->count = found;
		search->unseen = unseen;
	}
	return result;
}

/* Opens a directory below `at`, or returns NULL with errno. */
static DIR *open_directory(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC), saved;
	DIR *directory = fd == -1 ? NULL : fdopendir(fd);

	if (directory == NULL && fd != -1) {
		saved = errno;
		close(fd);
		errno = saved;
	}
	return directory;
}

static int is_number(const struct dirent *file)
{
	return file->d_name[0] >= '1' && file->d_name[0] <= '9';
}

/* Takes all threads of the process: 0, or -1 with ENOMEM. */
static int take_threads(struct search *search)
{
	DIR *threads = open_directory(search->directory, "task");
	struct dirent *file;
	int result = 0, saved;

	if (threads == NULL)
		return miss(search);
	while (result == 0 && (errno = 0, file = readdir(threads)) != NULL)
		if (is_number(file))
			result = take_thread(search, file->d_name);
	saved = errno;
	if (result == 0 && errno != 0)
		miss(search);
	closedir(threads);
	errno = saved;
	return result;
}

/* Orders the sets of a process: those of few signals are what it wants, and not what may end it. */
static int compare_sets(const void *one, const void *other)
{
	const struct waiter *a = one, *b = other;

	return __builtin_popcountll(a->signals) - __builtin_popcountll(b->signals);
}

/* Takes a process: 0, or -1 with ENOMEM. */
static int take_process(struct search *search, int proc, const char *number)
{
	int result;

	search->pid = (pid_t)atoi(number);
	search->began = search->count;
	search->unseen = 0;
	search->directory = openat(proc, number, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	result = search->directory == -1 ? miss(search) : take_threads(search);
	search->hidden += search->unseen != 0;
	if (search->directory != -1)
		close(search->directory);
	if (search->count > search->began)
		qsort(search->list + search->began, search->count - search->began, sizeof(*search->list), compare_sets);
	return result;
}

/* Finds all processes that wait for signals: 0, or -1 with errno. */
static int find(struct search *search)
{
	int proc = proc_open(), result = 0, saved;
	DIR *processes = proc == -1 ? NULL : open_directory(proc, ".");
	struct dirent *file;

	while (processes != NULL && result == 0 && (errno = 0, file = readdir(processes)) != NULL)
		if (is_number(file))
			result = take_process(search, proc, file->d_name);
	saved = errno;
	if (processes != NULL)
		closedir(processes);
	if (proc != -1)
		close(proc);
	errno = saved;
	return processes == NULL || result == -1 || saved != 0 ? -1 : 0;
}

static const struct table_column columns[] = {
	{"PID", 1}, {"COMMAND", 0}, {"UID", 1}, {"CALL", 0}, {"SIGNALS", 0},
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* The names of the signals, with commas between them. */
static const char *signals_text(struct search *search, uint64_t signals)
{
	char *end = search->text, name[SIGNAME_ROOM];
	int number;

	for (number = 1; number <= SIGNALS; number++)
		if (signals >> (number - 1) & 1)
			end += sprintf(end, "%s%s", end == search->text ? "" : ",", signame_put(name, number));
	return search->text;
}

static int get_cell(void *context, size_t row, const struct table_column *column, struct cell *cell)
{
	struct search *search = context;
	const struct waiter *waiter = &search->list[row];

	cell->type = column == &columns[0] || column == &columns[2] ? CELL_NUMBER : CELL_TEXT;
	switch (column - columns) {
	case 0: cell->number = (uint64_t)waiter->pid; break;
	case 1: cell->text = waiter->command; break;
	case 2: cell->number = waiter->uid; break;
	case 3: cell->text = waiter->call; break;
	default: cell->text = signals_text(search, waiter->signals); break;
	}
	return 0;
}

int signals_show(const struct options *options)
{
	const struct table_column *chosen[COLUMNS];
	static struct search search;
	struct table table;
	size_t i;
	int status = CLI_DONE;

	if (find(&search) == -1) {
		if (errno == EXDEV)
			cli_warn("/proc", "it belongs to another PID namespace, and does not show the processes of this one");
		status = errno == EXDEV ? CLI_FAILED : cli_fail(errno == ENOMEM ? NULL : "/proc", errno);
		free(search.list);
		return status;
	}
	for (i = 0; i < COLUMNS; i++)
		chosen[i] = &columns[i];
	table = (struct table){.style = {.form = options->form}, .columns = chosen, .column_count = COLUMNS,
	                       .headings = options->headings, .width = print_width(), .title = "signals", .get = get_cell,
	                       .context = &search};
	table_begin(&table);
	for (i = 0; i < search.count; i++)
		table_row(&table, i);
	if (table_end(&table) == -1)
		status = cli_fail_output(errno);
	if (search.hidden > 0)
		cli_warn(NULL, "%zu process%s could not be looked at, and may wait for signals", search.hidden, search.hidden == 1 ? "" : "es");
	free(search.list);
	return status;
}
