/* SPDX-License-Identifier: ISC */
#include "inventory/inventory_parts.h"

#include <bsd/string.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "ipc/semaphore_posix.h"

#define SHM_DIRECTORY "/dev/shm"

static int is_later(const struct timespec *one, const struct timespec *other)
{
	return one->tv_sec > other->tv_sec || (one->tv_sec == other->tv_sec && one->tv_nsec > other->tv_nsec);
}

/*
 * Whether read(2) leaves the time of access as it is even without O_NOATIME, which only the owner and root may use.
 * mount(8) describes when relatime sets it.
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

/* Reads value and waiters from the file, since sem_open(3) would map it, and an empty file then causes SIGBUS. */
static void read_semaphore(int directory, const char *file, struct inventory_entry *entry)
{
	char bytes[16];
	struct stat st;
	int fd = openat(directory, file, INVENTORY_OPEN | O_NOATIME);

	if (fd == -1 && errno == EPERM)
		fd = openat(directory, file, INVENTORY_OPEN);
	if (fd == -1)
		return;
	if (fstat(fd, &st) == 0 && st.st_dev == entry->dev && st.st_ino == entry->ino &&
	    (fcntl(fd, F_GETFL) & O_NOATIME || keeps_access_time(fd, &st)) &&
	    pread(fd, bytes, sizeof(bytes), 0) == sizeof(bytes) &&
	    semaphore_posix_decode(bytes, entry->flags & INVENTORY_32BIT ? SEMAPHORE_POSIX_SIZE_32 : SEMAPHORE_POSIX_SIZE, &entry->value, &entry->waiters) == -1)
		/* The file is no semaphore, but has the size of one. */
		entry->value = entry->waiters = -1;
	close(fd);
}

/* Adds a file of /dev/shm, or a problem, if it is of the kind: 0, or -1 with ENOMEM. */
static int add_file(struct inventory *inventory, int directory, const char *file, enum inventory_kind kind, unsigned details)
{
	size_t prefix = strlen(SEM_PREFIX);
	int sem_named = strncmp(file, SEM_PREFIX, prefix) == 0 && file[prefix] != '\0', is_sem;
	struct inventory_entry *entry;
	char name[NAME_MAX + 2];
	struct stat st;

	name[0] = '/';
	if (fstatat(directory, file, &st, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) == -1) {
		/* A file that was removed meanwhile is no problem. */
		if (errno == ENOENT || sem_named != (kind == INVENTORY_PSEM))
			return 0;
		strlcpy(name + 1, sem_named ? file + prefix : file, sizeof(name) - 1);
		return inventory_complain(inventory, kind, name, NULL, errno, 0);
	}
	is_sem = sem_named && S_ISREG(st.st_mode) && (st.st_size == SEMAPHORE_POSIX_SIZE || st.st_size == SEMAPHORE_POSIX_SIZE_32);
	if (is_sem != (kind == INVENTORY_PSEM))
		return 0;
	strlcpy(name + 1, is_sem ? file + prefix : file, sizeof(name) - 1);
	if (!S_ISREG(st.st_mode))
		return inventory_complain(inventory, kind, name, NULL, S_ISLNK(st.st_mode) ? ELOOP : ENODEV, 1);
	entry = inventory_next_file(inventory, kind, name, &st);
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
	if (st.st_size == SEMAPHORE_POSIX_SIZE_32)
		entry->flags |= INVENTORY_32BIT;
	if (details & INVENTORY_CONTENT)
		read_semaphore(directory, file, entry);
	return 0;
}

int inventory_files_list(struct inventory *inventory, enum inventory_kind kind, unsigned details)
{
	DIR *directory = opendir(SHM_DIRECTORY);
	struct dirent *file;
	int result = 0, err;

	if (directory == NULL)
		return inventory_complain(inventory, kind, SHM_DIRECTORY, NULL, errno, 0);
	while (result != -1 && (errno = 0, file = readdir(directory)) != NULL) {
		if (kind == INVENTORY_PSEM && strncmp(file->d_name, SEM_PREFIX, strlen(SEM_PREFIX)) != 0)
			continue;
		if (strcmp(file->d_name, ".") != 0 && strcmp(file->d_name, "..") != 0)
			result = add_file(inventory, dirfd(directory), file->d_name, kind, details);
	}
	err = errno;
	closedir(directory);
	if (result != -1 && err != 0)
		result = inventory_complain(inventory, kind, SHM_DIRECTORY, NULL, err, 0);
	errno = result == -1 ? ENOMEM : 0;
	return result == -1 ? -1 : 0;
}
