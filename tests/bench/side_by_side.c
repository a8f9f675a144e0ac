/* SPDX-License-Identifier: ISC */
/*
 * side_by_side - processor time of two commands that run beside each other on one processor.
 *
 * usage: side_by_side IN OUT command [argument ...] + command [argument ...]
 *
 * The first reads IN, the second writes OUT.  Prints the seconds of processor time of both, the kernel's share included.
 * Message rates depend on whether both share a processor more than on anything else, so they always do; on a quiet machine
 * the processor time is then the time that passes.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void open_as(const char *path, int flags, int fd)
{
	int opened = open(path, flags, 0600);

	if (opened == -1 || dup2(opened, fd) == -1)
		err(2, "%s", path);
	close(opened);
}

static void start(char **argv, const char *in, const char *out)
{
	pid_t pid = fork();

	if (pid == -1)
		err(2, "fork");
	if (pid > 0)
		return;
	open_as(in, O_RDONLY, 0);
	open_as(out, O_WRONLY | O_CREAT | O_TRUNC, 1);
	execvp(argv[0], argv);
	err(2, "%s", argv[0]);
}

static double seconds_of(const struct timeval *time)
{
	return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

int main(int argc, char **argv)
{
	char **second = argv + 3;
	struct rusage used;
	cpu_set_t one;
	int status, i;

	while (*second != NULL && strcmp(*second, "+") != 0)
		second++;
	if (argc < 6 || *second == NULL)
		errx(2, "usage: side_by_side IN OUT command ... + command ...");
	*second++ = NULL;
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
	start(second, "/dev/null", argv[2]);
	start(argv + 3, argv[1], "/dev/null");
	for (i = 0; i < 2; i++)
		if (wait(&status) == -1 || status != 0)
			errx(1, "a side failed: %#x", (unsigned)status);
	getrusage(RUSAGE_CHILDREN, &used);
	printf("%.6f\n", seconds_of(&used.ru_utime) + seconds_of(&used.ru_stime));
	return 0;
}
