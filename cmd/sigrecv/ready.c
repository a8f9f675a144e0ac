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

/*
 * The pid file that was made, -1: none.  It stays open: the kernel gives the inode number of a file that was removed and
 * closed to the next file, which another process may have written under the same name.
 */
static int made = -1;

/* Writes the pid to the temporary file `fd`: 0, or -1 with errno. */
static int write_pid(int fd)
{
	char line[16];
	int length = snprintf(line, sizeof(line), "%d\n", (int)getpid());
	mode_t mask = umask(0);

	umask(mask);
	/* mkostemp(3) makes files that only their owner can read. */
	return fchmod(fd, 0666 & ~mask) == -1 ? -1 : io_write_all(fd, line, (size_t)length);
}

/* Closes a duplicate of the descriptor, for the errors that close(2) reports late: 0, or -1 with errno. */
static int close_duplicate(int fd)
{
	int duplicate = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	return duplicate == -1 ? -1 : close(duplicate);
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
		if (result == 0)
			result = close_duplicate(fd);
		if (result == 0)
			result = rename(temporary, path);
		if (result == 0) {
			made = fd;
		} else {
			saved = errno;
			close(fd);
			unlink(temporary);
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

/* Returns 1 if `path` is the pid file that was made, 0 if it is another file or missing, or -1 with errno. */
static int is_made(const char *path)
{
	struct stat ours, now;

	if (lstat(path, &now) == -1)
		return errno == ENOENT ? 0 : -1;
	if (fstat(made, &ours) == -1)
		return -1;
	return now.st_dev == ours.st_dev && now.st_ino == ours.st_ino;
}

int ready_withdraw(const struct options *options)
{
	int result;

	if (made == -1)
		return CLI_DONE;
	result = is_made(options->pid_file);
	if (result == 1)
		result = unlink(options->pid_file);
	if (result == -1 && errno != ENOENT) {
		cli_warn(options->pid_file, "the pid file cannot be removed: %s", cli_text(errno));
		return cli_own_status(CLI_FAILED);
	}
	return CLI_DONE;
}
