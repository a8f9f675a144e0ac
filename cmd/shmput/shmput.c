/* SPDX-License-Identifier: ISC */
/*
 * shmput - standard input into a shared memory segment.
 *
 * Files are written in place by splice(2) or pwrite(2) and cut to length afterwards, so that no
 * reader ever sees them empty.  Where input that is too long must be refused before a byte is
 * written, or a lock is to be held for the copy alone, the input is first read into memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/number.h"
#include "cli/cli.h"
#include "cli/input.h"
#include "cli/progress.h"
#include "ipc/object.h"
#include "ipc/segment.h"
#include "ipc/semaphore.h"

#define KINDS (OBJECT_NAME | OBJECT_SYSV | OBJECT_FILE)
#define UNLIMITED ((uint64_t)INT64_MAX)
#define PIPE_SIZE (1 << 20)

static const char usage[] = "shmput [-aknrvxz] [-l sem] [-m mode] [-o offset] [-s size] [-w timeout] [--progress] object";
static const char help[] =
	"Write standard input into a shared memory segment, and create it if it does not exist.\n"
	"\n"
	"  -a, --append            write after the end\n"
	"  -k, --keep-size         keep the size, and the bytes after the input, as they are\n"
	"  -l, --lock=SEM          hold the semaphore SEM while the bytes are copied\n"
	"  -m, --mode=MODE         permission bits of a new segment, octal or symbolic (default: 0600)\n"
	"  -n, --nonblock          do not wait for the lock: -w 0\n"
	"  -o, --offset=OFFSET     write at OFFSET, and leave the bytes before it\n"
	"  -r, --replace           replace the object in one step: readers see the old or the new content\n"
	"  -s, --size=SIZE         make the segment SIZE bytes long, with zeros after the input\n"
	"  -v, --verbose           report what was done\n"
	"  -w, --timeout=DURATION  wait at most DURATION for the lock\n"
	"  -x, --exclusive         fail if the segment exists\n"
	"  -z, --c-string          add a NUL to the input\n"
	"      --progress          show bytes and rate on a terminal; given twice: everywhere\n"
	"  -h, --help              print this help\n"
	"  -V, --version           print the version\n"
	"\n"
	"Objects: /NAME  key:N  key:private  id:N  ftok:PATH[:PROJ]  file:PATH; see ipcutils(7).\n";

static const struct option long_options[] = {
	{"append", no_argument, NULL, 'a'},
	{"c-string", no_argument, NULL, 'z'},
	{"exclusive", no_argument, NULL, 'x'},
	{"help", no_argument, NULL, 'h'},
	{"keep-size", no_argument, NULL, 'k'},
	{"lock", required_argument, NULL, 'l'},
	{"mode", required_argument, NULL, 'm'},
	{"nonblock", no_argument, NULL, 'n'},
	{"offset", required_argument, NULL, 'o'},
	{"progress", no_argument, NULL, CLI_PROGRESS},
	{"replace", no_argument, NULL, 'r'},
	{"size", required_argument, NULL, 's'},
	{"timeout", required_argument, NULL, 'w'},
	{"verbose", no_argument, NULL, 'v'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

/* What is to be done, and how far it is. */
struct job {
	struct object object, lock_object;
	int append, exclusive, keep, lock, replace, verbose, c_string, progress_wanted;
	int has_mode, has_offset, has_size, has_timeout;
	mode_t mode;
	uint64_t offset, size;
	int64_t timeout;

	struct segment segment;
	struct semaphore semaphore;
	struct input input; /* in memory, if `in_memory` */
	struct progress progress;
	int in_memory, created;
	uint64_t old_size; /* of what was there */
	uint64_t written;
	int64_t known, room; /* length of the input and space in the file system; -1: not known */
};

/* What the segment is like after a failure. */
static const char *left_as(const struct job *job)
{
	if (job->append && job->written > 0)
		return "what was added is taken back, unless others have added more";
	if (job->created && !job->replace)
		return "nothing was made";
	if (job->replace || job->written == 0)
		return "nothing has changed";
	return job->has_offset ? "a part is overwritten" : "the beginning is overwritten";
}

/* What went wrong with the segment itself, with the limit behind the kernel's word for it. */
static int fail_segment(const struct job *job, int err)
{
	const char *word = job->object.word;
	struct rlimit limit;

	if (err == ENOSPC && job->object.kind & OBJECT_SYSV)
		cli_warn(word, "%s: there are kernel.shmmni segments, or of kernel.shmall pages too few left (sysctl)",
		         strerror(err));
	else if (err == EINVAL && job->object.kind & OBJECT_SYSV)
		cli_warn(word, "%s: a System V segment has from 1 to kernel.shmmax bytes (sysctl)", strerror(err));
	else if (err == ENOSPC && job->room >= 0)
		cli_warn(word, "%s: %lld byte%s free; %s", strerror(err), (long long)job->room,
		         job->room == 1 ? " was" : "s were", left_as(job));
	else if (err == EFBIG && getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
		cli_warn(word, "%s: RLIMIT_FSIZE (ulimit -f) allows %llu byte%s; %s", strerror(err),
		         (unsigned long long)limit.rlim_cur, number_plural(limit.rlim_cur), left_as(job));
	else
		return cli_fail_shared(&job->object, err);
	return CLI_FAILED;
}

/* How many bytes there is place for from where we write; UNLIMITED where the segment grows. */
static uint64_t place(const struct job *job)
{
	uint64_t size = job->has_size ? job->size : job->old_size;

	if (!job->has_size && !job->keep && (!(job->object.kind & OBJECT_SYSV) || job->created))
		return UNLIMITED - job->offset;
	return size > job->offset ? size - job->offset : 0;
}

static int refuse_input(const struct job *job)
{
	cli_warn(job->object.word, "the input is longer than its place in the segment (%llu byte%s); %s",
	         (unsigned long long)place(job), number_plural(place(job)), left_as(job));
	return CLI_FAILED;
}

static int read_input(struct job *job, uint64_t limit)
{
	if (input_read(0, &job->input, limit, &job->progress) == -1)
		return cli_fail("standard input", errno);
	job->in_memory = 1;
	if (!job->c_string)
		return CLI_DONE;
	if (input_reserve(&job->input, 1) == -1)
		return cli_fail("standard input", errno);
	job->input.bytes[job->input.size++] = '\0';
	return CLI_DONE;
}

/* The length of what is left of a regular file; those of /proc say 0 and have more. */
static int64_t input_length(void)
{
	struct stat st;
	off_t at;

	if (fstat(0, &st) == -1 || !S_ISREG(st.st_mode) || st.st_size == 0 || (at = lseek(0, 0, SEEK_CUR)) == -1)
		return -1;
	return at < st.st_size ? st.st_size - at : 0;
}

/* A System V segment is made as large as its input, so that comes first. */
static int make_sysv(struct job *job)
{
	int status;

	job->created = 1;
	if (!job->in_memory && (status = read_input(job, place(job))) != CLI_DONE)
		return status;
	if (job->input.size > place(job))
		return refuse_input(job);
	if (!job->has_size && job->input.size + job->offset == 0) {
		cli_warn(job->object.word, "a System V segment cannot be empty (-s gives it a size)");
		return CLI_FAILED;
	}
	errno = 0;
	if (segment_create(&job->segment, &job->object, SEGMENT_WRITE, job->mode,
	                   job->has_size ? job->size : job->offset + job->input.size) == 0) {
		job->old_size = job->segment.size;
		return CLI_DONE;
	}
	job->created = 0;
	return -1;
}

/* Opens the segment or makes it; whichever it was, it may have become the other since. */
static int open_segment(struct job *job)
{
	enum segment_access access = job->append ? SEGMENT_APPEND : SEGMENT_WRITE;
	int tries, status;

	for (tries = 0; tries < 100; tries++) {
		if (!job->exclusive && job->object.kind != OBJECT_PRIVATE) {
			if (segment_open(&job->segment, &job->object, access) == 0) {
				job->old_size = job->segment.size;
				return CLI_DONE;
			}
			if (errno != ENOENT || job->keep || job->object.kind == OBJECT_ID)
				break;
		}
		if (job->object.kind & OBJECT_SYSV) {
			if ((status = make_sysv(job)) != -1)
				return status;
		} else if (segment_create(&job->segment, &job->object, access, job->mode, 0) == 0) {
			job->created = 1;
			return CLI_DONE;
		}
		if (errno != EEXIST || job->exclusive)
			break;
	}
	return fail_segment(job, errno);
}

/* Makes sure of the room before the first byte is written, where it is known how much it takes. */
static int reserve(struct job *job)
{
	int64_t length = job->in_memory ? (int64_t)job->input.size : job->known;
	uint64_t from = job->has_size ? 0 : job->offset, size = 0;

	if (job->object.kind & OBJECT_SYSV || job->append)
		return CLI_DONE;
	if (job->has_size)
		size = job->size;
	else if (length > 0 && (uint64_t)length <= UNLIMITED - from)
		size = (uint64_t)length;
	/* Some file systems cannot reserve, and some kernels and filters do not let one; there the writing shows. */
	if (segment_reserve(&job->segment, from, size) == 0 || errno == EOPNOTSUPP || errno == ENOSYS || errno == EPERM)
		return CLI_DONE;
	return fail_segment(job, errno);
}

/* From a pipe straight into the file, which copies once; -1 with EINVAL (ENOSYS, EPERM) where that cannot be. */
static ssize_t splice_input(struct job *job, size_t size)
{
	off_t at = (off_t)(job->offset + job->written);

	return splice(0, NULL, job->segment.fd, &at, size, SPLICE_F_MOVE);
}

static int stream(struct job *job)
{
	static char buffer[128 * 1024];
	uint64_t left = place(job);
	int use_splice = !job->append && io_grow_pipe(0, PIPE_SIZE) != -1;

	for (;;) {
		size_t size = sizeof(buffer), done = 0;
		ssize_t got;
		int result = 0;

		if (use_splice && left > PIPE_SIZE) {
			got = splice_input(job, PIPE_SIZE);
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
			result = segment_write(&job->segment, buffer, (size_t)got, job->offset + job->written, &done);
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
		if (status != CLI_DONE || !job->c_string)
			return status;
		if (place(job) <= job->written)
			return refuse_input(job);
		if (segment_write(&job->segment, "", 1, job->offset + job->written, &done) == -1)
			return fail_segment(job, errno);
		job->written++;
		return CLI_DONE;
	}
	status = segment_write(&job->segment, job->input.bytes, job->input.size, job->offset, &done);
	job->written = done;
	return status == -1 ? fail_segment(job, errno) : CLI_DONE;
}

/* How long a file is in the end. */
static uint64_t final_size(const struct job *job)
{
	uint64_t end = job->offset + job->written;

	if (job->has_size)
		return job->size;
	return job->has_offset && end < job->old_size ? job->old_size : end;
}

/* What lies behind the input: cut, zeros, or left as it was. */
static int finish(struct job *job)
{
	uint64_t end = job->offset + job->written;
	uint64_t zeros_to = job->old_size;

	if (job->has_size && zeros_to > job->size)
		zeros_to = job->size;
	if (job->has_size || (job->object.kind & OBJECT_SYSV && !job->keep && !job->has_offset))
		if (!job->created && end < zeros_to && segment_zero(&job->segment, end, zeros_to - end) == -1)
			return fail_segment(job, errno);
	/* Also where it has this size already: room that was reserved behind it is given back so. */
	if (!(job->object.kind & OBJECT_SYSV) && !job->append && !job->keep &&
	    segment_resize(&job->segment, final_size(job)) == -1)
		return fail_segment(job, errno);
	return segment_check_written(&job->segment) == -1 ? fail_segment(job, errno) : CLI_DONE;
}

/* After a failure: a segment that we made goes, and so does what was added to one that was there. */
static void undo(struct job *job)
{
	int64_t size;

	if (job->segment.fd == -1 && job->segment.id == -1)
		return;
	size = segment_size(&job->segment);
	/* What others have appended meanwhile stays, and what is before that, too. */
	if (job->append && size != (int64_t)(job->old_size + job->written))
		return;
	if (job->created)
		segment_remove(&job->segment);
	else if (!(job->object.kind & OBJECT_SYSV) && size >= (int64_t)job->old_size)
		segment_resize(&job->segment, job->old_size);
}

static int check_input(struct job *job)
{
	int status;

	/* Reading what we have just written would never end. */
	if (!job->in_memory && segment_is_file(&job->segment, 0)) {
		cli_warn(job->object.word, "standard input is the segment itself (-r can replace it)");
		return CLI_FAILED;
	}
	if (job->has_size && job->object.kind & OBJECT_SYSV && job->size != job->old_size) {
		cli_warn(job->object.word, "it has %llu byte%s, and the size of a System V segment cannot change",
		         (unsigned long long)job->old_size, number_plural(job->old_size));
		return CLI_FAILED;
	}
	/* Must be refused whole if it is too long, and only memory tells before the writing. */
	if (!job->in_memory && place(job) < UNLIMITED - job->offset &&
	    (job->known == -1 || job->object.kind & OBJECT_SYSV)) {
		status = read_input(job, place(job));
		if (status != CLI_DONE)
			return status;
	}
	if ((job->in_memory && job->input.size > place(job)) ||
	    (!job->in_memory && job->known >= 0 && (uint64_t)job->known + (unsigned)job->c_string > place(job)))
		return refuse_input(job);
	return CLI_DONE;
}

static int write_in_place(struct job *job)
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
		undo(job);
	return status;
}

/* Writes a file that nobody sees yet. */
static int write_replacement(struct job *job)
{
	int status;

	if (segment_begin_replacement(&job->segment, &job->object, job->has_mode ? (int)job->mode : -1) == -1)
		return fail_segment(job, errno);
	job->created = 1;
	job->room = segment_room(&job->segment);
	if ((status = check_input(job)) == CLI_DONE && (status = reserve(job)) == CLI_DONE &&
	    (status = write_input(job)) == CLI_DONE)
		status = finish(job);
	return status;
}

static int publish(struct job *job)
{
	if (interrupt_pending() != 0)
		return CLI_FAILED;
	if (segment_publish(&job->segment, job->exclusive) == 0)
		return CLI_DONE;
	if (errno != EPERM && errno != EACCES)
		return fail_segment(job, errno);
	cli_warn(job->object.word, "%s (in a sticky directory as /dev/shm only its owner can replace it)",
	         strerror(errno));
	return CLI_FAILED;
}

static int take_lock(struct job *job)
{
	struct deadline deadline = deadline_after(job->has_timeout ? job->timeout : -1);

	if (!job->lock || semaphore_take(&job->semaphore, &deadline) == 0)
		return CLI_DONE;
	return cli_fail(job->lock_object.word, errno);
}

/* The order is: all input, the lock, the copy; so that nobody waits for our standard input. */
static int run(struct job *job)
{
	int status = CLI_DONE;

	if (cli_was_closed(0))
		return cli_fail("standard input", EBADF);
	if (job->lock && semaphore_open(&job->semaphore, &job->lock_object) == -1)
		return cli_fail_semaphore(&job->lock_object, errno);
	job->known = input_length();
	progress_start(&job->progress, job->progress_wanted, job->known > 0 ? (uint64_t)job->known : 0);
	if (job->replace)
		status = write_replacement(job);
	else if (job->lock)
		status = read_input(job, UNLIMITED);
	if (status == CLI_DONE)
		status = take_lock(job);
	if (status == CLI_DONE)
		status = job->replace ? publish(job) : write_in_place(job);
	if (job->lock && semaphore_give(&job->semaphore) == -1)
		status = cli_fail(job->lock_object.word, errno);
	progress_end(&job->progress);
	return status;
}

/* Without its id a private segment would be lost. */
static int print_id(struct job *job)
{
	int status = cli_print_id(job->segment.id);

	if (status != CLI_DONE)
		undo(job);
	return status;
}

static void say_done(const struct job *job)
{
	const char *what = job->replace  ? "replaced"
			   : job->created ? "created"
			   : job->append ? "appended" : "overwritten";

	cli_warn(job->object.word, "%llu byte%s written, %s", (unsigned long long)job->written, number_plural(job->written), what);
}

static void parse_options(struct job *job, struct cli_line *line, int argc, char **argv)
{
	int option;

	while ((option = cli_option(line, argc, argv, "ahkl:m:no:rs:vVw:xz", long_options, CLI_NO_COMMAND)) != -1) {
		switch (option) {
		case 'a': job->append = 1; break;
		case 'h': cli_help_exit();
		case 'k': job->keep = 1; break;
		case 'l':
			cli_object_or_exit(&job->lock_object, optarg, SEMAPHORE_KINDS);
			job->lock = 1;
			break;
		case 'm':
			job->mode = cli_mode_or_exit("-m", optarg);
			job->has_mode = 1;
			break;
		case 'n':
			job->timeout = 0;
			job->has_timeout = 1;
			break;
		case 'o':
			job->offset = cli_size_or_exit("-o", optarg);
			job->has_offset = 1;
			break;
		case 'r': job->replace = 1; break;
		case 's':
			job->size = cli_size_or_exit("-s", optarg);
			job->has_size = 1;
			break;
		case 'v': job->verbose = 1; break;
		case 'V': cli_version_exit();
		case 'w':
			job->timeout = cli_duration_or_exit("-w", optarg);
			job->has_timeout = 1;
			break;
		case 'x': job->exclusive = 1; break;
		case 'z': job->c_string = 1; break;
		case CLI_PROGRESS: job->progress_wanted++; break;
		}
	}
}

static void check_options(const struct job *job)
{
	int sysv = (job->object.kind & OBJECT_SYSV) != 0;

	if (job->append && (job->keep || job->has_offset || job->replace || job->has_size))
		cli_usage_exit("-a goes with none of -k, -o, -r, -s");
	if (job->replace && (job->keep || job->has_offset))
		cli_usage_exit("-r goes with neither -k nor -o: the new content is the input alone");
	if (job->keep && job->has_size)
		cli_usage_exit("-k keeps the size and -s changes it");
	if (job->keep && (job->exclusive || job->object.kind == OBJECT_PRIVATE))
		cli_usage_exit("-k keeps the size of a segment, and a new one has none");
	if (sysv && job->append)
		cli_usage_exit("%s: a System V segment cannot grow: -a is for others", job->object.word);
	if (sysv && job->replace)
		cli_usage_exit("%s: a System V segment cannot be replaced: -r is for others", job->object.word);
	if (job->exclusive && job->object.kind == OBJECT_ID)
		cli_usage_exit("%s: an id is given by the kernel: nothing can be made with it", job->object.word);
	if (job->has_timeout && !job->lock)
		cli_usage_exit("-n and -w are for the lock, and there is none without -l");
}

int main(int argc, char **argv)
{
	static struct job job = {.mode = 0600, .known = -1, .room = -1};
	static struct cli_line line;
	int status;

	cli_start(argv, usage, help);
	parse_options(&job, &line, argc, argv);
	if (line.count != 1)
		cli_usage_exit(line.count == 0 ? "which object?" : "one object, not %d", line.count);
	cli_object_or_exit(&job.object, line.operands[0], KINDS);
	check_options(&job);

	job.segment.fd = job.segment.id = -1;
	interrupt_catch();
	status = run(&job);
	if (status == CLI_DONE && job.object.kind == OBJECT_PRIVATE)
		status = print_id(&job);
	if (status == CLI_DONE && job.verbose)
		say_done(&job);
	segment_close(&job.segment);
	semaphore_close(&job.semaphore);
	input_free(&job.input);
	interrupt_die_if_pending();
	return status;
}
