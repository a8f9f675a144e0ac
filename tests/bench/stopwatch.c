/* SPDX-License-Identifier: ISC */
/*
 * stopwatch - how long a pipeline takes, from its start to the end of its last process.
 *
 * usage: stopwatch [-c | -m] [-n times] [-o file] command [argument ...] ['|' command [argument ...]] ...
 *
 * Prints seconds.  No shell takes part, so that it is the commands alone that are measured, and
 * posix_spawn(3) makes the start of a process as cheap as it can be.  The pipes are left at the size
 * that the kernel gives them.  With -m it prints the peak memory of the first command in kB instead,
 * with -c the processor time of all processes, those included that a command leaves behind.
 * -n runs it so many times and prints the time of all of them; -o opens a file for standard output as
 * the shell's > does, as part of what is measured.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST 8 /* commands of a pipeline */

static const char *output = "/dev/null";
static char **commands[MOST];
static int count;

/* Cuts the arguments at each lone |. */
static void split(char **words)
{
	for (;;) {
		if (count == MOST || *words == NULL || strcmp(*words, "|") == 0)
			errx(2, "a pipeline has from 1 to %d commands", MOST);
		commands[count++] = words;
		while (*words != NULL && strcmp(*words, "|") != 0)
			words++;
		if (*words == NULL)
			return;
		*words++ = NULL;
	}
}

/* Takes descriptor `in` over, and gives back the one that the next command reads. */
static int start(int i, int in, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	int ends[2] = {-1, -1}, result;

	posix_spawn_file_actions_init(&actions);
	if (in == -1)
		posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	else
		posix_spawn_file_actions_adddup2(&actions, in, 0);
	if (i == count - 1) {
		posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	} else {
		if (pipe2(ends, O_CLOEXEC) == -1)
			err(2, "pipe2");
		posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	}
	result = posix_spawnp(pid, commands[i][0], &actions, NULL, commands[i], environ);
	if (result != 0)
		errx(2, "%s: %s", commands[i][0], strerror(result));
	posix_spawn_file_actions_destroy(&actions);
	if (in != -1)
		close(in);
	if (ends[1] != -1)
		close(ends[1]);
	return ends[0];
}

/* One run; the peak memory of the first command in kB. */
static long run(void)
{
	pid_t pids[MOST];
	struct rusage usage, first = {0};
	int i, status, in = -1;

	for (i = 0; i < count; i++)
		in = start(i, in, &pids[i]);
	for (i = 0; i < count; i++) {
		if (wait4(pids[i], &status, 0, i == 0 ? &first : &usage) == -1)
			err(2, "wait4");
		if (status != 0)
			errx(1, "%s: ended with status %#x", commands[i][0], (unsigned)status);
	}
	return first.ru_maxrss;
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	int option, memory = 0, processor = 0, times = 1;
	struct rusage all;
	long peak = 0;
	double began;

	while ((option = getopt(argc, argv, "+cmn:o:")) != -1) {
		switch (option) {
		case 'c': processor = 1; break;
		case 'm': memory = 1; break;
		case 'n': times = atoi(optarg); break;
		case 'o': output = optarg; break;
		default: return 2;
		}
	}
	split(argv + optind);
	/* What is left behind becomes our child. */
	if (processor)
		prctl(PR_SET_CHILD_SUBREAPER, 1);
	began = seconds();
	while (times-- > 0)
		peak = run();
	while (processor && wait(NULL) != -1)
		continue;
	getrusage(RUSAGE_CHILDREN, &all);
	if (processor)
		printf("%.6f\n", (double)(all.ru_utime.tv_sec + all.ru_stime.tv_sec) +
		                      (double)(all.ru_utime.tv_usec + all.ru_stime.tv_usec) / 1e6);
	else if (memory)
		printf("%ld\n", peak);
	else
		printf("%.6f\n", seconds() - began);
	return 0;
}
