/* SPDX-License-Identifier: ISC */
#include "process.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/proc.h"

/* In the flags of /proc/PID/stat: the process is about to end, PF_EXITING of the kernel. */
#define EXITING 0x4u

enum { PATIENCE = 1000, /* milliseconds */ GENERATIONS = 1000 };

/* The descriptor of /proc, or -1. */
static int directory(void)
{
	static int opened;

	if (opened == 0)
		opened = proc_open();
	return opened;
}

/* Reads a file of a process: the number of bytes, or -1. */
static ssize_t read_file(pid_t pid, const char *file, char *text, size_t room)
{
	char path[64];

	if (pid <= 0 || directory() == -1)
		return -1;
	snprintf(path, sizeof(path), "%ld/%s", (long)pid, file);
	return proc_read(directory(), path, text, room);
}

const char *process_command(pid_t pid)
{
	static char name[64];
	ssize_t length = read_file(pid, "comm", name, sizeof(name));

	if (length > 0 && name[length - 1] == '\n')
		name[--length] = '\0';
	return length > 0 ? name : "-";
}

/* Reads the state, the parent and the flags of a process: 0, or -1 where they cannot be seen. */
static int read_stat(pid_t pid, char *state, int *parent, unsigned *flags)
{
	char text[1024];
	const char *fields = read_file(pid, "stat", text, sizeof(text)) > 0 ? strrchr(text, ')') : NULL;

	return fields != NULL && sscanf(fields, ") %c %d %*d %*d %*d %*d %u", state, parent, flags) == 3 ? 0 : -1;
}

int process_is_ours(pid_t pid)
{
	pid_t at = getpid();
	unsigned flags;
	int i, parent;
	char state;

	for (i = 0; at != pid && i < GENERATIONS; i++) {
		if (at <= 0 || read_stat(at, &state, &parent, &flags) == -1)
			return 0;
		at = parent;
	}
	return at == pid && (at == getpid() || (read_stat(at, &state, &parent, &flags) == 0 && strchr("ZX", state) == NULL));
}

/* Whether the process is about to end; also where that cannot be seen. */
static int may_be_exiting(pid_t pid)
{
	unsigned flags;
	int parent;
	char state;

	return read_stat(pid, &state, &parent, &flags) == -1 || flags & EXITING;
}

/* Does what process_wait_for_exit() does where the process has no descriptor: by looking again and again. */
static void watch_exit(pid_t pid)
{
	const struct timespec moment = {0, 1000000};
	unsigned flags;
	int i, parent;
	char state;

	for (i = 0; i < PATIENCE && read_stat(pid, &state, &parent, &flags) == 0; i++) {
		if (!(flags & EXITING) || strchr("ZX", state) != NULL)
			return;
		nanosleep(&moment, NULL);
	}
}

void process_wait_for_exit(pid_t pid)
{
	struct pollfd exit = {.events = POLLIN};

	if (pid <= 0 || pid == getpid())
		return;
	exit.fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (exit.fd == -1) {
		if (errno != ESRCH)
			watch_exit(pid);
		return;
	}
	if (poll(&exit, 1, 0) == 0 && may_be_exiting(pid))
		poll(&exit, 1, PATIENCE);
	close(exit.fd);
}
