/* SPDX-License-Identifier: ISC */
/*
 * shmcat - shared memory segments to standard output.
 *
 * Bytes come from one of three places: from a file by pread(2), from a System V segment where it is attached, or, under a
 * lock, from a copy in memory that is made while the lock is held.  All of them are printed, dumped in hex or ended at a
 * NUL by one function, put() of copy.c.  --zero-copy passes that by.
 *
 *	shmcat.c    options, main, one object after another
 *	copy.c      the bytes of one object to standard output
 *	follow.c    waiting for an object that is missing or that grows
 *	next.c      --next, the note of the version that was written last
 *	watch.c     --watch, the view that is redrawn
 *	hexdump.c   bytes as hex and text
 *	zerocopy.c  --zero-copy, by splice(2) and vmsplice(2)
 *	job.h       the structures that these files share
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/io.h"
#include "base/number.h"
#include "cli/cli.h"
#include "cli/screen_watch.h"
#include "copy.h"
#include "follow.h"
#include "job.h"
#include "next.h"
#include "watch.h"

#define KINDS (OBJECT_NAME | OBJECT_KEY | OBJECT_ID | OBJECT_FTOK | OBJECT_FILE | OBJECT_MEMFD)
#define DEFAULT_INTERVAL INT64_C(250000000)

enum { OPTION_NEXT = CLI_FIRST_OWN, OPTION_RECOVER, OPTION_WATCH, OPTION_ZERO_COPY };

static const char usage[] = "shmcat [-fuvxz] [-l lock] [-n length] [-o offset] [-w timeout] [--next=file]\n"
			    "              [--recover] [--watch[=interval]] [--zero-copy] [--progress] object ...";
static const char help[] =
	"Write shared memory segments to standard output.\n"
	"\n"
	"  -f, --follow            keep writing as the object grows, until it is removed\n"
	"  -l, --lock=LOCK         hold a semaphore, or the mutex of a C program, while the bytes are copied\n"
	"  -n, --length=LENGTH     write at most LENGTH bytes of each object\n"
	"  -o, --offset=OFFSET     start at OFFSET; a negative one counts from the end\n"
	"  -u, --unlink            remove each object once all of it was written\n"
	"  -v, --verbose           report how many bytes of each object were written\n"
	"  -w, --timeout=DURATION  wait up to DURATION for an object that is missing, and for the lock\n"
	"  -x, --hex               write hex and text\n"
	"  -z, --c-string          stop at the first NUL\n"
	"      --next=FILE         wait for another version than the one that FILE notes\n"
	"      --recover           take a mutex whose holder has died, and mark it consistent\n"
	"      --watch[=INTERVAL]  redraw hex and text on a terminal, with changed bytes marked\n"
	"      --zero-copy         pass pages on without copying them: not a snapshot\n"
	"      --progress          show bytes and rate on a terminal; given twice: everywhere\n"
	"  -h, --help              print this help\n"
	"  -V, --version           print the version\n"
	"\n"
	"Objects: /NAME  key:N  id:N  ftok:PATH[:PROJ]  file:PATH  memfd:PID:FD; see ipcutils(7).\n"
	"Locks: /NAME  key:N  id:N  ftok:PATH[:PROJ]  mutex:SEGMENT@OFFSET\n";

static const struct option long_options[] = {
	{"c-string", no_argument, NULL, 'z'},
	{"follow", no_argument, NULL, 'f'},
	{"help", no_argument, NULL, 'h'},
	{"hex", no_argument, NULL, 'x'},
	{"length", required_argument, NULL, 'n'},
	{"lock", required_argument, NULL, 'l'},
	{"next", required_argument, NULL, OPTION_NEXT},
	{"offset", required_argument, NULL, 'o'},
	{"progress", no_argument, NULL, CLI_PROGRESS},
	{"recover", no_argument, NULL, OPTION_RECOVER},
	{"timeout", required_argument, NULL, 'w'},
	{"unlink", no_argument, NULL, 'u'},
	{"verbose", no_argument, NULL, 'v'},
	{"version", no_argument, NULL, 'V'},
	{"watch", optional_argument, NULL, OPTION_WATCH},
	{"zero-copy", no_argument, NULL, OPTION_ZERO_COPY},
	{NULL, 0, NULL, 0},
};

/* Returns the number of bytes to write, judged by the size that the segment had when it was opened. */
static uint64_t expected(const struct reading *reading)
{
	uint64_t end = reading->segment.size;

	if (end > reading->end)
		end = reading->end;
	return end > reading->at ? end - reading->at : 0;
}

/* Writes the selected range of an open segment, and removes the object if that was asked for. */
static int cat(struct reading *reading)
{
	const struct options *options = reading->job->options;
	uint64_t from;
	int status;

	if (copy_select(reading) == -1)
		return cli_fail(reading->object->word, errno);
	from = reading->at;
	if (!options->zero_copy && (options->follow || expected(reading) > IO_PIPE_NORMAL))
		io_grow_pipe(1, IO_PIPE_SIZE);
	hexdump_start(&reading->hex, from);
	progress_start(&reading->progress, options->progress, options->follow ? 0 : expected(reading));
	status = options->follow ? follow_growth(reading) : copy_bytes(reading);
	if (status == CLI_DONE && options->hex)
		status = copy_end_dump(reading);
	progress_end(&reading->progress);
	if (status == CLI_DONE && (options->remove || options->next != NULL) && cli_check_output() == -1)
		status = copy_fail_output(reading->job);
	if (status == CLI_DONE && options->next != NULL && next_note(reading) == -1) {
		cli_warn(options->next, "%s; the version is not noted", strerror(errno));
		status = CLI_FAILED;
	}
	if (status == CLI_DONE && options->remove && segment_remove(&reading->segment) == -1)
		status = cli_fail(reading->object->word, errno);
	if (status == CLI_DONE && options->verbose)
		cli_warn(reading->object->word, "%llu byte%s%s", (unsigned long long)(reading->at - from),
		         number_plural(reading->at - from), options->remove ? ", removed" : "");
	return status;
}

static int cat_object(struct job *job, const struct object *object)
{
	static struct reading reading;
	int status;

	reading.stopped = 0; /* The other members are set as the object is opened and its range is chosen. */
	reading.job = job;
	reading.object = object;
	if (follow_open(&reading) == -1)
		return cli_fail_shared(object, errno);
	if (job->options->watch)
		return watch_segment(&reading);
	if (segment_is_file(&reading.segment, 1)) {
		cli_warn(object->word, "standard output is the segment itself");
		status = CLI_FAILED;
	} else {
		status = cat(&reading);
	}
	segment_close(&reading.segment);
	return status;
}

static int cat_all(struct job *job, int count, char **words)
{
	const struct options *options = job->options;
	static struct object object;
	int i, status = CLI_DONE;

	if (cli_was_closed(1))
		return cli_fail("standard output", EBADF);
	if (options->has_lock) {
		status = cli_lock_open(&job->lock, &options->lock);
		if (status != CLI_DONE)
			return status;
		job->lock.recover = options->recover;
	}
	if (options->zero_copy && zerocopy_open(&job->zerocopy, 1) == -1)
		return cli_fail("--zero-copy", errno);
	for (i = 0; i < count && !job->broken && interrupt_pending() == 0; i++) {
		int one;

		cli_object_or_exit(&object, words[i], KINDS);
		one = cat_object(job, &object);
		status = i == 0 ? one : cli_merge_status(status, one);
	}
	return status;
}

static void parse_options(struct options *options, struct cli_line *line, int argc, char **argv)
{
	int option;

	while ((option = cli_option(line, argc, argv, "fhl:n:o:uvVw:xz", long_options, CLI_NO_COMMAND)) != -1) {
		switch (option) {
		case 'f': options->follow = 1; break;
		case 'h': cli_help_exit();
		case 'l':
			cli_object_or_exit(&options->lock, optarg, CLI_LOCK_KINDS);
			options->has_lock = 1;
			break;
		case 'n':
			options->length = cli_size_or_exit("-n", optarg);
			options->has_length = 1;
			break;
		case 'o': options->offset = cli_offset_or_exit("-o", optarg, &options->from_end); break;
		case 'u': options->remove = 1; break;
		case 'v': options->verbose = 1; break;
		case 'V': cli_version_exit();
		case 'w':
			options->timeout = cli_duration_or_exit("-w", optarg);
			options->has_timeout = 1;
			break;
		case 'x': options->hex = 1; break;
		case 'z': options->c_string = 1; break;
		case CLI_PROGRESS: options->progress++; break;
		case OPTION_NEXT: options->next = optarg; break;
		case OPTION_RECOVER: options->recover = 1; break;
		case OPTION_WATCH:
			options->watch = 1;
			options->interval = screen_watch_interval_or_exit(optarg, DEFAULT_INTERVAL);
			break;
		case OPTION_ZERO_COPY: options->zero_copy = 1; break;
		}
	}
}

static void check_options(const struct options *options, int objects)
{
	if (options->follow && (options->hex || options->remove || options->zero_copy))
		cli_usage_exit("-f cannot be used with -u, -x or --zero-copy (--watch shows changes in hex)");
	if (options->watch && (options->follow || options->remove || options->c_string || options->zero_copy))
		cli_usage_exit("--watch cannot be used with -f, -u, -z or --zero-copy");
	if (options->zero_copy && (options->has_lock || options->hex || options->c_string))
		cli_usage_exit("--zero-copy cannot be used with -l, -x or -z: it does not look at the bytes");
	if (options->next != NULL && (options->follow || options->remove || options->watch))
		cli_usage_exit("--next cannot be used with -f, -u or --watch");
	if (options->recover && (!options->has_lock || options->lock.kind != OBJECT_MUTEX))
		cli_usage_exit("--recover needs -l with a mutex: no other lock knows that its holder has died");
	if (options->recover && options->watch)
		cli_usage_exit("--watch cannot be used with --recover");
	if (objects > 1 && (options->follow || options->watch || options->next != NULL))
		cli_usage_exit("-f, --next and --watch take one object, not %d", objects);
}

static void check_object(const struct options *options, const struct object *object)
{
	if (options->follow && object->kind & OBJECT_SYSV)
		cli_usage_exit("%s: -f needs an object that can grow, and a System V segment cannot", cli_shown(object->word));
	if (options->next != NULL && !(object->kind & (OBJECT_NAME | OBJECT_FILE)))
		cli_usage_exit("%s: --next needs an object that can be replaced: /NAME or file:PATH", object->word);
	if (options->remove && object->kind == OBJECT_MEMFD)
		cli_usage_exit("%s: -u removes a name, and this object has none", cli_shown(object->word));
}

/* Checks all operands before the first one is used, so that a wrong one changes nothing. */
static void check_operands(const struct options *options, int count, char **words)
{
	struct object object;
	int i;

	for (i = 0; i < count; i++) {
		cli_object_or_exit(&object, words[i], KINDS);
		check_object(options, &object);
	}
}

int main(int argc, char **argv)
{
	static struct options options;
	static struct job job = {.options = &options};
	static struct cli_line line;
	int status;

	cli_start(argv, usage, help);
	parse_options(&options, &line, argc, argv);
	if (line.count == 0)
		cli_usage_exit("the object is missing");
	check_options(&options, line.count);
	check_operands(&options, line.count, line.operands);

	/* Only the lock and the terminal have to be given back: everything else a signal may end at once. */
	if (options.watch)
		interrupt_catch_all();
	else if (options.has_lock)
		interrupt_catch();
	job.deadline = deadline_after(options.has_timeout ? options.timeout : -1);
	status = cat_all(&job, line.count, line.operands);
	cli_lock_close(&job.lock);
	interrupt_die_if_pending();
	return cli_finish(status);
}
