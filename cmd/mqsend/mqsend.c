/* SPDX-License-Identifier: ISC */
/*
 * mqsend - sends messages to a queue.
 *
 * A message is an operand or a record of standard input.  A message that the queue can never take is refused before it
 * is tried: the kernel truncates nothing, but would let some of them wait for ever.
 *
 *	mqsend.c	options, opening the queue
 *	send.c		messages from operands or standard input, reports of what was sent
 *	job.h		what both know
 *
 * Queues are lib/ipc/queue.h; what they share with mqrecv on the command line is lib/cli/cli_queue.h; records are cut by
 * lib/base/record.h.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/interrupt.h"
#include "cli/cli.h"
#include "cli/cli_record.h"
#include "ipc/broker.h"
#include "send.h"

enum { OPTION_CA = CLI_FIRST_OWN, OPTION_MAX_MESSAGES, OPTION_MESSAGE_SIZE };

static const char usage[] = "mqsend [-01CELnPvxz] [-b size] [-d char] [-m mode] [-p priority] [-t type] [-w timeout]\n"
			    "              [--ca=file] [--max-messages=n] [--message-size=size] [--progress]\n"
			    "              queue [message ...]";
static const char help[] =
	"Send each message, or each record of standard input (default: each line), to a queue.\n"
	"\n"
	"  -0, --null              records end with a NUL\n"
	"  -1, --whole             all of standard input is one record\n"
	"  -b, --block=SIZE        each record has SIZE bytes\n"
	"  -C, --create            create the queue if it does not exist\n"
	"  -d, --delimiter=CHAR    records end with CHAR\n"
	"  -E, --end               send an empty message after all others\n"
	"  -L, --length-prefixed   each record follows its length, 4 bytes, big-endian\n"
	"  -m, --mode=MODE         permission bits of a new queue, octal or symbolic (default: 0600)\n"
	"  -n, --nonblock          do not wait for room in a full queue: -w 0\n"
	"  -P, --with-priority     each record begins with its priority or type and a TAB\n"
	"  -p, --priority=N        priority of the messages, 0 to 32767 (POSIX) or 255 (broker)\n"
	"  -t, --type=N            type of the messages, 1 or more (System V; default: 1)\n"
	"  -v, --verbose           report how many messages were sent\n"
	"  -w, --timeout=DURATION  wait at most DURATION for room, for each message\n"
	"  -x, --exclusive         create the queue, and fail if it exists\n"
	"  -z, --c-string          add a NUL to each message\n"
	"      --ca=FILE           trust the certificates in FILE (amqps://; default: the system's)\n"
	"      --max-messages=N    number of messages that a new queue holds (POSIX, broker)\n"
	"      --message-size=SIZE longest message that a new POSIX queue takes\n"
	"      --progress          show bytes and rate on a terminal; given twice: everywhere\n"
	"  -h, --help              print this help\n"
	"  -V, --version           print the version\n"
	"\n"
	"Queues: /NAME  key:N  key:private  id:N  ftok:PATH[:PROJ]; see ipcutils(7).\n"
	"On a broker: amqp[s]://[USER@]HOST[:PORT]/[VHOST/]QUEUE.\n";

static const struct option long_options[] = {
	{"block", required_argument, NULL, 'b'},
	{"c-string", no_argument, NULL, 'z'},
	{"ca", required_argument, NULL, OPTION_CA},
	{"create", no_argument, NULL, 'C'},
	{"delimiter", required_argument, NULL, 'd'},
	{"end", no_argument, NULL, 'E'},
	{"exclusive", no_argument, NULL, 'x'},
	{"help", no_argument, NULL, 'h'},
	{"length-prefixed", no_argument, NULL, 'L'},
	{"max-messages", required_argument, NULL, OPTION_MAX_MESSAGES},
	{"message-size", required_argument, NULL, OPTION_MESSAGE_SIZE},
	{"mode", required_argument, NULL, 'm'},
	{"nonblock", no_argument, NULL, 'n'},
	{"null", no_argument, NULL, '0'},
	{"priority", required_argument, NULL, 'p'},
	{"progress", no_argument, NULL, CLI_PROGRESS},
	{"timeout", required_argument, NULL, 'w'},
	{"type", required_argument, NULL, 't'},
	{"verbose", no_argument, NULL, 'v'},
	{"version", no_argument, NULL, 'V'},
	{"whole", no_argument, NULL, '1'},
	{"with-priority", no_argument, NULL, 'P'},
	{NULL, 0, NULL, 0},
};

/* Prints the name of a new queue without a key before the queue can be full, so that a receiver can be started. */
static int print_id(struct job *job)
{
	int status = cli_print_id(job->queue.id);

	if (status != CLI_DONE)
		queue_remove(&job->queue);
	return status;
}

static int run(struct job *job, int count, char **words)
{
	const struct options *options = job->options;
	char sent[SEND_DESCRIBE_ROOM];
	int created, status;

	if (count == 0 && cli_was_closed(0))
		return cli_fail("standard input", EBADF);
	job->queue.patience = options->timeout;
	job->queue.ca = options->ca;
	job->queue.priorities = options->with_rank || options->rank_word != NULL;
	status = cli_queue_open(&job->queue, QUEUE_SEND, &options->create, &created);
	if (status != CLI_DONE)
		return status;
	if (options->object.kind == OBJECT_PRIVATE && (status = print_id(job)) != CLI_DONE)
		return status;
	progress_start(&job->progress, options->progress, 0);
	status = send_all(job, count, words);
	progress_end(&job->progress);
	if (options->verbose)
		cli_warn(options->object.word, "%s%s", send_describe(job, sent), created ? ", queue created" : "");
	return status;
}

static void parse_options(struct options *options, struct cli_line *line, int argc, char **argv)
{
	int option;

	while ((option = cli_option(line, argc, argv, "01b:Cd:EhLm:nPp:t:vVw:xz", long_options, CLI_NO_COMMAND)) != -1) {
		if (cli_record_option(&options->format, option, optarg)) {
			options->has_format = 1;
			continue;
		}
		switch (option) {
		case 'C': options->create.create = 1; break;
		case 'E': options->end = 1; break;
		case 'h': cli_help_exit();
		case 'm':
			options->create.mode = cli_mode_or_exit("-m", optarg);
			options->create.has_mode = 1;
			break;
		case 'n': options->timeout = 0; break;
		case 'P': options->with_rank = 1; break;
		case 'p':
		case 't':
			if (options->rank_word != NULL && options->rank_option != option)
				cli_usage_exit("-p is for POSIX queues and -t for System V queues: give one of them");
			options->rank_option = (char)option;
			options->rank_word = optarg;
			break;
		case 'v': options->verbose = 1; break;
		case 'V': cli_version_exit();
		case 'w': options->timeout = cli_duration_or_exit("-w", optarg); break;
		case 'x': options->create.exclusive = 1; break;
		case 'z': options->c_string = 1; break;
		case OPTION_CA: options->ca = optarg; break;
		case OPTION_MAX_MESSAGES: options->create.limits.max_messages = cli_queue_limit_or_exit("--max-messages", optarg); break;
		case OPTION_MESSAGE_SIZE: options->create.limits.message_size = cli_queue_limit_or_exit("--message-size", optarg); break;
		case CLI_PROGRESS: options->progress++; break;
		}
	}
}

/* Sets the rank of all messages from -p or -t, in the range of the queue's kind. */
static void set_rank(struct options *options, const struct queue_rank *rank)
{
	char option[] = {'-', options->rank_option, '\0'};

	options->rank = rank->normal;
	if (options->rank_word == NULL)
		return;
	if (options->rank_option != rank->option)
		cli_usage_exit("%s: messages of this queue have a %s (-%c), so %s cannot be used", cli_shown(options->object.word), rank->name,
		               rank->option, option);
	options->rank = (long)cli_number_or_exit(option, options->rank_word, (uint64_t)rank->least, (uint64_t)rank->most);
}

static void check_options(struct options *options, const struct queue_rank *rank, int operands)
{
	cli_queue_check_or_exit(&options->create, &options->object);
	set_rank(options, rank);
	if (options->ca != NULL && !broker_uses_tls(options->object.word))
		cli_usage_exit("--ca is for amqps:// queues");
	if (operands > 0 && options->has_format)
		cli_usage_exit("-0, -1, -b, -d and -L are for standard input, which is not read if messages are operands");
	if (options->with_rank && options->rank_word != NULL)
		cli_usage_exit("-P takes priority or type from each record, -p and -t set it for all: give one of them");
	if (options->with_rank && options->format.kind == RECORD_BLOCK)
		cli_usage_exit("-P cannot be used with -b: a block has no room for a priority or type");
}

int main(int argc, char **argv)
{
	static struct options options = {.create.mode = 0600, .format.delimiter = '\n', .timeout = -1};
	static struct job job = {.options = &options};
	static struct cli_line line;
	char sent[SEND_DESCRIBE_ROOM];
	int status;

	cli_start(argv, usage, help);
	parse_options(&options, &line, argc, argv);
	if (line.count == 0)
		cli_usage_exit("the queue is missing");
	cli_object_or_exit(&options.object, line.operands[0], QUEUE_NAMES);
	queue_init(&job.queue, &options.object);
	check_options(&options, queue_rank(&job.queue), line.count - 1);

	interrupt_catch();
	status = run(&job, line.count - 1, line.operands + 1);
	if (interrupt_pending() != 0)
		cli_warn(options.object.word, "interrupted; %s", send_describe(&job, sent));
	queue_close(&job.queue);
	free(job.copy);
	interrupt_die_if_pending();
	return status;
}
