/* SPDX-License-Identifier: ISC */
#include "inventory/users_threads.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/proc.h"
#include "inventory/users_fds.h"

unsigned users_threads_count(const struct users_pass *pass)
{
	struct stat st;

	/* The directory of threads has a link for each, and the two that every directory has. */
	return fstatat(pass->directory, "task", &st, 0) == 0 && st.st_nlink > 2 ? (unsigned)st.st_nlink - 2 : 0;
}

static int is_alive(int directory)
{
	char text[1024];
	ssize_t got = proc_read(directory, "stat", text, sizeof(text));
	struct proc_stat stat;

	return got > 0 && proc_parse_stat(text, (size_t)got, &stat) == 0 && stat.state != 'Z' && stat.state != 'X';
}

/* Opens the directory of a thread, which /proc has like that of a process, but does not list. */
static int open_thread(const struct users_pass *pass, const char *number)
{
	return openat(pass->users->proc, number, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

void users_threads_choose(struct users_pass *pass)
{
	DIR *threads = is_alive(pass->directory) ? NULL : users_pass_open(pass->directory, "task");
	struct dirent *file;
	int directory, found = 0;

	if (threads == NULL)
		return;
	while (!found && (file = readdir(threads)) != NULL) {
		if (!users_pass_is_number(file->d_name) || (directory = open_thread(pass, file->d_name)) == -1)
			continue;
		found = is_alive(directory);
		if (found) {
			close(pass->directory);
			pass->directory = directory;
			pass->thread = (pid_t)atoi(file->d_name);
		} else {
			close(directory);
		}
	}
	closedir(threads);
}

/* A number for the set of open descriptors; different sets have different numbers, nearly always.  0 where it may not be seen. */
static uint64_t sum_descriptors(int directory)
{
	DIR *descriptors = users_pass_open(directory, "fd");
	struct dirent *file;
	uint64_t sum = 1;

	if (descriptors == NULL)
		return 0;
	while ((file = readdir(descriptors)) != NULL)
		sum += (strtoull(file->d_name, NULL, 10) + 1) * UINT64_C(0x9e3779b97f4a7c15);
	closedir(descriptors);
	return sum;
}

/* Whether a thread uses the descriptors of the thread at hand; `*sum` is that of the latter, or 0 before the first call. */
static int shares_descriptors(const struct users_pass *pass, pid_t thread, int directory, uint64_t *sum)
{
	long order = syscall(SYS_kcmp, pass->thread, thread, KCMP_FILES, 0UL, 0UL);

	if (order != -1)
		return order == 0;
	if (errno == ESRCH)
		return 1;
	/* Many containers forbid kcmp(2): then threads with the same numbers are taken to have the same descriptors. */
	if (*sum == 0)
		*sum = sum_descriptors(pass->directory);
	return sum_descriptors(directory) == *sum;
}

/* Takes what one thread has open, which is at hand as long as that lasts: 0, or -1 with ENOMEM. */
static int scan_thread(struct users_pass *pass, pid_t thread, int directory)
{
	const int first_directory = pass->directory;
	const pid_t first = pass->thread;
	int result, err;

	pass->directory = directory;
	pass->thread = thread;
	result = users_fds_scan(pass);
	pass->directory = first_directory;
	pass->thread = first;
	if (result == 0 || errno == ENOMEM)
		return result;
	err = errno;
	if (!users_pass_is_gone(err) && is_alive(directory))
		users_pass_hide(pass, err);
	return 0;
}

int users_threads_scan(struct users_pass *pass)
{
	DIR *threads = users_pass_open(pass->directory, "task");
	struct dirent *file;
	uint64_t sum = 0;
	int result = 0, directory;

	if (threads == NULL) {
		if (!users_pass_is_gone(errno))
			users_pass_hide(pass, errno);
		return 0;
	}
	while (result == 0 && (errno = 0, file = readdir(threads)) != NULL) {
		pid_t thread = (pid_t)atoi(file->d_name);

		/* A first thread that has ended has nothing open. */
		if (!users_pass_is_number(file->d_name) || thread == pass->thread || thread == pass->pid ||
		    (directory = open_thread(pass, file->d_name)) == -1)
			continue;
		if (!shares_descriptors(pass, thread, directory, &sum))
			result = scan_thread(pass, thread, directory);
		close(directory);
	}
	if (result == 0 && errno != 0 && !users_pass_is_gone(errno))
		users_pass_hide(pass, errno);
	closedir(threads);
	return result;
}
