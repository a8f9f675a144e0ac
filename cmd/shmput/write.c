/* SPDX-License-Identifier: ISC */
#include "write.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/io.h"
#include "base/number.h"
#include "cli/cli.h"

/* Returns what a message says about the state of the segment after a failure. */
static const char *left_as(const struct job *job)
{
	if (job->options->append && job->written > 0)
		return "the bytes that were added are removed again, unless others have added more";
	if (job->created && !job->options->replace)
		return "nothing was created";
	if (job->options->replace || job->written == 0)
		return "nothing has changed";
	return job->options->has_offset ? "a part is overwritten" : "the beginning is overwritten";
}

/* Reports that a call on the segment failed, with the limit that the errno stands for. */
static int fail_segment(const struct job *job, int err)
{
	const char *word = job->options->object.word;
	struct rlimit limit;

	if (err == ENOSPC && job->options->object.kind & OBJECT_SYSV)
		cli_warn(word, "%s: kernel.shmmni segments exist, or kernel.shmall leaves too few pages (sysctl)",
		         strerror(err));
	else if (err == EINVAL && job->options->object.kind & OBJECT_SYSV)
		cli_warn(word, "%s: the size of a System V segment is from 1 to kernel.shmmax bytes (sysctl)", strerror(err));
	else if (err == ENOSPC && job->room >= 0)
		cli_warn(word, "%s: %lld byte%s free; %s", strerror(err), (long long)job->room,
		         job->room == 1 ? " was" : "s were", left_as(job));
	else if (err == EFBIG && getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
		cli_warn(word, "%s: RLIMIT_FSIZE (ulimit -f) allows %llu byte%s; %s", strerror(err),
		         (unsigned long long)limit.rlim_cur, number_plural(limit.rlim_cur), left_as(job));
	else
		return cli_fail_shared(&job->options->object, err);
	return CLI_FAILED;
}

/* Returns how many bytes the input may have; UNLIMITED, less the offset, if the segment grows. */
static uint64_t place(const struct job *job)
{
	uint64_t size = job->options->has_size ? job->options->size : job->old_size;

	if (!job->options->has_size && !job->options->keep && (!(job->options->object.kind & OBJECT_SYSV) || job->created))
		return UNLIMITED - job->options->offset;
	return size > job->options->offset ? size - job->options->offset : 0;
}

static int refuse_input(const struct job *job)
{
	cli_warn(job->options->object.word, "the input is longer than its place in the segment (%llu byte%s); %s",
	         (unsigned long long)place(job), number_plural(place(job)), left_as(job));
	return CLI_FAILED;
}

int write_read_input(struct job *job, uint64_t limit)
{
	if (input_read(0, &job->input, limit, &job->progress) == -1)
		return cli_fail("standard input", errno);
	job->in_memory = 1;
	if (!job->options->c_string)
		return CLI_DONE;
	if (input_reserve(&job->input, 1) == -1)
		return cli_fail("standard input", errno);
	job->input.bytes[job->input.size++] = '\0';
	return CLI_DONE;
}

/* A regular file of /proc has the size 0, whatever can be read from it. */
int64_t write_input_length(void)
{
	struct stat st;
	off_t at;

	if (fstat(0, &st) == -1 || !S_ISREG(st.st_mode) || st.st_size == 0 || (at = lseek(0, 0, SEEK_CUR)) == -1)
		return -1;
	return at < st.st_size ? st.st_size - at : 0;
}

/* Reads the input first, because a System V segment is created as large as that.  -1 with errno if it cannot be created. */
static int make_sysv(struct job *job)
{
	int status;

	job->created = 1;
	if (!job->in_memory && (status = write_read_input(job, place(job))) != CLI_DONE)
		return status;
	if (job->input.size > place(job))
		return refuse_input(job);
	if (!job->options->has_size && job->input.size + job->options->offset == 0) {
		cli_warn(job->options->object.word, "a System V segment cannot be empty (-s gives it a size)");
		return CLI_FAILED;
	}
	errno = 0;
	if (segment_create(&job->segment, &job->options->object, SEGMENT_WRITE, job->options->mode,
	                   job->options->has_size ? job->options->size : job->options->offset + job->input.size) == 0) {
		job->old_size = job->segment.size;
		return CLI_DONE;
	}
	job->created = 0;
	return -1;
}

/* Opens the segment or creates it; another process may create or remove it in between. */
static int open_segment(struct job *job)
{
	enum segment_access access = job->options->append ? SEGMENT_APPEND : SEGMENT_WRITE;
	int tries, status;

	for (tries = 0; tries < 100; tries++) {
		if (!job->options->exclusive && job->options->object.kind != OBJECT_PRIVATE) {
			if (segment_open(&job->segment, &job->options->object, access) == 0) {
				job->old_size = job->segment.size;
				return CLI_DONE;
			}
			if (errno != ENOENT || job->options->keep || job->options->object.kind == OBJECT_ID)
				break;
		}
		if (job->options->object.kind & OBJECT_SYSV) {
			if ((status = make_sysv(job)) != -1)
				return status;
		} else if (segment_create(&job->segment, &job->options->object, access, job->options->mode, 0) == 0) {
			job->created = 1;
			return CLI_DONE;
		}
		if (errno != EEXIST || job->options->exclusive)
			break;
	}
	return fail_segment(job, errno);
}

/* Reserves the room before the first byte is written, if the length of the input is known. */
static int reserve(struct job *job)
{
	int64_t length = job->in_memory ? (int64_t)job->input.size : job->known;
	uint64_t from = job->options->has_size ? 0 : job->options->offset, size = 0;

	if (job->options->object.kind & OBJECT_SYSV || job->options->append)
		return CLI_DONE;
	if (job->options->has_size)
		size = job->options->size;
	else if (length > 0 && (uint64_t)length <= UNLIMITED - from)
		size = (uint64_t)length;
	/* Some file systems, kernels and filters cannot reserve: then the writing shows whether there is room. */
	if (segment_reserve(&job->segment, from, size) == 0 || errno == EOPNOTSUPP || errno == ENOSYS || errno == EPERM)
		return CLI_DONE;
	return fail_segment(job, errno);
}

/* Moves bytes from a pipe into the file with one copy.  -1 with EINVAL, ENOSYS or EPERM if that is not possible. */
static ssize_t splice_input(struct job *job, size_t size)
{
	off_t at = (off_t)(job->options->offset + job->written);

	return splice(0, NULL, job->segment.fd, &at, size, SPLICE_F_MOVE);
}

static int stream(struct job *job)
{
	static char buffer[128 * 1024];
	uint64_t left = place(job);
	int use_splice = !job->options->append && io_grow_pipe(0, IO_PIPE_SIZE) != -1;

	for (;;) {
		size_t size = sizeof(buffer), done = 0;
		ssize_t got;
		int result = 0;

		if (use_splice && left > IO_PIPE_SIZE) {
			got = splice_input(job, IO_PIPE_SIZE);
			if (got == -1 && (errno == EINVAL || errno == ENOSYS || errno == EPERM)) {
				use_splice = 0;
				continue;
			}
			if (got == -1 && errno != EINTR && errno != EAGAIN)
				return fail_segment(job, errno);
			if (got == -1 && io_wait_ready(0, POLLIN) == -1)
				return cli_fail("standard input", errno);
			if (got == -1)
				continue;
			done = (size_t)got;
		} else {
			got = io_read(0, buffer, size);
			if (got == -1)
				return cli_fail("standard input", errno);
			if ((uint64_t)got > left)
				return refuse_input(job);
			result = segment_write(&job->segment, buffer, (size_t)got, job->options->offset + job->written, &done);
		}
		job->written += done;
		left -= done;
		progress_add(&job->progress, done);
		if (result == -1)
			return fail_segment(job, errno);
		if (got == 0)
			return CLI_DONE;
	}
}

static int write_input(struct job *job)
{
	size_t done;
	int status;

	if (!job->in_memory) {
		status = stream(job);
		if (status != CLI_DONE || !job->options->c_string)
			return status;
		if (place(job) <= job->written)
			return refuse_input(job);
		if (segment_write(&job->segment, "", 1, job->options->offset + job->written, &done) == -1)
			return fail_segment(job, errno);
		job->written++;
		return CLI_DONE;
	}
	status = segment_write(&job->segment, job->input.bytes, job->input.size, job->options->offset, &done);
	job->written = done;
	return status == -1 ? fail_segment(job, errno) : CLI_DONE;
}

/* Returns the size of the file after everything is written. */
static uint64_t final_size(const struct job *job)
{
	uint64_t end = job->options->offset + job->written;

	if (job->options->has_size)
		return job->options->size;
	return job->options->has_offset && end < job->old_size ? job->old_size : end;
}

/* Truncates what follows the input, overwrites it with zeros, or leaves it. */
static int finish(struct job *job)
{
	uint64_t end = job->options->offset + job->written;
	uint64_t zeros_to = job->old_size;

	if (job->options->has_size && zeros_to > job->options->size)
		zeros_to = job->options->size;
	if (job->options->has_size || (job->options->object.kind & OBJECT_SYSV && !job->options->keep && !job->options->has_offset))
		if (!job->created && end < zeros_to && segment_zero(&job->segment, end, zeros_to - end) == -1)
			return fail_segment(job, errno);
	/* Also if it has this size already: that frees the room that was reserved after the end. */
	if (!(job->options->object.kind & OBJECT_SYSV) && !job->options->append && !job->options->keep &&
	    segment_resize(&job->segment, final_size(job)) == -1)
		return fail_segment(job, errno);
	return segment_check_written(&job->segment) == -1 ? fail_segment(job, errno) : CLI_DONE;
}

void write_undo(struct job *job)
{
	int64_t size;

	if (job->segment.fd == -1 && job->segment.id == -1)
		return;
	size = segment_size(&job->segment);
	/* Bytes that others have appended meanwhile stay, and so does everything before them. */
	if (job->options->append && size != (int64_t)(job->old_size + job->written))
		return;
	if (job->created)
		segment_remove(&job->segment);
	else if (!(job->options->object.kind & OBJECT_SYSV) && size >= (int64_t)job->old_size)
		segment_resize(&job->segment, job->old_size);
}

/* Refuses to overwrite or truncate the mutex that is the lock, or to replace the segment that it lies in. */
static int check_lock(const struct job *job)
{
	const struct options *options = job->options;
	uint64_t size = UINT64_MAX - options->offset;
	static struct segment old;
	int is_in;

	if (!options->has_lock || options->lock.kind != OBJECT_MUTEX || options->append)
		return CLI_DONE;
	if (options->replace) {
		is_in = segment_open(&old, &options->object, SEGMENT_READ) == 0 && mutex_is_in(&job->lock.mutex, &old, 0, size);
		segment_close(&old);
		if (is_in)
			cli_warn(options->object.word, "-r would replace the mutex of -l as well, which is in this segment");
		return is_in ? CLI_FAILED : CLI_DONE;
	}
	if (options->keep || (options->has_offset && !options->has_size))
		size = job->input.size;
	if (!mutex_is_in(&job->lock.mutex, &job->segment, options->offset, size))
		return CLI_DONE;
	cli_warn(options->object.word, "this would overwrite or cut off the mutex of -l (-o and -k write to a part of the segment); nothing has changed");
	return CLI_FAILED;
}

static int check_input(struct job *job)
{
	int status;

	status = check_lock(job);
	if (status != CLI_DONE)
		return status;
	/* It would read what it has just written, for ever. */
	if (!job->in_memory && segment_is_file(&job->segment, 0)) {
		cli_warn(job->options->object.word, "standard input is the segment itself (-r can replace it)");
		return CLI_FAILED;
	}
	if (job->options->has_size && job->options->object.kind & OBJECT_SYSV && job->options->size != job->old_size) {
		cli_warn(job->options->object.word, "it has %llu byte%s, and the size of a System V segment cannot change",
		         (unsigned long long)job->old_size, number_plural(job->old_size));
		return CLI_FAILED;
	}
	/* Input that is too long must be refused before the first byte is written, so it is read into memory first. */
	if (!job->in_memory && place(job) < UNLIMITED - job->options->offset &&
	    (job->known == -1 || job->options->object.kind & OBJECT_SYSV)) {
		status = write_read_input(job, place(job));
		if (status != CLI_DONE)
			return status;
	}
	if ((job->in_memory && job->input.size > place(job)) ||
	    (!job->in_memory && job->known >= 0 && (uint64_t)job->known + (unsigned)job->options->c_string > place(job)))
		return refuse_input(job);
	return CLI_DONE;
}

int write_in_place(struct job *job)
{
	int status = open_segment(job);

	if (status != CLI_DONE)
		return status;
	job->room = segment_room(&job->segment);
	if ((status = check_input(job)) == CLI_DONE && (status = reserve(job)) == CLI_DONE &&
	    (status = write_input(job)) == CLI_DONE)
		status = finish(job);
	if (status == CLI_DONE && interrupt_pending() != 0)
		status = CLI_FAILED;
	if (status != CLI_DONE)
		write_undo(job);
	return status;
}

int write_replacement(struct job *job)
{
	int status;

	if (segment_begin_replacement(&job->segment, &job->options->object, job->options->has_mode ? (int)job->options->mode : -1) == -1)
		return fail_segment(job, errno);
	job->created = 1;
	job->room = segment_room(&job->segment);
	if ((status = check_input(job)) == CLI_DONE && (status = reserve(job)) == CLI_DONE &&
	    (status = write_input(job)) == CLI_DONE)
		status = finish(job);
	return status;
}

int write_publish(struct job *job)
{
	if (interrupt_pending() != 0)
		return CLI_FAILED;
	if (segment_publish(&job->segment, job->options->exclusive) == 0)
		return CLI_DONE;
	if (errno != EPERM && errno != EACCES)
		return fail_segment(job, errno);
	cli_warn(job->options->object.word, "%s (in a sticky directory such as /dev/shm only the owner can replace it)",
	         strerror(errno));
	return CLI_FAILED;
}
