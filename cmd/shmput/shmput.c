/* SPDX-License-Identifier: ISC */
/*
 * shmput - standard input into a shared memory segment.
 *
 * A file is written in place by splice(2) or pwrite(2) and truncated afterwards, so that no reader ever sees it empty.  If
 * input that is too long must be refused before a byte is written, or a lock must be held for the copy alone, the input is
 * first read into memory.
 *
 *	shmput.c  options, main; the order of input, lock and copy
 *	write.c   the input into the segment, and what is undone after a failure
 *	job.h     the structures that these files share
 */
#include <errno.h>

#include "base/deadline.h"
#include "base/interrupt.h"
#include "base/number.h"
#include "cli/cli.h"
#include "job.h"
#include "write.h"

#define KINDS (OBJECT_NAME | OBJECT_SYSV | OBJECT_FILE)

enum { OPTION_RECOVER = CLI_FIRST_OWN };

static const char usage[] = "shmput [-aknrvxz] [-l lock] [-m mode] [-o offset] [-s size] [-w timeout]\n"
                            "              [--recover] [--progress] object";
static const char help[] =
	"Write standard input into a shared memory segment, and create it if it does not exist.\n"
	"\n"
	"  -a, --append            write after the end\n"
	"  -k, --keep-size         keep the size, and the bytes after the input, as they are\n"
	"  -l, --lock=LOCK         hold a semaphore, or the mutex of a C program, while the bytes are copied\n"
	"  -m, --mode=MODE         permission bits of a new segment, octal or symbolic (default: 0600)\n"
	"  -n, --nonblock          do not wait for the lock: -w 0\n"
	"  -o, --offset=OFFSET     write at OFFSET, and keep the other bytes\n"
	"  -r, --replace           replace the object in one step: readers see the old or the new content\n"
	"  -s, --size=SIZE         make the segment SIZE bytes long, with zeros after the input\n"
	"  -v, --verbose           report what was done\n"
	"  -w, --timeout=DURATION  wait at most DURATION for the lock\n"
	"  -x, --exclusive         fail if the segment exists\n"
	"  -z, --c-string          add a NUL to the input\n"
	"      --recover           take a mutex whose holder has died, and mark it consistent at the end\n"
	"      --progress          show bytes and rate on a terminal; given twice: everywhere\n"
	"  -h, --help              print this help\n"
	"  -V, --version           print the version\n"
	"\n"
	"Objects: /NAME  key:N  key:private  id:N  ftok:PATH[:PROJ]  file:PATH; see ipcutils(7).\n"
	"Locks: /NAME  key:N  id:N  ftok:PATH[:PROJ]  mutex:SEGMENT@OFFSET\n";

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
	{"recover", no_argument, NULL, OPTION_RECOVER},
	{"replace", no_argument, NULL, 'r'},
	{"size", required_argument, NULL, 's'},
	{"timeout", required_argument, NULL, 'w'},
	{"verbose", no_argument, NULL, 'v'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static int take_lock(struct job *job)
{
	struct deadline deadline = deadline_after(job->options->has_timeout ? job->options->timeout : -1);

	if (cli_lock_take(&job->lock, &deadline) == 0)
		return CLI_DONE;
	return cli_lock_fail(&job->lock, errno);
}

/* Reads all input first, then takes the lock and copies, so that no process waits for our standard input. */
static int run(struct job *job)
{
	int status = CLI_DONE;

	if (cli_was_closed(0))
		return cli_fail("standard input", EBADF);
	if (job->options->has_lock)
		status = cli_lock_open(&job->lock, &job->options->lock);
	if (status != CLI_DONE)
		return status;
	job->lock.recover = job->options->recover;
	job->known = write_input_length();
	progress_start(&job->progress, job->options->progress, job->known > 0 ? (uint64_t)job->known : 0);
	if (job->options->replace)
		status = write_replacement(job);
	else if (job->options->has_lock)
		status = write_read_input(job, UNLIMITED);
	if (status == CLI_DONE)
		status = take_lock(job);
	if (status == CLI_DONE)
		status = job->options->replace ? write_publish(job) : write_in_place(job);
	if (cli_lock_give(&job->lock, status == CLI_DONE) == -1)
		status = cli_lock_fail(&job->lock, errno);
	progress_end(&job->progress);
	return status;
}

/* Prints the id of a private segment.  The segment is removed if that fails: without its id it would be lost. */
static int print_id(struct job *job)
{
	int status = cli_print_id(job->segment.id);

	if (status != CLI_DONE)
		write_undo(job);
	return status;
}

static void report_done(const struct job *job)
{
	const char *what = job->options->replace ? "replaced" : job->created ? "created" :
	                   job->options->append ? "appended" : "overwritten";

	cli_warn(job->options->object.word, "%llu byte%s written, %s", (unsigned long long)job->written, number_plural(job->written), what);
}

static void parse_options(struct options *options, struct cli_line *line, int argc, char **argv)
{
	int option;

	while ((option = cli_option(line, argc, argv, "ahkl:m:no:rs:vVw:xz", long_options, CLI_NO_COMMAND)) != -1) {
		switch (option) {
		case 'a': options->append = 1; break;
		case 'h': cli_help_exit();
		case 'k': options->keep = 1; break;
		case 'l':
			cli_object_or_exit(&options->lock, optarg, CLI_LOCK_KINDS);
			options->has_lock = 1;
			break;
		case 'm':
			options->mode = cli_mode_or_exit("-m", optarg);
			options->has_mode = 1;
			break;
		case 'n':
			options->timeout = 0;
			options->has_timeout = 1;
			break;
		case 'o':
			options->offset = cli_size_or_exit("-o", optarg);
			options->has_offset = 1;
			break;
		case 'r': options->replace = 1; break;
		case 's':
			options->size = cli_size_or_exit("-s", optarg);
			options->has_size = 1;
			break;
		case 'v': options->verbose = 1; break;
		case 'V': cli_version_exit();
		case 'w':
			options->timeout = cli_duration_or_exit("-w", optarg);
			options->has_timeout = 1;
			break;
		case 'x': options->exclusive = 1; break;
		case 'z': options->c_string = 1; break;
		case CLI_PROGRESS: options->progress++; break;
		case OPTION_RECOVER: options->recover = 1; break;
		}
	}
}

static void check_options(const struct options *options)
{
	int sysv = (options->object.kind & OBJECT_SYSV) != 0;

	if (options->append && (options->keep || options->has_offset || options->replace || options->has_size))
		cli_usage_exit("-a cannot be used with -k, -o, -r or -s");
	if (options->replace && (options->keep || options->has_offset))
		cli_usage_exit("-r cannot be used with -k or -o: the new content is the input alone");
	if (options->keep && options->has_size)
		cli_usage_exit("-k cannot be used with -s, which changes the size");
	if (options->keep && (options->exclusive || options->object.kind == OBJECT_PRIVATE))
		cli_usage_exit("-k keeps the size of a segment that exists, and this one would be new");
	if (sysv && options->append)
		cli_usage_exit("%s: -a needs an object that can grow, and a System V segment cannot", options->object.word);
	if (sysv && options->replace)
		cli_usage_exit("%s: -r needs an object that can be replaced, and a System V segment cannot", options->object.word);
	if (options->exclusive && options->object.kind == OBJECT_ID)
		cli_usage_exit("%s: the kernel chooses ids: no object can be created with one", options->object.word);
	if (options->recover && (!options->has_lock || options->lock.kind != OBJECT_MUTEX))
		cli_usage_exit("--recover needs -l with a mutex: no other lock knows that its holder has died");
	if (options->has_timeout && !options->has_lock)
		cli_usage_exit("-n and -w limit the wait for the lock of -l, which is missing");
}

int main(int argc, char **argv)
{
	static struct options options = {.mode = 0600};
	static struct job job = {.options = &options, .known = -1, .room = -1};
	static struct cli_line line;
	int status;

	cli_start(argv, usage, help);
	parse_options(&options, &line, argc, argv);
	if (line.count != 1)
		cli_usage_exit(line.count == 0 ? "an object is missing: shmput /NAME" : "shmput takes one object, not %d", line.count);
	cli_object_or_exit(&options.object, line.operands[0], KINDS);
	check_options(&options);

	job.segment.fd = job.segment.id = -1;
	interrupt_catch();
	status = run(&job);
	if (status == CLI_DONE && options.object.kind == OBJECT_PRIVATE)
		status = print_id(&job);
	if (status == CLI_DONE && options.verbose)
		report_done(&job);
	segment_close(&job.segment);
	cli_lock_close(&job.lock);
	input_free(&job.input);
	interrupt_die_if_pending();
	return status;
}
