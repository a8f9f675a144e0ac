/* SPDX-License-Identifier: ISC */
/*
 * ends - what stands before and behind the program that is measured, and costs as little as it can.
 *
 * usage: ends fill SIZE    write SIZE bytes to standard output
 *        ends splice       read standard input without looking at it: splice(2) to /dev/null
 *        ends both SIZE    write SIZE bytes to standard output, a socket, and read standard input to its end
 *        ends read         read standard input by read(2) of 256 kB
 *
 * None of them changes the size of a pipe: whether it is grown is part of what is measured.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define FILL ((size_t)128 * 1024)
#define READ ((size_t)256 * 1024)
#define SPLICE ((size_t)1 << 20)

static char buffer[READ];

/* By write(2) and not by vmsplice(2), with which all pages of what is filled would be the same few. */
static void fill(unsigned long long left)
{
	size_t i;

	/* No byte is 0: a page of zeros might be had cheaper than others. */
	for (i = 0; i < FILL; i++)
		buffer[i] = (char)(i % 251 + 1);
	while (left > 0) {
		ssize_t put = write(1, buffer, left < FILL ? (size_t)left : FILL);

		if (put == -1)
			err(1, "fill: write");
		left -= (unsigned long long)put;
	}
}

static void drain(int by_splice)
{
	int null = open("/dev/null", O_WRONLY);
	ssize_t got;

	if (null == -1)
		err(1, "/dev/null");
	do
		got = by_splice ? splice(0, NULL, null, NULL, SPLICE, SPLICE_F_MOVE) : read(0, buffer, READ);
	while (got > 0);
	if (got == -1)
		err(1, "%s", by_splice ? "splice" : "read");
}

static void both(unsigned long long size)
{
	pid_t pid = fork();

	if (pid == -1)
		err(1, "fork");
	if (pid == 0) {
		fill(size);
		shutdown(1, SHUT_WR);
		_exit(0);
	}
	drain(0);
	waitpid(pid, NULL, 0);
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "fill") == 0)
		fill(strtoull(argv[2], NULL, 10));
	else if (argc == 2 && (strcmp(argv[1], "splice") == 0 || strcmp(argv[1], "read") == 0))
		drain(argv[1][0] == 's');
	else if (argc == 3 && strcmp(argv[1], "both") == 0)
		both(strtoull(argv[2], NULL, 10));
	else
		errx(2, "usage: ends fill SIZE | both SIZE | splice | read");
	return 0;
}
