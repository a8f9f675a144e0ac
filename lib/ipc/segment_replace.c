/* SPDX-License-Identifier: ISC */
/* Replacing a segment that is a file: a new file without a name that gets the name of the old one in one step. */
#include "ipc/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ipc/segment_part.h"

/* Gives the new file the owner and mode of the one that it replaces. */
static int take_over(const struct segment *segment, const struct stat *old)
{
	mode_t mode = old->st_mode & 0777;

	/* If the file cannot get the group, its own group must not get the rights of that. */
	if (fchown(segment->fd, old->st_uid, old->st_gid) == -1 && fchown(segment->fd, (uid_t)-1, old->st_gid) == -1)
		mode &= ~(mode_t)070;
	return fchmod(segment->fd, mode);
}

/* Chooses a name beside the file, for the moment before rename(2). */
static void set_temporary(struct segment *segment)
{
	uint64_t number = 0;
	const char *slash = strrchr(segment->path, '/');
	int length = slash ? (int)(slash - segment->path + 1) : 0;

	if (getrandom(&number, sizeof(number), 0) == -1)
		number = (uint64_t)getpid();
	snprintf(segment->temporary, sizeof(segment->temporary), "%.*s.ipcutils-%016llx", length, segment->path,
	         (unsigned long long)number);
}

static int open_unnamed(struct segment *segment, mode_t mode)
{
	char directory[sizeof(segment->path)];
	char *slash;

	memcpy(directory, segment->path, sizeof(directory));
	slash = strrchr(directory, '/');
	if (slash == NULL)
		strcpy(directory, ".");
	else
		slash[slash == directory] = '\0';

	mode_t old = umask(0);
	segment->fd = open(directory, O_TMPFILE | O_WRONLY | SEGMENT_OPEN_FLAGS, mode);
	umask(old);
	if (segment->fd != -1 || (errno != EOPNOTSUPP && errno != EISDIR))
		return segment->fd == -1 ? -1 : 0;
	/* NFS, overlayfs of old kernels and some others have no unnamed files. */
	set_temporary(segment);
	segment->fd = segment_open_new(segment->temporary, O_WRONLY | O_CREAT, mode);
	if (segment->fd == -1)
		segment->temporary[0] = '\0';
	return segment->fd == -1 ? -1 : 0;
}

int segment_begin_replacement(struct segment *segment, const struct object *object, int mode)
{
	struct stat old;
	int there, saved;

	segment_clear(segment);
	/* The target of a symbolic link is replaced, and not the link, as writing in place would do. */
	if (segment_set_path(segment, object) == 0) {
		char *real = realpath(object->path, NULL);

		if (real != NULL)
			snprintf(segment->path, sizeof(segment->path), "%s", real);
		else if (errno != ENOENT)
			return -1;
		free(real);
	}
	there = lstat(segment->path, &old) == 0;
	if (!there && errno != ENOENT)
		return -1;
	if (there && !S_ISREG(old.st_mode))
		return segment_fail(S_ISLNK(old.st_mode) ? ELOOP : ENODEV);
	if (open_unnamed(segment, mode == -1 ? 0600 : (mode_t)mode) == -1)
		return -1;
	if (!there || mode != -1 || take_over(segment, &old) == 0)
		return 0;
	saved = errno;
	segment_close(segment);
	return segment_fail(saved);
}

static int link_unnamed(const struct segment *segment, const char *path)
{
	char self[64];

	snprintf(self, sizeof(self), "/proc/self/fd/%d", segment->fd);
	if (linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0)
		return 0;
	/* Without /proc there is a way that takes a capability. */
	return errno == ENOENT ? linkat(segment->fd, "", AT_FDCWD, path, AT_EMPTY_PATH) : -1;
}

/* Needs all signals blocked: between the two steps the passing name exists. */
static int publish(struct segment *segment, int exclusive)
{
	if (segment->temporary[0] == '\0') {
		if (link_unnamed(segment, segment->path) == 0)
			return 0;
		if (errno != EEXIST || exclusive)
			return -1;
		set_temporary(segment);
		if (link_unnamed(segment, segment->temporary) == -1) {
			segment->temporary[0] = '\0';
			return -1;
		}
	}
	if (renameat2(AT_FDCWD, segment->temporary, AT_FDCWD, segment->path, exclusive ? RENAME_NOREPLACE : 0) == -1)
		return -1;
	segment->temporary[0] = '\0';
	return 0;
}

int segment_publish(struct segment *segment, int exclusive)
{
	sigset_t all, old;
	int result, saved;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	result = publish(segment, exclusive);
	saved = errno;
	if (result == -1 && segment->temporary[0] != '\0') {
		unlink(segment->temporary);
		segment->temporary[0] = '\0';
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	errno = saved;
	return result;
}
