/* SPDX-License-Identifier: ISC */
#include "inventory/inventory_parts.h"

#include <bsd/string.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <mqueue.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#define QUEUE_DIRECTORY "/dev/mqueue"
#define QUEUE_MAGIC 0x19800202 /* f_type of the file system of queues */

/*
 * Opens the directory of the queues of this IPC namespace by a mount of its own, which is in no mount table and ends with
 * the descriptor.  This takes CAP_SYS_ADMIN.  Returns -1 with errno.
 */
static int mount_queues(void)
{
	int context = (int)syscall(SYS_fsopen, "mqueue", FSOPEN_CLOEXEC), mount = -1, directory = -1;

	if (context == -1)
		return -1;
	if (syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		mount = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
	close(context);
	if (mount == -1)
		return -1;
	directory = openat(mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	close(mount);
	return directory;
}

/* Opens the directory where root has mounted it: -1 with errno, ENOENT where the file system is not mounted there. */
static int open_mounted(void)
{
	int directory = open(QUEUE_DIRECTORY, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	struct statfs fs;

	if (directory == -1)
		return -1;
	if (fstatfs(directory, &fs) == 0 && fs.f_type == QUEUE_MAGIC)
		return directory;
	close(directory);
	errno = ENOENT;
	return -1;
}

/*
 * Whether the directory shows the queues of this IPC namespace, by the queue with this name: 1, 0, or -1 where that queue
 * may not be opened.
 */
static int is_ours(const char *name, const struct stat *st)
{
	mqd_t queue = mq_open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat own;
	int result;

	if (queue == -1)
		return errno == ENOENT ? 0 : -1;
	result = fstat(queue, &own) == 0 && own.st_dev == st->st_dev;
	mq_close(queue);
	return result;
}

/* Reads the limits and the count without setting the times, as read(2) would.  Closes `fd`, which may be -1. */
static void ask_queue(int fd, struct inventory_entry *entry)
{
	struct mq_attr attributes;
	struct stat st;

	if (fd == -1)
		return;
	if (fstat(fd, &st) == 0 && st.st_ino == entry->ino && mq_getattr(fd, &attributes) == 0) {
		entry->count = attributes.mq_curmsgs;
		entry->limit = attributes.mq_maxmsg;
		entry->message_size = (int)attributes.mq_msgsize;
		entry->size = (int64_t)attributes.mq_maxmsg * attributes.mq_msgsize;
	}
	close(fd);
}

static int list_directory(struct inventory *inventory, DIR *directory, int sure, unsigned details)
{
	char name[NAME_MAX + 2] = "/";
	struct inventory_entry *entry;
	struct dirent *file;
	struct stat st;
	int ours;

	while ((errno = 0, file = readdir(directory)) != NULL) {
		if (strcmp(file->d_name, ".") == 0 || strcmp(file->d_name, "..") == 0)
			continue;
		strlcpy(name + 1, file->d_name, sizeof(name) - 1);
		if (fstatat(dirfd(directory), file->d_name, &st, AT_SYMLINK_NOFOLLOW) == -1) {
			/* A queue that was removed meanwhile is no problem. */
			if (errno != ENOENT && inventory_complain(inventory, INVENTORY_PMSG, name, NULL, errno, 0) == -1)
				return -1;
			continue;
		}
		if (!S_ISREG(st.st_mode))
			continue;
		if (!sure && (ours = is_ours(name, &st)) != -1) {
			struct stat again;

			sure = ours;
			if (!ours && fstatat(dirfd(directory), file->d_name, &again, AT_SYMLINK_NOFOLLOW) == 0)
				return inventory_complain(inventory, INVENTORY_PMSG, QUEUE_DIRECTORY,
				                          "this mount shows the queues of another IPC namespace", 0, 0);
			/* The queue was removed just now, which proves nothing. */
			if (!ours && errno == ENOENT)
				continue;
		}
		entry = inventory_next_file(inventory, INVENTORY_PMSG, name, &st);
		if (entry == NULL)
			return -1;
		if (details & INVENTORY_CONTENT)
			ask_queue(openat(dirfd(directory), file->d_name, INVENTORY_OPEN), entry);
	}
	return errno != 0 ? inventory_complain(inventory, INVENTORY_PMSG, QUEUE_DIRECTORY, NULL, errno, 0) : 0;
}

int inventory_stat_queue(const char *name, struct stat *st)
{
	mqd_t queue = mq_open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int directory, sure, result, err;

	if (queue != -1) {
		result = fstat(queue, st);
		mq_close(queue);
		return result;
	}
	if (errno != EACCES)
		return -1;
	/* The directory shows also a queue that may not be opened. */
	directory = mount_queues();
	sure = directory != -1;
	if (!sure)
		directory = open_mounted();
	if (directory == -1) {
		errno = EACCES;
		return -1;
	}
	result = fstatat(directory, name + 1, st, AT_SYMLINK_NOFOLLOW);
	err = errno;
	close(directory);
	/* The queue existed just now, so the mount shows the queues of another IPC namespace. */
	errno = err == ENOENT && !sure ? EACCES : err;
	return result;
}

int inventory_queues_list(struct inventory *inventory, unsigned details)
{
	int fd = mount_queues(), sure = fd != -1, err = errno, result;
	DIR *directory;

	/* Root lacks a resource then, and must not fall back to a mount that may be of another namespace. */
	if (fd == -1 && (err == EMFILE || err == ENFILE || err == ENOMEM))
		return inventory_complain(inventory, INVENTORY_PMSG, QUEUE_DIRECTORY, NULL, err, 0);
	if (fd == -1)
		fd = open_mounted();
	if (fd == -1 && errno == ENOENT)
		return inventory_complain(inventory, INVENTORY_PMSG, QUEUE_DIRECTORY,
		                          "the file system of queues is not mounted there", 0, 0);
	if (fd == -1)
		return inventory_complain(inventory, INVENTORY_PMSG, QUEUE_DIRECTORY, NULL, errno, 0);
	directory = fdopendir(fd);
	if (directory == NULL) {
		err = errno;
		close(fd);
		errno = err;
		return err == ENOMEM ? -1 : inventory_complain(inventory, INVENTORY_PMSG, QUEUE_DIRECTORY, NULL, err, 0);
	}
	result = list_directory(inventory, directory, sure, details);
	closedir(directory);
	return result;
}

int inventory_find_queue(struct inventory *inventory, const char *name, unsigned details)
{
	struct inventory_entry *entry;
	struct stat st;

	if (inventory_stat_queue(name, &st) == -1)
		return -1;
	entry = inventory_next_file(inventory, INVENTORY_PMSG, name, &st);
	if (entry != NULL && details & INVENTORY_CONTENT)
		ask_queue(mq_open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC), entry);
	return entry == NULL ? -1 : 0;
}
