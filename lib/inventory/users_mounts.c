/* SPDX-License-Identifier: ISC */
#include "inventory/users_mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/array.h"
#include "base/proc.h"

enum { TMPFS_HANDLE_BYTES = 12, TMPFS_HANDLE_TYPE = 1 };

/* The index of a device among the settled ones, or that of the first larger one. */
static size_t place_of(const struct users_pass *pass, dev_t device)
{
	size_t low = 0, high = pass->settled_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pass->settled[middle] < device)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int is_settled(const struct users_pass *pass, dev_t device)
{
	size_t place = place_of(pass, device);

	return place < pass->settled_count && pass->settled[place] == device;
}

/* Notes that files of this device are none of an unmounted tmpfs: 0, or -1. */
static int settle(struct users_pass *pass, dev_t device)
{
	size_t place = place_of(pass, device);
	dev_t *settled;

	if (place < pass->settled_count && pass->settled[place] == device)
		return 0;
	settled = array_grow(pass->settled, &pass->settled_room, pass->settled_count + 1, sizeof(*settled));
	if (settled == NULL)
		return -1;
	pass->settled = settled;
	memmove(settled + place + 1, settled + place, (pass->settled_count - place) * sizeof(*settled));
	settled[place] = device;
	pass->settled_count++;
	return 0;
}

/* Settles all devices of a mountinfo: 1; 0 where it may not be read; or -1 with ENOMEM. */
static int settle_mounted(struct users_pass *pass, int directory, const char *path)
{
	int fd = openat(directory, path, O_RDONLY | O_CLOEXEC), result, err;
	struct proc_lines lines;
	const char *line;
	char *buffer;
	size_t size;
	dev_t device;

	if (fd == -1) {
		if (!users_pass_is_gone(errno))
			users_pass_hide(pass, errno);
		return 0;
	}
	/* The buffer of the pass may be in the middle of the maps. */
	buffer = malloc(PROC_BUFFER);
	if (buffer == NULL) {
		close(fd);
		errno = ENOMEM;
		return -1;
	}
	proc_lines_open(&lines, fd, buffer);
	while ((result = proc_lines_next(&lines, &line, &size)) == 1)
		if (proc_parse_mount(line, size, &device) == 0 && settle(pass, device) == -1)
			break;
	err = errno;
	free(buffer);
	close(fd);
	if (result == 1) {
		errno = ENOMEM;
		return -1;
	}
	if (result == -1 && !users_pass_is_gone(err))
		users_pass_hide(pass, err);
	return result == 0;
}

/*
 * Whether the file is one of a tmpfs.  Its handle, which no file server is asked for, has to look like one of a tmpfs
 * before statfs(2), which would wait for a server that is down.
 */
static int is_tmpfs(const struct users_pass *pass, const char *link, int guess)
{
	union {
		struct file_handle handle;
		char bytes[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} room = {.handle = {.handle_bytes = MAX_HANDLE_SZ}};
	int fd = openat(pass->directory, link, O_PATH | O_CLOEXEC), mount, result;
	struct statfs fs;

	if (fd == -1)
		return guess && (errno == EPERM || errno == EACCES);
	result = name_to_handle_at(fd, "", &room.handle, &mount, AT_EMPTY_PATH) == 0 &&
	         room.handle.handle_bytes == TMPFS_HANDLE_BYTES && room.handle.handle_type == TMPFS_HANDLE_TYPE &&
	         fstatfs(fd, &fs) == 0 && fs.f_type == TMPFS_MAGIC;
	close(fd);
	return result;
}

int users_mounts_lack(struct users_pass *pass, dev_t device, const char *link, int guess)
{
	int known = 1;

	/* A tmpfs has no device of its own, so its number is one with the major number 0. */
	if (!pass->unlinked || device == 0 || major(device) != 0 || is_settled(pass, device))
		return 0;
	if (pass->mounts_thread == 0)
		known = settle_mounted(pass, pass->users->proc, "self/mountinfo");
	if (known == 1 && pass->mounts_thread != pass->thread)
		known = settle_mounted(pass, pass->directory, "mountinfo");
	if (known != 1)
		return known;
	pass->mounts_thread = pass->thread;
	return !is_settled(pass, device) && is_tmpfs(pass, link, guess);
}
