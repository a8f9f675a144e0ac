/* SPDX-License-Identifier: ISC */
/*
 * side_by_side - how long two commands take that run beside each other on one processor.
 *
 * usage: side_by_side IN OUT command [argument ...] + command [argument ...]
 *
 * The first reads IN, the second writes OUT ("| cat" there: to cat, which writes it).  Prints seconds.
 * Message rates depend on whether both share a processor more than on anything else, so they always do.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void open_as(const char *path, int flags, int fd)
{
	int opened = open(path, flags, 0600);

	if (opened == -1 || dup2(opened, fd) == -1)
		err(2, "%s", path);
	close(opened);
}

static pid_t start(char **argv, const char *in, const char *out)
{
	int ends[2];
	pid_t pid = fork();

	if (pid == -1)
		err(2, "fork");
	if (pid > 0)
		return pid;
	open_as(in, O_RDONLY, 0);
	if (strcmp(out, "| cat") != 0) {
		open_as(out, O_WRONLY | O_CREAT | O_TRUNC, 1);
	} else {
		if (pipe(ends) == -1)
			err(2, "pipe");
		if (fork() == 0) {
			dup2(ends[0], 0);
			close(ends[1]);
			open_as("/dev/null", O_WRONLY, 1);
			execlp("cat", "cat", (char *)NULL);
			err(2, "cat");
		}
		dup2(ends[1], 1);
		close(ends[0]);
		close(ends[1]);
	}
	execvp(argv[0], argv);
	err(2, "%s", argv[0]);
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	char **second = argv + 3;
	cpu_set_t one;
	double began;
	int status, i;

	while (*second != NULL && strcmp(*second, "+") != 0)
		second++;
	if (argc < 6 || *second == NULL)
		errx(2, "usage: side_by_side IN OUT command ... + command ...");
	*second++ = NULL;
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
	began = seconds();
	start(second, "/dev/null", argv[2]);
	start(argv + 3, argv[1], "/dev/null");
	for (i = 0; i < 2; i++)
		if (wait(&status) == -1 || status != 0)
			errx(1, "a side failed: %#x", (unsigned)status);
	printf("%.6f\n", seconds() - began);
	return 0;
}
