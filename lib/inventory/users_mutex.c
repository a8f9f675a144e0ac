/* SPDX-License-Identifier: ISC */
#include "inventory/users_mutex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "base/proc.h"
#include "ipc/mutex_bytes.h"

/* Whether the process at hand numbers threads as we do: a mutex has the number from the PID namespace of its holder. */
static int has_our_numbers(const struct users_pass *pass)
{
	struct stat its, ours;

	return fstatat(pass->directory, "ns/pid", &its, 0) == 0 && fstatat(pass->users->proc, "self/ns/pid", &ours, 0) == 0 &&
	       its.st_dev == ours.st_dev && its.st_ino == ours.st_ino;
}

/* The process of a thread, or 0 if no thread has this number. */
static pid_t process_of(const struct users_pass *pass, pid_t thread)
{
	static const char member[] = "\nTgid:";
	char path[32], text[1024];
	const char *found;

	snprintf(path, sizeof(path), "%d/status", (int)thread);
	if (proc_read(pass->users->proc, path, text, sizeof(text)) <= 0)
		return 0;
	found = strstr(text, member);
	return found == NULL ? 0 : (pid_t)atoi(found + sizeof(member) - 1);
}

pid_t users_mutex_holder(const struct users_pass *pass, uint64_t address)
{
	pthread_mutex_t bytes;
	struct iovec ours = {&bytes, sizeof(bytes)}, theirs = {(void *)(uintptr_t)address, sizeof(bytes)};
	pid_t thread;

	if (address % _Alignof(pthread_mutex_t) != 0 ||
	    process_vm_readv(pass->thread, &ours, 1, &theirs, 1, 0) != (ssize_t)sizeof(bytes) || mutex_bytes_examine(&bytes) != NULL)
		return 0;
	thread = mutex_bytes_holder(&bytes);
	return thread > 0 && has_our_numbers(pass) ? process_of(pass, thread) : 0;
}
