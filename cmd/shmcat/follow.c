/* SPDX-License-Identifier: ISC */
#include "follow.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "base/monitor.h"
#include "cli/cli.h"
#include "copy.h"
#include "next.h"

/* Returns 1 once the object has no name any more, or, if it never had one, its process has ended; -1 with errno. */
static int is_over(const struct reading *reading, const struct monitor *monitor)
{
	struct stat st;

	if (reading->object->kind == OBJECT_MEMFD)
		return monitor_process_ended(monitor);
	return fstat(reading->segment.fd, &st) == -1 ? -1 : st.st_nlink == 0;
}

int follow_growth(struct reading *reading)
{
	struct deadline never = deadline_after(-1);
	struct monitor monitor;
	int64_t size_before = 0;
	char path[64];
	int status, over;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", reading->segment.fd);
	monitor_open(&monitor, path, IN_MODIFY | IN_ATTRIB, reading->object->kind == OBJECT_MEMFD ? reading->object->pid : 0);
	monitor.output = 1;
	for (;;) {
		int64_t size = segment_size(&reading->segment);

		/* Asked before the copy, so that the last bytes that were added before the end are copied, too. */
		over = size == -1 ? -1 : is_over(reading, &monitor);
		if (over == -1) {
			status = cli_fail(reading->object->word, errno);
			break;
		}
		if (size < size_before && (uint64_t)size < reading->at) {
			cli_warn(reading->object->word, "truncated to %lld bytes", (long long)size);
			reading->at = (uint64_t)size;
		}
		size_before = size;
		status = copy_bytes(reading);
		if (status != CLI_DONE || reading->stopped || reading->at >= reading->end || over)
			break;
		if (monitor_wait(&monitor, &never) == -1) {
			/* No write(2) reports that the reader has gone while there is nothing to write. */
			if (errno == EPIPE)
				raise(SIGPIPE);
			status = copy_fail_output(reading->job);
			break;
		}
	}
	monitor_close(&monitor);
	return status;
}

/* Returns the directory in which the name of an object would appear, or NULL if inotify(7) cannot report it. */
static const char *directory_of(const struct object *object, char *buffer)
{
	char *slash;

	if (object->kind == OBJECT_NAME)
		return "/dev/shm";
	if (object->kind != OBJECT_FILE)
		return NULL;
	memcpy(buffer, object->path, sizeof(object->path));
	slash = strrchr(buffer, '/');
	if (slash == NULL)
		return ".";
	slash[slash == buffer] = '\0';
	return buffer;
}

/* Takes an empty segment for a missing one, unless this is the last try, and with --next also a version that is noted. */
static int try_open(struct reading *reading, int last)
{
	int noted = 0, saved;

	if (segment_open(&reading->segment, reading->object, SEGMENT_READ) == -1)
		return -1;
	if (reading->job->options->next != NULL)
		noted = next_is_noted(reading);
	if (noted == 0 && (last || reading->segment.size > 0))
		return 0;
	saved = noted == -1 ? errno : ENOENT;
	segment_close(&reading->segment);
	errno = saved;
	return -1;
}

int follow_open(struct reading *reading)
{
	char buffer[PATH_MAX];
	const char *directory = directory_of(reading->object, buffer);
	struct monitor monitor;
	int result, saved, waited = 1;

	if (!reading->job->options->has_timeout && reading->job->options->next == NULL)
		return try_open(reading, 1);
	monitor_open(&monitor, directory, IN_CREATE | IN_MOVED_TO | IN_MODIFY | IN_DELETE_SELF, 0);
	while ((result = try_open(reading, 0)) == -1 && errno == ENOENT)
		if ((waited = monitor_wait(&monitor, &reading->job->deadline)) != 1)
			break;
	if (waited == 0) {
		result = try_open(reading, 1);
		if (result == -1 && errno == ENOENT)
			errno = ETIMEDOUT;
	}
	saved = errno;
	monitor_close(&monitor);
	errno = saved;
	return result;
}
