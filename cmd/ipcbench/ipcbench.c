/* SPDX-License-Identifier: ISC */
/*
 * ipcbench - measure the mechanisms of interprocess communication on this machine.
 *
 * For each mechanism and size, ipcbench forks a sender and a receiver that pass messages for a slice of time.  It does that
 * in several rounds over all of them, so that a disturbance hits one round and not one mechanism, and prints medians.
 *
 * The files, from the top down:
 *	ipcbench.c	options, main()
 *	report		the list and the table; report_data: JSON and gnuplot
 *	machine		how busy the machine was, and the ways between processors
 *	rounds		rounds over all measurements, and their medians
 *	measure		one measurement: opens a channel, starts both processes, waits for them
 *	side		one of both processes: warm-up, check, measured part
 *	mechanism	the interface to all mechanisms, and their list
 *	pipes, sockets, queues, memory, wakeups		the mechanisms by family
 *	stream.h	messages in a stream of bytes, for pipes and sockets
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/io.h"
#include "cli/cli.h"
#include "cli/cli_inventory.h"
#include "machine.h"
#include "mechanism.h"
#include "report.h"
#include "rounds.h"

#define SIZES_MOST 32
#define MECHANISMS_MOST 32
#define DEFAULT_DURATION INT64_C(30000000000)
#define DEFAULT_SIZES "1,64,1k,8k,64k,1M"
#define DEFAULT_LATENCY_SIZES "1"

enum {
	OPTION_CPUS = CLI_FIRST_OWN,
	OPTION_GNUPLOT,
	OPTION_LATENCY,
	OPTION_LIST,
};

static const char usage[] = "ipcbench [-J] [-t mechanism,...] [-s size,...] [-d duration] [--latency] [--cpus=A,B]\n"
			    "                [--gnuplot] [--list]";
static const char help[] =
	"Measure how fast messages pass between two processes, by each mechanism that this machine has.\n"
	"\n"
	"  -d, --duration=DURATION    measure for DURATION altogether (default: 30 seconds)\n"
	"  -J, --json                 print JSON\n"
	"  -s, --sizes=SIZES          sizes of the messages, 1 to 16M, with commas between them\n"
	"                             (default: 1,64,1k,8k,64k,1M; with --latency: 1)\n"
	"  -t, --types=MECHANISMS     measure only these mechanisms, with commas between them\n"
	"      --cpus=A,B             run the sender on processor A and the receiver on processor B\n"
	"      --gnuplot              print a script for gnuplot(1): throughput by size, one line a mechanism\n"
	"      --latency              measure round trips: a message there and one back\n"
	"      --list                 list the mechanisms and what each of them gives\n"
	"  -h, --help                 print this help\n"
	"  -V, --version              print the version\n"
	"\n"
	"Mechanisms: pipe fifo socketpair seqpacket dgram unix tcp pmsg msg sem-shm futex eventfd ring mmap\n"
	"rtsig memcpy; see ipcbench(1).\n";

static const struct option long_options[] = {
	{"cpus", required_argument, NULL, OPTION_CPUS},
	{"duration", required_argument, NULL, 'd'},
	{"gnuplot", no_argument, NULL, OPTION_GNUPLOT},
	{"help", no_argument, NULL, 'h'},
	{"json", no_argument, NULL, 'J'},
	{"latency", no_argument, NULL, OPTION_LATENCY},
	{"list", no_argument, NULL, OPTION_LIST},
	{"sizes", required_argument, NULL, 's'},
	{"types", required_argument, NULL, 't'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

struct options {
	int json, gnuplot, latency, list;
	int64_t duration; /* nanoseconds */
	int cpus[2];      /* or -1 */
	size_t sizes[SIZES_MOST], size_count;
	const struct mechanism *mechanisms[MECHANISMS_MOST];
	size_t mechanism_count;
};

static void add_mechanism(struct options *options, const struct mechanism *mechanism)
{
	size_t i;

	for (i = 0; i < options->mechanism_count; i++)
		if (options->mechanisms[i] == mechanism)
			return;
	options->mechanisms[options->mechanism_count++] = mechanism;
}

static void parse_mechanisms(struct options *options, const char *words)
{
	const struct mechanism *mechanism;
	const char *end;

	for (; words != NULL; words = *end == ',' ? end + 1 : NULL) {
		end = strchrnul(words, ',');
		mechanism = mechanism_find(words, (size_t)(end - words));
		if (mechanism == NULL)
			cli_usage_exit("-t: no such mechanism: %s (--list lists them)", cli_shown_word(words, (size_t)(end - words)));
		add_mechanism(options, mechanism);
	}
}

static void add_size(struct options *options, uint64_t size)
{
	size_t i;

	for (i = 0; i < options->size_count; i++)
		if (options->sizes[i] == size)
			return;
	if (options->size_count == SIZES_MOST)
		cli_usage_exit("-s: more than %d sizes", SIZES_MOST);
	options->sizes[options->size_count++] = (size_t)size;
}

static void parse_sizes(struct options *options, const char *words)
{
	const char *end;
	char word[32];
	uint64_t size;

	for (; words != NULL; words = *end == ',' ? end + 1 : NULL) {
		end = strchrnul(words, ',');
		if ((size_t)(end - words) >= sizeof(word))
			cli_usage_exit("-s: not a size: %s", cli_shown_word(words, (size_t)(end - words)));
		memcpy(word, words, (size_t)(end - words));
		word[end - words] = '\0';
		size = cli_size_or_exit("-s", word);
		if (size == 0 || size > MECHANISM_SIZE_MOST)
			cli_usage_exit("-s: a message has 1 byte to 16 MiB, not %s", cli_shown(word));
		add_size(options, size);
	}
}

/* Parses "A,B", two processors that this process may use; both may be the same. */
static void parse_cpus(struct options *options, const char *words)
{
	const char *comma = strchr(words, ',');
	char first[16];
	cpu_set_t set;
	int i;

	if (comma == NULL || (size_t)(comma - words) >= sizeof(first))
		cli_usage_exit("--cpus: name two processors, as in --cpus=0,1");
	memcpy(first, words, (size_t)(comma - words));
	first[comma - words] = '\0';
	options->cpus[0] = (int)cli_number_or_exit("--cpus", first, 0, CPU_SETSIZE - 1);
	options->cpus[1] = (int)cli_number_or_exit("--cpus", comma + 1, 0, CPU_SETSIZE - 1);
	if (sched_getaffinity(0, sizeof(set), &set) == -1)
		exit(cli_fail("--cpus", errno));
	for (i = 0; i < 2; i++)
		if (!CPU_ISSET((unsigned)options->cpus[i], &set))
			cli_usage_exit("--cpus: processor %d does not exist, or may not be used (see taskset(1))", options->cpus[i]);
}

static int64_t duration_or_exit(const char *word)
{
	int64_t duration = cli_duration_or_exit("-d", word);

	if (duration == 0)
		cli_usage_exit("-d: the duration must be more than 0");
	return duration;
}

static void parse_options(struct options *options, struct cli_line *line, int argc, char **argv)
{
	int option;

	while ((option = cli_option(line, argc, argv, "d:hJs:t:V", long_options, CLI_NO_COMMAND)) != -1) {
		switch (option) {
		case 'd': options->duration = duration_or_exit(optarg); break;
		case 'h': cli_help_exit();
		case 'J': options->json = 1; break;
		case 's': parse_sizes(options, optarg); break;
		case 't': parse_mechanisms(options, optarg); break;
		case 'V': cli_version_exit();
		case OPTION_CPUS: parse_cpus(options, optarg); break;
		case OPTION_GNUPLOT: options->gnuplot = 1; break;
		case OPTION_LATENCY: options->latency = 1; break;
		case OPTION_LIST: options->list = 1; break;
		}
	}
	if (line->count > 0)
		cli_usage_exit("there are no operands, but found %s: -t names the mechanisms", cli_shown(line->operands[0]));
	if (options->json + options->gnuplot + options->list > 1)
		cli_usage_exit("-J, --gnuplot and --list cannot be combined: each is a form of the output");
}

/* Sets what the command line left open. */
static void set_defaults(struct options *options)
{
	size_t i;

	if (options->size_count == 0)
		parse_sizes(options, options->latency ? DEFAULT_LATENCY_SIZES : DEFAULT_SIZES);
	if (options->mechanism_count == 0)
		for (i = 0; mechanism_all[i] != NULL; i++)
			add_mechanism(options, mechanism_all[i]);
}

/* Makes a row of each mechanism and size. */
static struct rounds_row *make_rows(const struct options *options, size_t count)
{
	struct rounds_row *rows = calloc(count, sizeof(*rows));
	size_t i;

	if (rows == NULL)
		exit(cli_fail(NULL, errno));
	for (i = 0; i < count; i++)
		rows[i].task = (struct measure_task){
			.mechanism = options->mechanisms[i / options->size_count], .size = options->sizes[i % options->size_count],
			.latency = options->latency, .cpus = {options->cpus[0], options->cpus[1]},
		};
	return rows;
}

/* Returns CLI_DONE if anything was measured. */
static int check_measured(const struct rounds_row *rows, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (rows[i].outcome == MEASURE_DONE)
			return CLI_DONE;
	cli_warn(NULL, "none of these mechanisms can be measured with these sizes");
	return CLI_FAILED;
}

/* Writes the list, or what was measured. */
static void report(FILE *out, const struct options *options, const struct rounds_row *rows, size_t count,
                   const struct machine *machine)
{
	if (options->list)
		report_list(out);
	else if (options->json)
		report_json(out, rows, count, machine);
	else if (options->gnuplot)
		report_gnuplot(out, rows, count);
	else
		report_table(out, rows, count, machine);
}

/* The errno of a write to standard output that failed, or 0. */
static int output_err;

/* Writes for the stream of the report, fopencookie(3): `size`, or 0 where that fails. */
static ssize_t write_output(void *cookie, const char *bytes, size_t size)
{
	(void)cookie;
	if (io_write_all(1, bytes, size) == 0)
		return (ssize_t)size;
	output_err = errno;
	return 0;
}

/*
 * Prints the report to standard output.  Returns the exit status.  The stream has a buffer of ours: stdio does not report
 * it where it lacks the memory for one.
 */
static int print(const struct options *options, const struct rounds_row *rows, size_t count, const struct machine *machine)
{
	static char buffer[64 * 1024];
	FILE *out;
	int failed;

	if (cli_was_closed(1))
		return cli_fail_output(EBADF);
	out = fopencookie(NULL, "w", (cookie_io_functions_t){.write = write_output});
	if (out == NULL)
		return cli_fail(NULL, ENOMEM);
	setvbuf(out, buffer, _IOFBF, sizeof(buffer));
	report(out, options, rows, count, machine);
	failed = ferror(out);
	if (fclose(out) == EOF || failed)
		return output_err != 0 ? cli_fail_output(output_err) : cli_fail(NULL, ENOMEM);
	return CLI_DONE;
}

/* Measures, and prints what was measured.  Returns the exit status. */
static int run(const struct options *options)
{
	size_t count = options->mechanism_count * options->size_count;
	struct rounds_row *rows = make_rows(options, count);
	struct machine machine;
	int status, reported;

	if (machine_begin(&machine) == -1)
		exit(cli_fail("processors", errno));
	if (!options->gnuplot)
		machine_find_ways(&machine);
	status = rounds_run(rows, count, options->duration);
	if (interrupt_requested() == 0) {
		machine_end(&machine);
		reported = print(options, rows, count, &machine);
		if (status == CLI_DONE)
			status = reported != CLI_DONE ? reported : check_measured(rows, count);
	}
	free(rows);
	return status;
}

int main(int argc, char **argv)
{
	static struct options options = {.duration = DEFAULT_DURATION, .cpus = {-1, -1}};
	static struct cli_line line;
	int status;

	cli_start(argv, usage, help);
	parse_options(&options, &line, argc, argv);
	if (options.list)
		return cli_finish(print(&options, NULL, 0, NULL));
	set_defaults(&options);
	interrupt_catch();
	status = run(&options);
	/* A signal may also have come while a slow reader took the report. */
	interrupt_die_if_pending();
	if (interrupt_requested() != 0)
		interrupt_die_of(interrupt_requested());
	return cli_finish(status);
}
