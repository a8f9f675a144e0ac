/* SPDX-License-Identifier: ISC */
#include "inventory/inventory.h"

#include <bsd/string.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <mqueue.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "ipc/semaphore_posix.h"

#define SHM_DIRECTORY "/dev/shm"
#define QUEUE_DIRECTORY "/dev/mqueue"
#define SEM_PREFIX "sem."
#define QUEUE_MAGIC 0x19800202 /* f_type of the file system of queues */

/* A FIFO must not make open(2) wait; what is opened is a regular file by then, but perhaps no longer. */
#define OPEN_FLAGS (O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

/* The size of glibc's sem_t in 64-bit and in 32-bit programs. */
enum { SEM_SIZE = 32, SEM_SIZE_32 = 16 };

/* An entry for the file of that name, or NULL with ENOMEM. */
static struct inventory_entry *add_named(struct inventory *inventory, enum inventory_kind kind, const char *name,
                                         const struct stat *st)
{
	struct inventory_entry *entry = inventory_next(inventory, kind);

	if (entry == NULL)
		return NULL;
	entry->name = inventory_keep(inventory, name, strlen(name));
	if (entry->name == NULL) {
		inventory->count--;
		return NULL;
	}
	inventory_set_file(entry, st);
	return entry;
}

static int is_later(const struct timespec *one, const struct timespec *other)
{
	return one->tv_sec > other->tv_sec || (one->tv_sec == other->tv_sec && one->tv_nsec > other->tv_nsec);
}

/*
 * Whether read(2) would leave the time of access as it is even without O_NOATIME, which only the owner
 * and root may use: mount(8) says of relatime when it is set.
 */
static int keeps_access_time(int fd, const struct stat *st)
{
	struct statvfs fs;

	if (fstatvfs(fd, &fs) == -1)
		return 0;
	if (fs.f_flag & (ST_NOATIME | ST_RDONLY))
		return 1;
	if (!(fs.f_flag & ST_RELATIME) || time(NULL) - st->st_atime >= 23 * 3600L)
		return 0;
	return is_later(&st->st_atim, &st->st_mtim) && is_later(&st->st_atim, &st->st_ctim);
}

/* sem_open(3) would map the file, and an empty one then kills with SIGBUS. */
static void read_semaphore(int directory, const char *file, struct inventory_entry *entry)
{
	char bytes[16];
	struct stat st;
	int fd = openat(directory, file, OPEN_FLAGS | O_NOATIME);

	if (fd == -1 && errno == EPERM)
		fd = openat(directory, file, OPEN_FLAGS);
	if (fd == -1)
		return;
	if (fstat(fd, &st) == 0 && st.st_dev == entry->dev && st.st_ino == entry->ino &&
	    (fcntl(fd, F_GETFL) & O_NOATIME || keeps_access_time(fd, &st)) &&
	    pread(fd, bytes, sizeof(bytes), 0) == sizeof(bytes) &&
	    semaphore_posix_decode(bytes, entry->flags & INVENTORY_32BIT ? SEM_SIZE_32 : SEM_SIZE, &entry->value, &entry->waiters) == -1)
		/* It is some other file of that size. */
		entry->value = entry->waiters = -1;
	close(fd);
}

/* A file in /dev/shm: 1 where it became an entry, 0 where it is none of the kind, -1 with ENOMEM. */
static int add_file(struct inventory *inventory, int directory, const char *file, enum inventory_kind kind, unsigned details)
{
	size_t prefix = strlen(SEM_PREFIX);
	int sem_named = strncmp(file, SEM_PREFIX, prefix) == 0 && file[prefix] != '\0', is_sem;
	struct inventory_entry *entry;
	char name[NAME_MAX + 2];
	struct stat st;

	name[0] = '/';
	if (fstatat(directory, file, &st, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) == -1) {
		/* Gone meanwhile; or it is there, and nothing is known of it. */
		if (errno == ENOENT || sem_named != (kind == INVENTORY_PSEM))
			return 0;
		strlcpy(name + 1, sem_named ? file + prefix : file, sizeof(name) - 1);
		return inventory_complain(inventory, kind, name, NULL, errno, 0);
	}
	is_sem = sem_named && S_ISREG(st.st_mode) && (st.st_size == SEM_SIZE || st.st_size == SEM_SIZE_32);
	if (is_sem != (kind == INVENTORY_PSEM))
		return 0;
	strlcpy(name + 1, is_sem ? file + prefix : file, sizeof(name) - 1);
	if (!S_ISREG(st.st_mode))
		return inventory_complain(inventory, kind, name, NULL, S_ISLNK(st.st_mode) ? ELOOP : ENODEV, 1);
	entry = add_named(inventory, kind, name, &st);
	if (entry == NULL)
		return -1;
	if (kind == INVENTORY_PSHM) {
		entry->size = st.st_size;
		entry->used = (int64_t)st.st_blocks * 512;
		if (sem_named)
			entry->flags |= INVENTORY_SEM_LIKE;
		return 0;
	}
	entry->size = st.st_size;
	if (st.st_size == SEM_SIZE_32)
		entry->flags |= INVENTORY_32BIT;
	if (details & INVENTORY_CONTENT)
		read_semaphore(directory, file, entry);
	return 0;
}

int inventory_list_files(struct inventory *inventory, unsigned kinds, unsigned details)
{
	DIR *directory = opendir(SHM_DIRECTORY);
	struct dirent *file;
	int result = 0, err;

	if (directory == NULL)
		return inventory_complain(inventory, kinds, SHM_DIRECTORY, NULL, errno, 0);
	while (result != -1 && (errno = 0, file = readdir(directory)) != NULL) {
		if (kinds == INVENTORY_PSEM && strncmp(file->d_name, SEM_PREFIX, strlen(SEM_PREFIX)) != 0)
			continue;
		if (strcmp(file->d_name, ".") != 0 && strcmp(file->d_name, "..") != 0)
			result = add_file(inventory, dirfd(directory), file->d_name, kinds, details);
	}
	err = errno;
	closedir(directory);
	if (result != -1 && err != 0)
		result = inventory_complain(inventory, kinds, SHM_DIRECTORY, NULL, err, 0);
	errno = result == -1 ? ENOMEM : 0;
	return result == -1 ? -1 : 0;
}

/* --- queues --- */

/*
 * The directory of the queues of this IPC namespace, mounted for us alone: it is in no mount table and
 * goes with the descriptor.  It takes CAP_SYS_ADMIN.
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

/* The directory where root has mounted it: -1 with errno, ENOENT where nothing of the kind is there. */
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
 * Whether the queue that this IPC namespace has by that name is the one in the directory: 1, 0, or -1
 * where it may not be opened.
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

/* The limits and the count; to read the file instead would set its times.  Closes `fd`, which may be -1. */
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
			/* Gone meanwhile; or it is there, and nothing is known of it. */
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
			/* One that was removed just now proves nothing. */
			if (!ours && errno == ENOENT)
				continue;
		}
		entry = add_named(inventory, INVENTORY_PMSG, name, &st);
		if (entry == NULL)
			return -1;
		if (details & INVENTORY_CONTENT)
			ask_queue(openat(dirfd(directory), file->d_name, OPEN_FLAGS), entry);
	}
	return errno != 0 ? inventory_complain(inventory, INVENTORY_PMSG, QUEUE_DIRECTORY, NULL, errno, 0) : 0;
}

/* A queue that may not be opened can still be looked at in the directory. */
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
	/* There was one just now: then it is the mount that shows the queues of another IPC namespace. */
	errno = err == ENOENT && !sure ? EACCES : err;
	return result;
}

int inventory_list_queues(struct inventory *inventory, unsigned details)
{
	int fd = mount_queues(), sure = fd != -1, err = errno, result;
	DIR *directory;

	/* Root needs no mount that may be another namespace's: it is short of something. */
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
	entry = add_named(inventory, INVENTORY_PMSG, name, &st);
	if (entry != NULL && details & INVENTORY_CONTENT)
		ask_queue(mq_open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC), entry);
	return entry == NULL ? -1 : 0;
}
