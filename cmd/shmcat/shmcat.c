/* SPDX-License-Identifier: ISC */
/*
 * shmcat - shared memory segments to standard output.
 *
 * Bytes come from one of three places: a file by pread(2), a System V segment as it is attached, or,
 * under a lock, a copy in memory that is made while the lock is held.  They go through put(), which
 * prints, dumps in hex or stops at a NUL.  --zero-copy goes past all that.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/monitor.h"
#include "cli/cli.h"
#include "cli/input.h"
#include "cli/progress.h"
#include "cli/screen.h"
#include "ipc/object.h"
#include "ipc/segment.h"
#include "ipc/semaphore.h"
#include "hexdump.h"
#include "zerocopy.h"

#define KINDS (OBJECT_NAME | OBJECT_KEY | OBJECT_ID | OBJECT_FTOK | OBJECT_FILE | OBJECT_MEMFD)
#define UNLIMITED UINT64_MAX
#define PIECE ((size_t)64 * 1024) /* fits the second level cache, twice */
#define READ_SIZE ((size_t)256 * 1024) /* fewer turns between us and the reader, and still in the second level cache */
#define PIPE_SIZE (1 << 20)
#define DEFAULT_INTERVAL INT64_C(250000000)

enum { OPTION_WATCH = CLI_FIRST_OWN, OPTION_ZERO_COPY };

static const char usage[] = "shmcat [-fuvxz] [-l sem] [-n length] [-o offset] [-w timeout] [--watch[=interval]]\n"
			    "              [--zero-copy] [--progress] object ...";
static const char help[] =
	"Write shared memory segments to standard output.\n"
	"\n"
	"  -f, --follow            go on as the object grows, until it is removed\n"
	"  -l, --lock=SEM          hold a semaphore while the bytes are copied\n"
	"  -n, --length=LENGTH     write at most so many bytes of each\n"
	"  -o, --offset=OFFSET     begin there; a negative one counts from the end\n"
	"  -u, --unlink            remove each once all of it was written\n"
	"  -v, --verbose           say what was done\n"
	"  -w, --timeout=DURATION  wait at most so long for an object that is not there, and for the lock\n"
	"  -x, --hex               write hex and text\n"
	"  -z, --c-string          stop at the first NUL\n"
	"      --watch[=INTERVAL]  redraw hex and text on a terminal, changed bytes marked\n"
	"      --zero-copy         pass pages on instead of copying them: not a snapshot\n"
	"      --progress          show bytes and rate on a terminal; twice: everywhere\n"
	"  -h, --help              show this\n"
	"  -V, --version           show the version\n"
	"\n"
	"Objects: /NAME  key:N  id:N  ftok:PATH[:PROJ]  file:PATH  memfd:PID:FD; see ipcutils(7).\n";

static const struct option long_options[] = {
	{"c-string", no_argument, NULL, 'z'},
	{"follow", no_argument, NULL, 'f'},
	{"help", no_argument, NULL, 'h'},
	{"hex", no_argument, NULL, 'x'},
	{"length", required_argument, NULL, 'n'},
	{"lock", required_argument, NULL, 'l'},
	{"offset", required_argument, NULL, 'o'},
	{"progress", no_argument, NULL, CLI_PROGRESS},
	{"timeout", required_argument, NULL, 'w'},
	{"unlink", no_argument, NULL, 'u'},
	{"verbose", no_argument, NULL, 'v'},
	{"version", no_argument, NULL, 'V'},
	{"watch", optional_argument, NULL, OPTION_WATCH},
	{"zero-copy", no_argument, NULL, OPTION_ZERO_COPY},
	{NULL, 0, NULL, 0},
};

/* What is to be done. */
struct job {
	struct object lock_object;
	struct semaphore semaphore;
	struct deadline deadline;
	struct zerocopy zerocopy;
	int follow, hex, lock, remove, verbose, c_string, watch, zero_copy, progress_wanted;
	int has_length, has_timeout, from_end;
	int broken; /* standard output: what follows could not be written either */
	uint64_t length;
	int64_t offset, timeout, interval;
};

/* One object on its way out. */
struct reading {
	struct job *job;
	const struct object *object;
	struct segment segment;
	struct progress progress;
	struct hexdump hex;
	uint64_t at, end; /* where we are, and where to stop: UNLIMITED is the end of the segment */
	int stopped;      /* at a NUL */
};

static int fail_output(struct job *job)
{
	job->broken = 1;
	return cli_fail("standard output", errno);
}

static int put(struct reading *reading, const char *bytes, size_t size)
{
	static char dump[HEXDUMP_ROOM(PIECE)];

	if (reading->job->c_string) {
		const char *nul = memchr(bytes, '\0', size);

		reading->stopped = nul != NULL;
		if (nul != NULL)
			size = (size_t)(nul - bytes);
	}
	reading->at += size;
	progress_add(&reading->progress, size);
	if (!reading->job->hex)
		return io_write_all(1, bytes, size) == -1 ? fail_output(reading->job) : CLI_DONE;
	while (size > 0) {
		size_t piece = size < PIECE ? size : PIECE;
		char *end = hexdump_add(&reading->hex, dump, (const unsigned char *)bytes, piece);

		if (io_write_all(1, dump, (size_t)(end - dump)) == -1)
			return fail_output(reading->job);
		bytes += piece;
		size -= piece;
	}
	return CLI_DONE;
}

static size_t next_piece(const struct reading *reading, size_t most)
{
	return reading->end - reading->at < most ? (size_t)(reading->end - reading->at) : most;
}

static int copy_file(struct reading *reading)
{
	static char buffer[READ_SIZE];
	int status = CLI_DONE;

	while (status == CLI_DONE && !reading->stopped && reading->at < reading->end) {
		ssize_t got = segment_read(&reading->segment, buffer, next_piece(reading, sizeof(buffer)), reading->at);

		if (got == -1)
			return cli_fail(reading->object->word, errno);
		if (got == 0)
			break;
		status = put(reading, buffer, (size_t)got);
	}
	return status;
}

static int copy_sysv(struct reading *reading)
{
	int status = CLI_DONE;

	while (status == CLI_DONE && !reading->stopped && reading->at < reading->end) {
		size_t size = next_piece(reading, SIZE_MAX);
		const char *window = segment_window(&reading->segment, reading->at, &size);

		if (size == 0)
			break;
		status = put(reading, window, size);
		segment_leave(window, size);
	}
	return status;
}

/* Under the lock into memory, and only without it to a standard output that may be slow. */
static int copy_locked(struct reading *reading)
{
	struct input kept = {NULL, 0, 0};
	uint64_t at = reading->at;
	int status = CLI_DONE;
	ssize_t got;

	if (semaphore_take(&reading->job->semaphore, &reading->job->deadline) == -1)
		return cli_fail(reading->job->lock_object.word, errno);
	while (at < reading->end) {
		size_t piece = reading->end - at < PIPE_SIZE ? (size_t)(reading->end - at) : PIPE_SIZE;

		errno = EINTR;
		if (interrupt_pending() != 0 || input_reserve(&kept, piece) == -1 ||
		    (got = segment_read(&reading->segment, kept.bytes + kept.size, piece, at)) == -1) {
			status = cli_fail(reading->object->word, errno);
			break;
		}
		if (got == 0)
			break;
		kept.size += (size_t)got;
		at += (size_t)got;
	}
	if (semaphore_give(&reading->job->semaphore) == -1)
		status = cli_fail(reading->job->lock_object.word, errno);
	if (status == CLI_DONE && kept.size > 0)
		status = put(reading, kept.bytes, kept.size);
	input_free(&kept);
	return status;
}

/* All but the last pipe-full, which is copied: see zerocopy.h. */
static int send_pages(struct reading *reading)
{
	for (;;) {
		int64_t size = segment_size(&reading->segment), sent;
		uint64_t end = reading->end, tail = reading->job->zerocopy.tail;
		int writing;

		if (size == -1)
			return cli_fail(reading->object->word, errno);
		if (end > (uint64_t)size)
			end = (uint64_t)size;
		if (end <= reading->at || end - reading->at <= tail)
			return CLI_DONE;
		sent = zerocopy_send(&reading->job->zerocopy, &reading->segment, reading->at, end - reading->at - tail,
		                     &writing);
		if (sent == 0 || (sent == -1 && errno == EINVAL))
			return CLI_DONE;
		if (sent == -1)
			return writing ? fail_output(reading->job) : cli_fail(reading->object->word, errno);
		reading->at += (uint64_t)sent;
		progress_add(&reading->progress, (uint64_t)sent);
	}
}

/* From where we are to the end that the segment has now. */
static int copy(struct reading *reading)
{
	int status = CLI_DONE;

	if (reading->job->lock)
		return copy_locked(reading);
	if (reading->job->zero_copy)
		status = send_pages(reading);
	if (status != CLI_DONE)
		return status;
	return reading->segment.fd == -1 ? copy_sysv(reading) : copy_file(reading);
}

/* Whether the object that we follow has no name any more, or had none and its process is gone; -1 with errno. */
static int is_over(const struct reading *reading, const struct monitor *monitor)
{
	struct stat st;

	if (reading->object->kind == OBJECT_MEMFD)
		return monitor_process_ended(monitor);
	return fstat(reading->segment.fd, &st) == -1 ? -1 : st.st_nlink == 0;
}

static int follow(struct reading *reading)
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

		/* Asked before the copy: what came before the end is then copied, too. */
		over = size == -1 ? -1 : is_over(reading, &monitor);
		if (over == -1) {
			status = cli_fail(reading->object->word, errno);
			break;
		}
		if (size < size_before && (uint64_t)size < reading->at) {
			cli_warn(reading->object->word, "cut to %lld bytes", (long long)size);
			reading->at = (uint64_t)size;
		}
		size_before = size;
		status = copy(reading);
		if (status != CLI_DONE || reading->stopped || reading->at >= reading->end || over)
			break;
		if (monitor_wait(&monitor, &never) == -1) {
			/* With nothing to write, no write(2) would tell us. */
			if (errno == EPIPE)
				raise(SIGPIPE);
			status = fail_output(reading->job);
			break;
		}
	}
	monitor_close(&monitor);
	return status;
}

/* What of the segment is asked for: 0, or -1 with errno where its end is not known. */
static int select_range(struct reading *reading)
{
	const struct job *job = reading->job;
	int64_t size = segment_size(&reading->segment);

	if (job->from_end && size == -1)
		return -1;
	reading->at = (uint64_t)job->offset;
	if (job->from_end)
		reading->at = size + job->offset > 0 ? (uint64_t)(size + job->offset) : 0;
	reading->end = UNLIMITED;
	/* Neither is more than INT64_MAX. */
	if (job->has_length)
		reading->end = reading->at + job->length;
	return 0;
}

static uint64_t expected(const struct reading *reading)
{
	int64_t size = segment_size(&reading->segment);
	uint64_t end = size > 0 ? (uint64_t)size : 0;

	if (end > reading->end)
		end = reading->end;
	return end > reading->at ? end - reading->at : 0;
}

static int end_dump(struct reading *reading)
{
	char last[HEXDUMP_ROOM(0)];
	char *end = hexdump_end(&reading->hex, last);

	return io_write_all(1, last, (size_t)(end - last)) == -1 ? fail_output(reading->job) : CLI_DONE;
}

/* Copies what was asked for of an open segment, and removes the object if that was, too. */
static int cat(struct reading *reading)
{
	struct job *job = reading->job;
	uint64_t from;
	int status;

	if (select_range(reading) == -1)
		return cli_fail(reading->object->word, errno);
	from = reading->at;
	hexdump_start(&reading->hex, from);
	progress_start(&reading->progress, job->progress_wanted, job->follow ? 0 : expected(reading));
	status = job->follow ? follow(reading) : copy(reading);
	if (status == CLI_DONE && job->hex)
		status = end_dump(reading);
	progress_end(&reading->progress);
	if (status == CLI_DONE && job->remove && cli_check_output() == -1)
		status = fail_output(job);
	if (status == CLI_DONE && job->remove && segment_remove(&reading->segment) == -1)
		status = cli_fail(reading->object->word, errno);
	if (status == CLI_DONE && job->verbose)
		cli_warn(reading->object->word, "%llu bytes%s", (unsigned long long)(reading->at - from),
		         job->remove ? ", removed" : "");
	return status;
}

/* The directory in which the name of an object would appear; NULL where nothing tells of it. */
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

/* A program that makes a segment makes it empty and gives it a size then: it is not there before that. */
static int try_open(struct reading *reading, int last)
{
	if (segment_open(&reading->segment, reading->object, SEGMENT_READ) == -1)
		return -1;
	if (last || reading->segment.size > 0)
		return 0;
	segment_close(&reading->segment);
	errno = ENOENT;
	return -1;
}

static int open_object(struct reading *reading)
{
	char buffer[PATH_MAX];
	const char *directory = directory_of(reading->object, buffer);
	struct monitor monitor;
	int result, saved, waited = 1;

	if (!reading->job->has_timeout)
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

/* What the screen shows, and what it showed before. */
struct view {
	unsigned char *now, *before;
	size_t size, size_before, room; /* bytes */
	uint64_t at, at_before, total, total_before;
	int drawn;
};

/* Room for what `rows` rows show. */
static int resize_view(struct view *view, unsigned rows)
{
	size_t room = (size_t)(rows > 2 ? rows - 2 : 1) * HEXDUMP_ROW;
	unsigned char *now, *before;

	if (room == view->room)
		return 0;
	now = realloc(view->now, room);
	if (now != NULL)
		view->now = now;
	before = realloc(view->before, room);
	if (before != NULL)
		view->before = before;
	if (now == NULL || before == NULL)
		return -1;
	view->room = room;
	view->size_before = 0;
	view->drawn = 0;
	return 0;
}

/* Fills the view from the object that bears the name at this moment, and lets go of it. */
static int look(struct reading *reading, struct view *view)
{
	ssize_t got;
	int status = CLI_DONE;

	if (reading->job->lock && semaphore_take(&reading->job->semaphore, &reading->job->deadline) == -1)
		return cli_fail(reading->job->lock_object.word, errno);
	select_range(reading);
	view->at = reading->at;
	view->total = (uint64_t)segment_size(&reading->segment);
	view->size = 0;
	while (view->size < next_piece(reading, view->room)) {
		got = segment_read(&reading->segment, view->now + view->size, next_piece(reading, view->room) - view->size,
		                   view->at + view->size);
		if (got == -1)
			status = cli_fail(reading->object->word, errno);
		if (got <= 0)
			break;
		view->size += (size_t)got;
	}
	if (semaphore_give(&reading->job->semaphore) == -1)
		status = cli_fail(reading->job->lock_object.word, errno);
	segment_close(&reading->segment);
	return status;
}

static int has_changed(const struct view *view)
{
	return !view->drawn || view->at != view->at_before || view->size != view->size_before ||
	       view->total != view->total_before || memcmp(view->now, view->before, view->size) != 0;
}

/* Which bytes of the row at `i` are others than before. */
static unsigned marks(const struct view *view, size_t i, size_t size)
{
	unsigned marked = 0;
	size_t k;

	if (!view->drawn || view->at != view->at_before)
		return 0;
	for (k = 0; k < size; k++)
		if (i + k >= view->size_before || view->now[i + k] != view->before[i + k])
			marked |= 1U << k;
	return marked;
}

static int draw(const struct reading *reading, struct view *view)
{
	size_t i, room = (view->room / HEXDUMP_ROW + 1) * HEXDUMP_ROW_ROOM + 4 * strlen(reading->object->word) + 128;
	char *text = malloc(room), *end = text, *swap;
	time_t now = time(NULL);
	int result;

	if (text == NULL)
		return cli_fail("--watch", errno);
	end += cli_show_name(end, reading->object->word);
	end += snprintf(end, room - (size_t)(end - text), "  %llu bytes  ", (unsigned long long)view->total);
	end += strftime(end, room - (size_t)(end - text), "%F %T\n\n", localtime(&now));
	for (i = 0; i < view->size; i += HEXDUMP_ROW) {
		size_t size = view->size - i < HEXDUMP_ROW ? view->size - i : HEXDUMP_ROW;

		end = hexdump_row(end, view->at + i, view->now + i, size, marks(view, i, size));
		*end++ = '\n';
	}
	result = screen_draw(text, (size_t)(end - text));
	free(text);
	swap = (char *)view->before;
	view->before = view->now;
	view->now = (unsigned char *)swap;
	view->size_before = view->size;
	view->at_before = view->at;
	view->total_before = view->total;
	view->drawn = 1;
	return result == -1 ? fail_output(reading->job) : CLI_DONE;
}

/* Redraws until a signal comes or the object goes; a replaced one is a change like others. */
static int watch(struct reading *reading)
{
	const struct timespec interval = {.tv_sec = (time_t)(reading->job->interval / 1000000000),
	                                  .tv_nsec = (long)(reading->job->interval % 1000000000)};
	struct view view = {NULL, NULL, 0, 0, 0, 0, 0, 0, 0, 0};
	int status = CLI_DONE, gone = 0;

	if (screen_open() == -1) {
		cli_warn(NULL, "--watch draws on a terminal, and standard output is none that can");
		segment_close(&reading->segment);
		return CLI_FAILED;
	}
	while (status == CLI_DONE) {
		if (resize_view(&view, screen_rows()) == -1)
			status = cli_fail("--watch", errno);
		if (status == CLI_DONE)
			status = look(reading, &view);
		if (status == CLI_DONE && has_changed(&view))
			status = draw(reading, &view);
		if (status != CLI_DONE || interrupt_pending() != 0)
			break;
		clock_nanosleep(CLOCK_MONOTONIC, 0, &interval, NULL);
		if (interrupt_pending() != 0 || (gone = segment_open(&reading->segment, reading->object, SEGMENT_READ)) == -1)
			break;
	}
	screen_close();
	if (gone == -1)
		status = cli_fail(reading->object->word, errno == ENOENT ? EIDRM : errno);
	free(view.now);
	free(view.before);
	return status;
}

static int cat_object(struct job *job, const struct object *object)
{
	static struct reading reading;
	int status;

	memset(&reading, 0, sizeof(reading));
	reading.job = job;
	reading.object = object;
	if (open_object(&reading) == -1)
		return cli_fail_shared(object, errno);
	if (job->watch)
		return watch(&reading);
	if (segment_is_file(&reading.segment, 1)) {
		cli_warn(object->word, "standard output is the segment itself");
		status = CLI_FAILED;
	} else {
		status = cat(&reading);
	}
	segment_close(&reading.segment);
	return status;
}

static void parse_options(struct job *job, int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, "fhl:n:o:uvVw:xz", long_options, NULL)) != -1) {
		switch (option) {
		case 'f': job->follow = 1; break;
		case 'h': cli_help_exit();
		case 'l':
			cli_object_or_exit(&job->lock_object, optarg, SEMAPHORE_KINDS);
			job->lock = 1;
			break;
		case 'n':
			job->length = cli_size_or_exit("-n", optarg);
			job->has_length = 1;
			break;
		case 'o': job->offset = cli_offset_or_exit("-o", optarg, &job->from_end); break;
		case 'u': job->remove = 1; break;
		case 'v': job->verbose = 1; break;
		case 'V': cli_version_exit();
		case 'w':
			job->timeout = cli_duration_or_exit("-w", optarg);
			job->has_timeout = 1;
			break;
		case 'x': job->hex = 1; break;
		case 'z': job->c_string = 1; break;
		case CLI_PROGRESS: job->progress_wanted++; break;
		case OPTION_WATCH:
			job->watch = 1;
			if (optarg != NULL)
				job->interval = cli_duration_or_exit("--watch", optarg);
			if (job->interval == 0)
				cli_usage_exit("--watch: an interval of 0 would not leave the processor to anybody else");
			break;
		case OPTION_ZERO_COPY: job->zero_copy = 1; break;
		default: cli_option_exit();
		}
	}
}

static void check_options(const struct job *job, int objects)
{
	if (job->follow && (job->hex || job->remove || job->zero_copy))
		cli_usage_exit("-f goes with none of -u, -x, --zero-copy (--watch shows changes in hex)");
	if (job->watch && (job->follow || job->remove || job->c_string || job->zero_copy))
		cli_usage_exit("--watch goes with none of -f, -u, -z, --zero-copy");
	if (job->zero_copy && (job->lock || job->hex || job->c_string))
		cli_usage_exit("--zero-copy goes with none of -l, -x, -z: it does not look at the bytes");
	if (objects > 1 && (job->follow || job->watch))
		cli_usage_exit("one object can be followed or watched, not %d", objects);
}

static void check_object(const struct job *job, const struct object *object)
{
	if (job->follow && object->kind & OBJECT_SYSV)
		cli_usage_exit("%s: a System V segment cannot grow: there is nothing to follow", object->word);
	if (job->remove && object->kind == OBJECT_MEMFD)
		cli_usage_exit("%s: what has no name cannot be removed", object->word);
}

/* All names are right before the first one is used. */
static struct object *parse_objects(const struct job *job, int count, char **words)
{
	struct object *objects = calloc((size_t)count, sizeof(*objects));
	int i;

	if (objects == NULL)
		exit(cli_fail("operands", errno));
	for (i = 0; i < count; i++) {
		cli_object_or_exit(&objects[i], words[i], KINDS);
		check_object(job, &objects[i]);
	}
	return objects;
}

static int cat_all(struct job *job, const struct object *objects, int count)
{
	int i, status = CLI_DONE;

	if (cli_was_closed(1))
		return cli_fail("standard output", EBADF);
	if (job->lock && semaphore_open(&job->semaphore, &job->lock_object) == -1)
		return cli_fail_semaphore(&job->lock_object, errno);
	if (job->zero_copy && zerocopy_open(&job->zerocopy, 1) == -1)
		return cli_fail("--zero-copy", errno);
	for (i = 0; i < count && !job->broken && interrupt_pending() == 0; i++) {
		int one = cat_object(job, &objects[i]);

		status = i == 0 ? one : cli_merge_status(status, one);
	}
	return status;
}

int main(int argc, char **argv)
{
	static struct job job = {.interval = DEFAULT_INTERVAL};
	struct object *objects;
	int status;

	cli_start(argv, usage, help);
	parse_options(&job, argc, argv);
	if (argc == optind)
		cli_usage_exit("which object?");
	check_options(&job, argc - optind);
	objects = parse_objects(&job, argc - optind, argv + optind);

	/* Only a lock and a screen must be given back; in all else a signal may end us as it is. */
	if (job.lock || job.watch)
		interrupt_catch();
	job.deadline = deadline_after(job.has_timeout ? job.timeout : -1);
	if (!job.zero_copy)
		io_grow_pipe(1, PIPE_SIZE);
	status = cat_all(&job, objects, argc - optind);
	semaphore_close(&job.semaphore);
	free(objects);
	interrupt_die_if_pending();
	return cli_finish(status);
}
