/* SPDX-License-Identifier: ISC */
#include "ready.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "cli/cli.h"

/* The pid file as it was made, to recognise it at the end; st_nlink 0: none was made. */
static struct stat made;

/* Writes the pid to the temporary file `fd`: 0, or -1 with errno. */
static int write_pid(int fd)
{
	char line[16];
	int length = snprintf(line, sizeof(line), "%d\n", (int)getpid());
	mode_t mask = umask(0);

	umask(mask);
	/* mkostemp(3) makes files that only their owner can read. */
	if (fchmod(fd, 0666 & ~mask) == -1 || io_write_all(fd, line, (size_t)length) == -1)
		return -1;
	return fstat(fd, &made);
}

/* Makes the pid file appear with its contents, in one step: 0, or -1 with errno. */
static int make_pid_file(const char *path)
{
	char *temporary = NULL;
	int fd, saved, result = -1;

	if (asprintf(&temporary, "%s.XXXXXX", path) == -1)
		return -1;
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd != -1) {
		result = write_pid(fd);
		if (close(fd) == -1)
			result = -1;
		if (result == 0)
			result = rename(temporary, path);
		if (result == -1) {
			saved = errno;
			unlink(temporary);
			made.st_nlink = 0;
			errno = saved;
		}
	}
	saved = errno;
	free(temporary);
	errno = saved;
	return result;
}

int ready_announce(const struct options *options)
{
	if (options->pid_file != NULL && make_pid_file(options->pid_file) == -1) {
		/* A directory that is missing is not a missing object. */
		cli_fail(options->pid_file, errno);
		return cli_own_status(CLI_FAILED);
	}
	if (options->ready_fd == -1)
		return CLI_DONE;
	if (io_write_all(options->ready_fd, "\n", 1) == -1) {
		cli_warn("--ready-fd", "%d: %s", options->ready_fd, cli_text(errno));
		return cli_own_status(CLI_FAILED);
	}
	close(options->ready_fd);
	return CLI_DONE;
}

void ready_withdraw(const struct options *options)
{
	struct stat now;

	if (made.st_nlink > 0 && lstat(options->pid_file, &now) == 0 && now.st_dev == made.st_dev && now.st_ino == made.st_ino)
		unlink(options->pid_file);
}
