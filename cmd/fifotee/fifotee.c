/* SPDX-License-Identifier: ISC */
/*
 * fifotee - copies standard input to many FIFOs.
 *
 * The bytes that were read lie in one buffer.  An output that blocks has a position in it, gets every byte at once, and
 * nothing more is read before all of these outputs are at its end.  An output that drops, buffers or fails gets whole
 * records only.  No call ever waits but one poll(2), so a reader holds up the others only if its policy says so.
 *
 *	fifotee		options, main()
 *	job.h		the structures
 *	loop		the one poll(2): which outputs are waited for, served, given up
 *	open		opens all outputs, and refuses the same one twice
 *	input		reads standard input, and gives what has come to the outputs
 *	share		one copy of what was read for all outputs that block
 *	zerocopy	--zero-copy: the same by tee(2) and splice(2)
 *	output		the life of an output: its reader comes, leaves, comes back, until it ends
 *	readers		looks for readers that come, and finds or creates the FIFO again
 *	report		the counts, for -v and SIGUSR1
 *	writer.h	the calls of both kinds of writers
 *	block_writer	passes every byte on
 *	record_writer	passes whole records on to a reader that is not waited for
 *	stream		the bytes that outputs still need
 *	framing		where records end in bytes that pass
 *	outfd		a descriptor that is written to without waiting
 *	fifo, ring	FIFOs by name; a queue of bytes
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/number.h"
#include "cli/cli.h"
#include "cli/cli_record.h"
#include "job.h"
#include "loop.h"
#include "open.h"
#include "output.h"
#include "report.h"

enum { OPTION_READERS = CLI_FIRST_OWN, OPTION_STDOUT, OPTION_ZERO_COPY };

static const char usage[] = "fifotee [-0knv] [-b size] [-d char] [-m mode] [-o policy:fifo] [-p policy] [-w timeout]\n"
			    "               [--progress] [--readers=count] [--stdout=policy] [--zero-copy] fifo ...";
static const char help[] =
	"Copy standard input to FIFOs, whose readers may come and go, and to standard output.\n"
	"\n"
	"  -0, --null               records end with NULs\n"
	"  -b, --block=SIZE         records have SIZE bytes\n"
	"  -d, --delimiter=CHAR     records end with CHAR\n"
	"  -k, --keep               do not remove the FIFOs that fifotee created\n"
	"  -m, --mode=MODE          permission bits of a new FIFO, octal or symbolic (default: 0600)\n"
	"  -n, --no-stdout          do not write to standard output\n"
	"  -o, --output=POLICY:FIFO write to this FIFO, too, with its own policy\n"
	"  -p, --policy=POLICY      policy for FIFOs given as operands (default: block)\n"
	"  -v, --verbose            report at the end how much each output got\n"
	"  -w, --timeout=DURATION   how long to wait for a reader (default: for ever)\n"
	"      --progress           show bytes and rate on a terminal; given twice: everywhere\n"
	"      --readers=COUNT      begin when COUNT FIFOs have readers\n"
	"      --stdout=POLICY      policy for standard output (default: block)\n"
	"      --zero-copy          share the pages of pipes instead of copying their bytes\n"
	"  -h, --help               print this help\n"
	"  -V, --version            print the version\n"
	"\n"
	"Policies, for a reader that is missing or slow:\n"
	"  block         wait for it\n"
	"  drop          drop records that do not fit into its pipe\n"
	"  buffer=SIZE   queue them, up to SIZE bytes, and drop the others\n"
	"  fail          give this output up\n";

static const struct option long_options[] = {
	{"block", required_argument, NULL, 'b'},
	{"delimiter", required_argument, NULL, 'd'},
	{"help", no_argument, NULL, 'h'},
	{"keep", no_argument, NULL, 'k'},
	{"mode", required_argument, NULL, 'm'},
	{"no-stdout", no_argument, NULL, 'n'},
	{"null", no_argument, NULL, '0'},
	{"output", required_argument, NULL, 'o'},
	{"policy", required_argument, NULL, 'p'},
	{"progress", no_argument, NULL, CLI_PROGRESS},
	{"readers", required_argument, NULL, OPTION_READERS},
	{"stdout", required_argument, NULL, OPTION_STDOUT},
	{"timeout", required_argument, NULL, 'w'},
	{"verbose", no_argument, NULL, 'v'},
	{"version", no_argument, NULL, 'V'},
	{"zero-copy", no_argument, NULL, OPTION_ZERO_COPY},
	{NULL, 0, NULL, 0},
};

/* The options that hold only for outputs whose names follow later. */
struct defaults {
	struct policy policy, stdout_policy;
	int no_stdout, has_stdout;
};

static struct policy policy_or_exit(const char *option, const char *word, size_t length)
{
	static const char buffer[] = "buffer=";
	struct policy policy = {POLICY_BLOCK, 0};
	char text[64];

	snprintf(text, sizeof(text), "%.*s", (int)(length < sizeof(text) ? length : 0), word);
	if (strncmp(text, buffer, strlen(buffer)) == 0) {
		policy.kind = POLICY_BUFFER;
		policy.room = cli_size_or_exit(option, text + strlen(buffer));
	} else if (strcmp(text, "drop") == 0) {
		policy.kind = POLICY_DROP;
	} else if (strcmp(text, "fail") == 0) {
		policy.kind = POLICY_FAIL;
	} else if (strcmp(text, "block") != 0) {
		cli_usage_exit("%s: %s: not a policy (block, drop, buffer=SIZE or fail)", option, cli_shown(*text != '\0' ? text : word));
	}
	return policy;
}

static void add_target(struct options *options, struct target target)
{
	struct target *targets = array_grow(options->targets, &options->room, options->count + 1, sizeof(target));

	if (targets == NULL)
		exit(cli_fail("outputs", errno));
	options->targets = targets;
	options->targets[options->count++] = target;
}

static void add_own_target(struct options *options, const char *word)
{
	const char *colon = strchr(word, ':');

	if (colon == NULL || colon[1] == '\0')
		cli_usage_exit("-o: needs a policy, a colon and a FIFO, as drop:/tmp/log");
	add_target(options, (struct target){.name = colon + 1, .policy = policy_or_exit("-o", word, (size_t)(colon - word))});
}

static void parse_options(struct options *options, struct defaults *defaults, struct cli_line *line, int argc, char **argv)
{
	int option;

	while ((option = cli_option(line, argc, argv, "0b:d:hkm:no:p:vVw:", long_options, CLI_NO_COMMAND)) != -1) {
		if (cli_record_option(&options->format, option, optarg)) {
			options->has_format = 1;
			continue;
		}
		switch (option) {
		case 'h': cli_help_exit();
		case 'k': options->keep = 1; break;
		case 'm': options->mode = cli_mode_or_exit("-m", optarg); break;
		case 'n': defaults->no_stdout = 1; break;
		case 'o': add_own_target(options, optarg); break;
		case 'p': defaults->policy = policy_or_exit("-p", optarg, strlen(optarg)); break;
		case 'v': options->verbose = 1; break;
		case 'V': cli_version_exit();
		case 'w': options->timeout = cli_duration_or_exit("-w", optarg); break;
		case CLI_PROGRESS: options->progress_wanted++; break;
		case OPTION_READERS:
			options->has_readers = 1;
			options->readers = cli_number_or_exit("--readers", optarg, 0, INT_MAX);
			break;
		case OPTION_STDOUT:
			defaults->has_stdout = 1;
			defaults->stdout_policy = policy_or_exit("--stdout", optarg, strlen(optarg));
			break;
		case OPTION_ZERO_COPY: options->zero_copy = 1; break;
		}
	}
}

static int any_by_record(const struct options *options)
{
	size_t i;

	for (i = 0; i < options->count; i++)
		if (options->targets[i].policy.kind != POLICY_BLOCK)
			return 1;
	return 0;
}

static void check_options(const struct options *options, const struct defaults *defaults)
{
	size_t fifos = options->count - (defaults->no_stdout ? 0 : 1);
	int by_record = any_by_record(options);

	if (fifos == 0)
		cli_usage_exit("the FIFO is missing");
	if (options->readers > fifos)
		cli_usage_exit("--readers: %llu readers, but only %zu FIFO%s", (unsigned long long)options->readers, fifos,
		               number_plural(fifos));
	if (defaults->no_stdout && defaults->has_stdout)
		cli_usage_exit("--stdout needs a standard output, and -n leaves it out");
	if (options->zero_copy && (by_record || options->has_format))
		cli_usage_exit("--zero-copy cannot find records: it works only with the policy block, and without -0, -b and -d");
	if (by_record && options->format.kind == RECORD_BLOCK && options->format.block > STREAM_RECORD_MOST)
		cli_usage_exit("-b: fifotee keeps no record of more than 64 MiB: larger ones need the policy block");
}

static void parse_command_line(struct options *options, int argc, char **argv)
{
	struct defaults defaults = {0};
	struct cli_line line = {.count = 0};
	int i;

	parse_options(options, &defaults, &line, argc, argv);
	for (i = 0; i < line.count; i++)
		add_target(options, (struct target){.name = line.operands[i], .policy = defaults.policy});
	if (!defaults.no_stdout)
		add_target(options, (struct target){.name = "standard output", .policy = defaults.stdout_policy, .is_stdout = 1});
	check_options(options, &defaults);
}

static void run(struct job *job)
{
	const struct options *options = job->options;
	struct stat st;
	size_t i;

	if (cli_was_closed(0)) {
		note_status(job, cli_fail("standard input", EBADF));
		return;
	}
	/* Input that comes from no pipe is copied, and has records. */
	job->stream.framed = !options->zero_copy || fstat(0, &st) == -1 || !S_ISFIFO(st.st_mode);
	job->stream.in.format = options->format;
	if (open_outputs(job) != CLI_DONE) {
		note_status(job, CLI_FAILED);
		return;
	}
	io_grow_pipe(0, IO_PIPE_SIZE);
	job->start_by = deadline_after(options->timeout);
	job->pause = LOOK_FIRST;
	progress_start(&job->progress, options->progress_wanted, 0);
	loop_pass_on(job);
	if (interrupt_pending() != 0)
		loop_finish_records(job);
	for (i = 0; i < job->count; i++)
		output_end(job, &job->outputs[i]);
	progress_end(&job->progress);
	if (options->verbose)
		report_print(job);
}

int main(int argc, char **argv)
{
	static struct options options = {.mode = 0600, .format.delimiter = '\n', .timeout = -1};
	static struct job job = {.options = &options};

	cli_start(argv, usage, help);
	parse_command_line(&options, argc, argv);
	cli_disarm(SIGPIPE);
	job.report = report_open();
	interrupt_catch();
	run(&job);
	open_free(&job);
	free(options.targets);
	close(job.report);
	interrupt_die_if_pending();
	return job.status;
}
