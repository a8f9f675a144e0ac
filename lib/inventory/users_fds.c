/* SPDX-License-Identifier: ISC */
#include "inventory/users_fds.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "inventory/users_found.h"
#include "inventory/users_mounts.h"

/*
 * Finds the entry of a descriptor, or adds one where its kind is asked for: 0 with the entry or NO_ENTRY in `*entry`, or
 * -1 with ENOMEM.
 */
static int entry_of_descriptor(struct users_pass *pass, const char *link, const struct statx *st, uint32_t *entry)
{
	dev_t device = users_pass_device(st);
	enum inventory_kind kind;
	char name[USERS_FOUND_ROOM];
	size_t size;

	*entry = users_pass_find(pass, S_ISSOCK(st->stx_mode) ? UINT64_MAX : device, st->stx_ino);
	if (*entry != NO_ENTRY)
		return pass->inventory->entries[*entry].flags & INVENTORY_MAPPED ?
			users_found_set_descriptor(pass, *entry, st, link + strlen("fd/")) : 0;
	if (S_ISFIFO(st->stx_mode)) {
		if (!(pass->kinds & INVENTORY_FIFO))
			return 0;
		if (users_pass_read_link(pass, link, &size) == 0)
			/* A pipe is a FIFO without a path. */
			return pass->path[0] == '/' ? users_found_add_fifo(pass, st, pass->path, device, entry) : 0;
		if (!users_pass_is_gone(errno))
			users_pass_hide(pass, errno);
		return 0;
	}
	if (!S_ISREG(st->stx_mode))
		return 0;
	if (device != pass->memory && device != pass->files) {
		int lacking = users_mounts_lack(pass, device, link, 0);

		if (lacking != 1)
			return lacking;
	}
	if (users_pass_read_link(pass, link, &size) == -1) {
		if (!users_pass_is_gone(errno))
			users_pass_hide(pass, errno);
		return 0;
	}
	kind = users_found_kind(pass, st, pass->path, size, device, st->stx_ino);
	if (kind == 0)
		return 0;
	return users_found_add_memory(pass, kind, st, users_found_name(pass, link + strlen("fd/"), name), pass->path, size, device, st->stx_ino, entry);
}

static int take_descriptor(struct users_pass *pass, const char *number)
{
	char link[32];
	struct statx st;
	struct stat itself;
	struct user *user;
	uint32_t entry;
	unsigned how = 0;

	snprintf(link, sizeof(link), "fd/%.20s", number);
	/* The flags keep statx(2) from waiting for a file server that is down. */
	if (statx(pass->directory, link, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, &st) == -1) {
		if (!users_pass_is_gone(errno))
			users_pass_hide(pass, errno);
		return 0;
	}
	if (entry_of_descriptor(pass, link, &st, &entry) == -1)
		return -1;
	if (entry == NO_ENTRY)
		return 0;
	/* The permissions of the link are the access mode of the descriptor, proc_pid_fd(5). */
	if (fstatat(pass->directory, link, &itself, AT_SYMLINK_NOFOLLOW) == 0)
		how = (itself.st_mode & 0400 ? USER_READS : 0) | (itself.st_mode & 0200 ? USER_WRITES : 0);
	else if (!users_pass_is_gone(errno))
		users_pass_hide(pass, errno);
	user = users_pass_use(pass, entry, how ? how : USER_READS);
	if (user == NULL)
		return -1;
	if (user->fd == -1)
		user->fd = atoi(number);
	return 0;
}

int users_fds_scan(struct users_pass *pass)
{
	DIR *directory = users_pass_open(pass->directory, "fd");
	struct dirent *file;
	int result = 0;

	if (directory == NULL)
		return -1;
	while (result == 0 && (errno = 0, file = readdir(directory)) != NULL)
		if (users_pass_is_number(file->d_name) || file->d_name[0] == '0')
			result = take_descriptor(pass, file->d_name);
	if (result == 0 && errno != 0 && !users_pass_is_gone(errno))
		users_pass_hide(pass, errno);
	closedir(directory);
	return result;
}
