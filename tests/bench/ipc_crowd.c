/* SPDX-License-Identifier: ISC */
/*
 * ipc_crowd - many IPC objects, and many processes that use some of them.
 *
 * usage: ipc_crowd make SEGMENTS QUEUES SETS
 *        ipc_crowd attach SEGMENTS PROCESSES
 *
 * `make` creates System V objects with keys from 0x10000000 on, passes a message through each queue, so that a process is
 * known to have used it, and ends.  `attach` starts so many processes that share the segments out among each other and attach them, writes a line once all
 * have, and ends with them when standard input does.
 */
#define _GNU_SOURCE
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#define KEY 0x10000000

static void make(long segments, long queues, long sets)
{
	struct { long type; char text; } message = {1, 'x'};
	long i;

	for (i = 0; i < segments; i++)
		if (shmget((key_t)(KEY + i), 4096, IPC_CREAT | 0600) == -1)
			err(1, "shmget");
	for (i = 0; i < queues; i++) {
		int queue = msgget((key_t)(KEY + i), IPC_CREAT | 0600);

		if (queue == -1 || msgsnd(queue, &message, 1, 0) == -1 || msgrcv(queue, &message, 1, 0, 0) == -1)
			err(1, "msgget");
	}
	for (i = 0; i < sets; i++)
		if (semget((key_t)(KEY + i), 1, IPC_CREAT | 0600) == -1)
			err(1, "semget");
}

static void attach(long segments, long processes)
{
	int ready[2];
	char byte;
	long i, k;

	if (pipe(ready) == -1)
		err(1, "pipe");
	for (i = 0; i < processes; i++) {
		pid_t pid = fork();

		if (pid == -1)
			err(1, "fork");
		if (pid > 0)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (k = i; k < segments; k += processes)
			if (shmat(shmget((key_t)(KEY + k), 0, 0), NULL, 0) == (void *)-1)
				err(1, "shmat");
		if (write(ready[1], "", 1) != 1)
			err(1, "write");
		for (;;)
			pause();
	}
	for (i = 0; i < processes; i++)
		if (read(ready[0], &byte, 1) != 1)
			err(1, "read");
	puts("ready");
	fflush(stdout);
	while (read(0, &byte, 1) > 0)
		;
}

int main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "make") == 0)
		make(atol(argv[2]), atol(argv[3]), atol(argv[4]));
	else if (argc == 4 && strcmp(argv[1], "attach") == 0)
		attach(atol(argv[2]), atol(argv[3]));
	else
		errx(2, "usage: ipc_crowd make SEGMENTS QUEUES SETS | attach SEGMENTS PROCESSES");
	return 0;
}
