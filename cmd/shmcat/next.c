/* SPDX-License-Identifier: ISC */
#include "next.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"

#define VERSION_ROOM 96

/*
 * Writes what tells a version from all others of its name: the file system, the inode, and the time at which that was
 * created, since the number of an inode can come back.  Returns the length, or -1 with errno.
 */
static int put_version(const struct reading *reading, char *out)
{
	struct statx st;

	if (statx(reading->segment.fd, "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &st) == -1)
		return -1;
	if (!(st.stx_mask & STATX_BTIME))
		memset(&st.stx_btime, 0, sizeof(st.stx_btime));
	return snprintf(out, VERSION_ROOM, "%x:%x %llu %lld.%09u\n", st.stx_dev_major, st.stx_dev_minor,
	                (unsigned long long)st.stx_ino, (long long)st.stx_btime.tv_sec, st.stx_btime.tv_nsec);
}

int next_is_noted(const struct reading *reading)
{
	char version[VERSION_ROOM], noted[VERSION_ROOM];
	int length = put_version(reading, version), fd;
	ssize_t got;

	if (length == -1)
		return -1;
	fd = open(reading->job->options->next, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return errno == ENOENT ? 0 : -1;
	got = io_read_full(fd, noted, sizeof(noted));
	close(fd);
	return got == -1 ? -1 : got == length && memcmp(noted, version, (size_t)length) == 0;
}

int next_note(const struct reading *reading)
{
	char version[VERSION_ROOM];
	int length = put_version(reading, version), fd, result, saved;

	if (length == -1)
		return -1;
	fd = open(reading->job->options->next, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd == -1)
		return -1;
	result = io_write_all(fd, version, (size_t)length);
	saved = errno;
	if (close(fd) == -1 && result == 0)
		return -1;
	errno = saved;
	return result;
}
