/* SPDX-License-Identifier: ISC */
/*
 * proc(5): its files and the lines in them.  The parsers trust no byte: they refuse a line that is not of their kind, or
 * that has numbers which do not fit.
 */
#ifndef PROC_H
#define PROC_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PROC_BUFFER ((size_t)64 * 1024)

/*
 * Opens /proc: a descriptor, or -1 with errno: ENOENT where it is not mounted; EXDEV where it belongs to another pid
 * namespace, as after `unshare --pid` without --mount-proc, where the pids that the kernel gives us name other processes;
 * or the errno of a call.
 */
int proc_open(void);

/*
 * Reads `path`, relative to the open directory `directory` or AT_FDCWD, into `text` and puts a NUL after it.  Returns the
 * number of bytes, `room` - 1 for a file that is as long or longer; or -1 with the errno of open(2) or read(2).
 */
ssize_t proc_read(int directory, const char *path, char *text, size_t room);

/*
 * Reads the number in a file of /proc/sys, UINT64_MAX for a larger one: 0, or -1 where the file cannot be read or has no
 * number.
 */
int proc_read_number(const char *path, uint64_t *number);

/*
 * Whether the number stands for more than one user: it is the kernel's overflow uid, and this user namespace does not
 * have a number for every user.  A user who really has that number cannot be told from the others then.  Also 1 if /proc
 * cannot be read.
 */
int proc_is_ambiguous_user(uid_t uid);

/*
 * Whether every process of the machine has a number here, because this is the first PID namespace, pid_namespaces(7).
 * Also 0 where there is no /proc to tell.
 */
int proc_sees_all(void);

/* The lines of a file that is read once, to its end. */
struct proc_lines {
	int fd;       /* the caller closes it */
	int ended;
	int skipping; /* in a line that is longer than the buffer, which is dropped */
	char *buffer; /* PROC_BUFFER bytes that the caller owns */
	size_t start, end;
};

void proc_lines_open(struct proc_lines *lines, int fd, char *buffer);

/* Gives the next line, without its newline, valid until the next call: 1; 0 at the end; -1 with the errno of read(2). */
int proc_lines_next(struct proc_lines *lines, const char **line, size_t *size);

/*
 * Reads at most `most` numbers of a line of /proc/sysvipc: decimal, with or without a minus sign, separated by blanks; the
 * third, the permissions, is octal.  Returns their number, or -1 where something else is among them.
 */
int proc_parse_sysvipc(const char *line, size_t size, int64_t *numbers, int most);

/* A line of /proc/PID/maps. */
struct proc_map {
	uint64_t start, end, offset;
	uint64_t inode;
	dev_t device;
	int writable, shared;
	const char *path; /* in the line; newlines in it are "\012", as the kernel writes them */
	size_t path_size; /* 0 without a path */
};

/* 0, or -1 where the line is not one of maps. */
int proc_parse_map(const char *line, size_t size, struct proc_map *map);

/* The device of a line of /proc/PID/mountinfo: 0, or -1 where the line is not one of mountinfo. */
int proc_parse_mount(const char *line, size_t size, dev_t *device);

/* The call of a thread, by /proc/PID/syscall. */
struct proc_syscall {
	long number; /* of the call in which it is blocked, or -1 */
	uint64_t arguments[6];
	uint64_t stack; /* below 4 GiB: a 32-bit process, which has other numbers of calls */
};

/* 1 where the thread is blocked in a call; 0 where it is not; -1 where the line is not one of syscall. */
int proc_parse_syscall(const char *line, size_t size, struct proc_syscall *call);

/*
 * Whether a thread is in that call still; 1 if that may not be seen.  `process` is the open directory of its process in
 * /proc, `thread` its number as text.  Once it has gone on, the memory that the arguments name is used for something else.
 */
int proc_is_still_in(int process, const char *thread, const struct proc_syscall *call);

/*
 * Whether process or thread `pid` waits for its children in this call and without a time limit: in wait4(2) or waitid(2),
 * or for SIGCHLD in sigsuspend(2) or sigwaitinfo(2).
 */
int proc_waits_for_children(pid_t pid, const struct proc_syscall *call);

/* The state and start of a process, by /proc/PID/stat. */
struct proc_stat {
	char state;     /* Z and X: it has ended */
	uint64_t start; /* in clock ticks, sysconf(_SC_CLK_TCK), since the machine started */
};

/* 0, or -1 where the line is not one of stat. */
int proc_parse_stat(const char *line, size_t size, struct proc_stat *stat);

/*
 * Takes the next pid of a list that is separated by blanks, as in /proc/PID/task/TID/children, and moves `*at` after it: 1;
 * 0 at the end; -1 where the list has something else.
 */
int proc_take_pid(const char **at, const char *end, pid_t *pid);

#endif
