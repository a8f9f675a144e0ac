/* SPDX-License-Identifier: ISC */
#include "inventory/users.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/proc.h"
#include "inventory/users_fds.h"
#include "inventory/users_holds.h"
#include "inventory/users_maps.h"
#include "inventory/users_threads.h"
#include "inventory/users_waits.h"

#define PATIENCE 50 /* pauses of one millisecond in a whole pass */

/* Adds the process at hand, which uses an object, to the list of processes: 0, or -1. */
static int keep_process(struct users_pass *pass)
{
	struct users *users = pass->users;
	struct user_process *processes;
	char path[32];
	struct stat st;
	ssize_t got;

	processes = array_grow(users->processes, &users->process_room, users->process_count + 1, sizeof(*processes));
	if (processes == NULL)
		return -1;
	users->processes = processes;
	pass->process.uid = fstat(pass->directory, &st) == 0 ? st.st_uid : (uid_t)-1;
	/* The name of the process is that of its first thread. */
	snprintf(path, sizeof(path), "task/%d/comm", (int)pass->pid);
	got = proc_read(pass->directory, pass->thread == pass->pid ? "comm" : path, pass->process.command, USER_COMMAND);
	if (got > 0 && pass->process.command[got - 1] == '\n')
		got--;
	if (got >= 0) {
		pass->process.command[got] = '\0';
	} else {
		strcpy(pass->process.command, "?");
		pass->process.nameless = 1;
	}
	users->processes[users->process_count++] = pass->process;
	return 0;
}

/* Forgets the uses of the process at hand, which has ended meanwhile: 0. */
static int drop_process(struct users_pass *pass)
{
	struct users *users = pass->users;

	while (users->count > pass->began)
		pass->last[users->users[--users->count].entry] = 0;
	return 0;
}

/* Whether the process is a kernel thread or dead.  It has no descriptors then, though only root may see that. */
static int has_no_memory(struct users_pass *pass)
{
	return pass->no_memory || (!(pass->wanted & USERS_MAPS) && users_maps_scan(pass) == 0 && pass->no_memory);
}

static int has_ended(struct users_pass *pass)
{
	char text[1024];
	ssize_t got = proc_read(pass->directory, "stat", text, sizeof(text));
	struct proc_stat stat;

	if (got <= 0)
		return 1;
	return proc_parse_stat(text, (size_t)got, &stat) == 0 && (stat.state == 'Z' || stat.state == 'X');
}

/* Whether the process has ended or does so within a moment.  A process that is ending is all that root may not see. */
static int ends_soon(struct users_pass *pass)
{
	const struct timespec moment = {0, 1000000};

	while (!has_ended(pass)) {
		if (geteuid() != 0 || pass->patience == 0)
			return 0;
		pass->patience--;
		nanosleep(&moment, NULL);
	}
	return 1;
}

static int wants_waits(const struct users_pass *pass)
{
	return (pass->wanted & USERS_WAITS && !pass->no_memory) || (pass->wanted & USERS_WAITS_MAPPED && pass->range_count > 0);
}

/* Takes all uses of the process whose directory is open: 0, or -1. */
static int scan_process(struct users_pass *pass)
{
	int saved;

	pass->hidden = pass->err = 0;
	pass->process = (struct user_process){.pid = pass->pid};
	pass->thread = pass->pid;
	pass->threads = users_threads_count(pass);
	pass->range_count = 0;
	pass->no_memory = 0;
	pass->stranger = -1;
	pass->began = pass->users->count;
	if (pass->threads > 1)
		users_threads_choose(pass);
	if (pass->wanted & USERS_MAPS && users_maps_scan(pass) == -1) {
		if (errno == ENOMEM)
			return -1;
		if (users_pass_is_gone(errno))
			return drop_process(pass);
		users_pass_hide(pass, errno);
	}
	if (pass->wanted & USERS_FDS && !pass->no_memory && users_fds_scan(pass) == -1) {
		if (errno == ENOMEM)
			return -1;
		if (users_pass_is_gone(errno))
			return drop_process(pass);
		saved = errno;
		if (!has_no_memory(pass))
			users_pass_hide(pass, saved);
	} else if (pass->wanted & USERS_FDS && pass->threads > 1 && users_threads_scan(pass) == -1) {
		return -1;
	}
	if (users_holds_take(pass) == -1 || (wants_waits(pass) && users_waits_scan(pass) == -1))
		return -1;
	if ((pass->hidden || pass->process.waits_hidden) && ends_soon(pass))
		return drop_process(pass);
	if (pass->users->err == 0)
		pass->users->err = pass->err;
	pass->users->hidden += (size_t)(pass->hidden != 0);
	pass->users->waits_hidden += (size_t)(pass->process.waits_hidden != 0);
	return pass->users->count > pass->began ? keep_process(pass) : 0;
}

/* Counts a process, or the rest of the list, of which nothing may be seen. */
static void skip_process(struct users_pass *pass, int err)
{
	pass->hidden = pass->err = 0;
	users_pass_hide(pass, err);
	if (pass->users->err == 0)
		pass->users->err = pass->err;
	pass->users->hidden++;
	pass->users->waits_hidden++;
}

static int scan_all(struct users_pass *pass, DIR *proc)
{
	const pid_t self = getpid();
	struct dirent *file;
	int result = 0;

	while (result == 0 && (errno = 0, file = readdir(proc)) != NULL) {
		if (!users_pass_is_number(file->d_name))
			continue;
		pass->pid = (pid_t)atoi(file->d_name);
		if (pass->pid == self)
			continue;
		pass->directory = openat(dirfd(proc), file->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (pass->directory == -1) {
			/* hidepid=1 shows the number of a process, and nothing else. */
			if (!users_pass_is_gone(errno))
				skip_process(pass, errno);
			continue;
		}
		result = scan_process(pass);
		close(pass->directory);
	}
	if (result == 0 && errno != 0)
		skip_process(pass, errno);
	return result;
}

static int is_of_namespace(const struct users_pass *pass, const struct user *user)
{
	char path[48];
	struct stat st;

	snprintf(path, sizeof(path), "%d/ns/ipc", (int)pass->users->processes[user->process].pid);
	return pass->namespace == 0 || fstatat(pass->users->proc, path, &st, 0) == -1 || st.st_ino == pass->namespace;
}

/*
 * Drops the uses of segments that have the same id in another IPC namespace.  Asks only for segments of which not exactly
 * as many mappings were found as the kernel counts, since asking for each process would take as long as its maps.
 */
static void drop_strangers(struct users_pass *pass)
{
	struct users *users = pass->users;
	size_t i, kept = 0;

	for (i = 0; i < users->count; i++) {
		const struct user *user = &users->users[i];
		const struct inventory_entry *entry = &pass->inventory->entries[user->entry];

		if (entry->kind != INVENTORY_SHM || entry->count == (int64_t)pass->attached[user->entry] ||
		    is_of_namespace(pass, user))
			users->users[kept++] = *user;
	}
	users->count = kept;
	for (i = 0; i < pass->known; i++)
		pass->attached[i] = 0;
	for (i = 0; i < kept; i++)
		pass->attached[users->users[i].entry] += users->users[i].mappings;
}

/* Sorts the uses by entry, in the order of the processes: 0, or -1. */
static int sort_users(struct users *users, size_t entries)
{
	struct user *sorted = NULL;
	size_t i, sum = 0;

	users->first = calloc(entries + 1, sizeof(*users->first));
	if (users->count > 0)
		sorted = reallocarray(NULL, users->count, sizeof(*sorted));
	if (users->first == NULL || (users->count > 0 && sorted == NULL)) {
		free(sorted);
		return -1;
	}
	for (i = 0; i < users->count; i++)
		users->first[users->users[i].entry]++;
	for (i = 0; i <= entries; i++) {
		size_t count = users->first[i];

		users->first[i] = sum;
		sum += count;
	}
	for (i = 0; i < users->count; i++)
		sorted[users->first[users->users[i].entry]++] = users->users[i];
	/* Each beginning has moved to that of the next entry. */
	memmove(users->first + 1, users->first, entries * sizeof(*users->first));
	users->first[0] = 0;
	free(users->users);
	users->users = sorted;
	users->room = users->count;
	return 0;
}

/* The device of the kernel's own memory, on which a memfd lies. */
static dev_t memory_device(void)
{
	int fd = memfd_create("ipcutils", MFD_CLOEXEC);
	struct stat st;

	if (fd == -1 || fstat(fd, &st) == -1)
		st.st_dev = makedev(0, 1);
	if (fd != -1)
		close(fd);
	return st.st_dev;
}

/* Whether the inventory has files of /dev/shm. */
static int has_files(const struct inventory *inventory)
{
	size_t i;

	for (i = 0; i < inventory->count; i++)
		if (inventory->entries[i].kind & (INVENTORY_PSHM | INVENTORY_PSEM))
			return 1;
	return 0;
}

/* Looks up the device of /dev/shm, by which mappings of its files are found. */
static void find_files(struct users_pass *pass)
{
	struct stat st;

	if (stat("/dev/shm", &st) == 0) {
		pass->files = st.st_dev;
		return;
	}
	pass->files = (dev_t)-1;
	if (!has_files(pass->inventory) && (!pass->unlinked || users_pass_is_gone(errno)))
		return;
	pass->users->invisible = 1;
	if (pass->users->err == 0)
		pass->users->err = errno;
}

int users_find(struct users *users, struct inventory *inventory, unsigned kinds, unsigned wanted, int unlinked)
{
	struct users_pass pass = {.users = users, .inventory = inventory, .kinds = kinds, .wanted = wanted, .unlinked = unlinked, .patience = PATIENCE};
	struct stat st;
	DIR *proc;
	int result = -1, saved;

	users_open(users);
	proc = users->proc == -1 ? NULL : users_pass_open(users->proc, ".");
	if (users->proc != -1 && proc == NULL)
		users->err = errno;
	/* Every pid namespace has a process 1.  hidepid=2 hides it, and others with it. */
	users->invisible = proc == NULL || fstatat(dirfd(proc), "1", &st, 0) == -1;
	if (proc == NULL)
		return sort_users(users, inventory->count);
	if (users->invisible && errno != ENOENT && errno != EACCES)
		users->err = errno;
	find_files(&pass);
	pass.namespace = fstatat(dirfd(proc), "self/ns/ipc", &st, 0) == 0 ? st.st_ino : 0;
	pass.memory = memory_device();
	pass.buffer = malloc(PROC_BUFFER);
	pass.only_shm = !(wanted & (USERS_FDS | USERS_WAITS)) && !unlinked && !(kinds & INVENTORY_MEMFD) && !has_files(inventory);
	if (pass.buffer != NULL && users_pass_know(&pass) == 0 && (!(wanted & USERS_WAITS) || users_holds_know(&pass) == 0) && scan_all(&pass, proc) == 0) {
		drop_strangers(&pass);
		users->attached = pass.attached;
		pass.attached = NULL;
		result = sort_users(users, inventory->count);
	}
	saved = errno;
	closedir(proc);
	free(pass.buffer);
	free(pass.slots);
	free(pass.last);
	free(pass.attached);
	free(pass.ranges);
	free(pass.settled);
	free(pass.holders);
	errno = saved;
	return result;
}
