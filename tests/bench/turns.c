/* SPDX-License-Identifier: ISC */
/*
 * turns - processor time of short commands, which take turns.
 *
 * usage: turns [-n times] command [argument ...] [+ command [argument ...]] ...
 *
 * Runs each command once, then each once more, and so on, each with a new pipe as standard output.  Prints the lower
 * quartile of the processor times of each command in seconds, one line a command.  Other programs on the same processors can
 * only add to these times, by some percent for most runs, so that the lower ones are nearest to the cost of the command.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST 16 /* commands */

static double seconds_of(const struct timeval *time)
{
	return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

/* Runs a command once and returns its processor time. */
static double run(char **command)
{
	posix_spawn_file_actions_t actions;
	struct rusage usage;
	int ends[2], result, status;
	char output[65536];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) == -1)
		err(2, "pipe2");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	result = posix_spawnp(&pid, command[0], &actions, NULL, command, environ);
	if (result != 0)
		errx(2, "%s: %s", command[0], strerror(result));
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	while (read(ends[0], output, sizeof(output)) > 0)
		continue;
	close(ends[0]);
	if (wait4(pid, &status, 0, &usage) == -1)
		err(2, "wait4");
	if (status != 0)
		errx(1, "%s: ended with status %#x", command[0], (unsigned)status);
	return seconds_of(&usage.ru_utime) + seconds_of(&usage.ru_stime);
}

static int compare(const void *one, const void *other)
{
	double a = *(const double *)one, b = *(const double *)other;

	return (a > b) - (a < b);
}

int main(int argc, char **argv)
{
	char **commands[MOST];
	int option, times = 100, count = 0, i, turn;
	double *used;

	while ((option = getopt(argc, argv, "+n:")) != -1) {
		if (option != 'n' || (times = atoi(optarg)) < 1)
			return 2;
	}
	for (i = optind; i < argc; i++) {
		if (strcmp(argv[i], "+") == 0)
			argv[i] = NULL;
		if (i > optind && argv[i - 1] != NULL)
			continue;
		if (argv[i] == NULL || count == MOST)
			errx(2, "usage: turns [-n times] command [argument ...] [+ command [argument ...]] ...");
		commands[count++] = argv + i;
	}
	used = calloc((size_t)times * MOST, sizeof(*used));
	if (used == NULL)
		err(2, "memory");
	for (turn = 0; turn < times; turn++)
		for (i = 0; i < count; i++)
			used[i * times + turn] = run(commands[i]);
	for (i = 0; i < count; i++) {
		qsort(used + (size_t)i * (size_t)times, (size_t)times, sizeof(*used), compare);
		printf("%.6f\n", used[i * times + times / 4]);
	}
	free(used);
	return 0;
}
