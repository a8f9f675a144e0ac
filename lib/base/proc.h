/* SPDX-License-Identifier: ISC */
/*
 * proc(5), its lines, and what they say.  The parsers look at bytes alone and trust none of them: what is
 * no line of its kind, or has numbers that do not fit, is refused.
 */
#ifndef PROC_H
#define PROC_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PROC_BUFFER ((size_t)64 * 1024)

/*
 * Opens /proc: a descriptor, or -1 with errno: ENOENT where it is not mounted; EXDEV where it is that of another pid
 * namespace, as after `unshare --pid` without --mount-proc, so that what the kernel tells us are the numbers of others
 * there; or what a call says.
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
 * Whether that number is a user's in our user namespace, and not what the kernel shows of all those that have none
 * there, user_namespaces(7).  Also 1 where there is no /proc to tell.
 */
int proc_has_user(uid_t uid);

/* The lines of a file that is read to its end once. */
struct proc_lines {
	int fd;       /* not ours to close */
	int ended;
	int skipping; /* in a line that is longer than the buffer, of which nothing is given */
	char *buffer; /* PROC_BUFFER bytes of the caller's */
	size_t start, end;
};

void proc_lines_open(struct proc_lines *lines, int fd, char *buffer);

/* The next line, without its newline, good until the next call: 1; 0 at the end; -1 with read(2)'s errno. */
int proc_lines_next(struct proc_lines *lines, const char **line, size_t *size);

/*
 * Reads `count` numbers, decimal, with a minus sign or none, with blanks between them; the third is
 * octal, as permissions are in /proc/sysvipc.  How many there were, at most `most`; -1 where something
 * else is among them.
 */
int proc_parse_sysvipc(const char *line, size_t size, int64_t *numbers, int most);

/* A line of /proc/PID/maps. */
struct proc_map {
	uint64_t start, end, offset;
	uint64_t inode;
	dev_t device;
	int writable, shared;
	const char *path; /* in the line; newlines in it are "\012", as the kernel writes them */
	size_t path_size; /* 0 where there is none */
};

/* 0, or -1 where it is no such line. */
int proc_parse_map(const char *line, size_t size, struct proc_map *map);

/* What a thread does, by /proc/PID/syscall. */
struct proc_syscall {
	long number; /* of the call that it is blocked in, or -1 */
	uint64_t arguments[6];
	uint64_t stack; /* below 4 GiB: a 32-bit process, whose calls have numbers of their own */
};

/* 1 where the thread is blocked in a call; 0 where it is not; -1 where it is no such line. */
int proc_parse_syscall(const char *line, size_t size, struct proc_syscall *call);

/* What /proc/PID/stat says of a process. */
struct proc_stat {
	char state;     /* Z and X: it has ended */
	uint64_t start; /* in ticks of the clock, sysconf(_SC_CLK_TCK), since the machine came up */
};

/* 0, or -1 where it is no such line. */
int proc_parse_stat(const char *line, size_t size, struct proc_stat *stat);

/*
 * Takes the next process off a row of them with blanks between, as in /proc/PID/task/TID/children, and
 * moves `*at` behind it: 1; 0 at the end; -1 where something else is there.
 */
int proc_take_pid(const char **at, const char *end, pid_t *pid);

#endif
