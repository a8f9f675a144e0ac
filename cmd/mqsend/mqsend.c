/* SPDX-License-Identifier: ISC */
/*
 * mqsend - sends messages to a queue.
 *
 * A message is an operand or a record of standard input.  A message that the queue can never take is refused before it
 * is tried: the kernel truncates nothing, but would let some of them wait for ever.
 *
 * This folder is the one file.  Queues are lib/ipc/queue.h; what they share with mqrecv on the command line is
 * lib/cli/cli_queue.h; records are cut by lib/base/record.h.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/number.h"
#include "base/record.h"
#include "cli/cli.h"
#include "cli/cli_queue.h"
#include "cli/cli_record.h"
#include "cli/progress.h"
#include "ipc/queue.h"

enum { OPTION_MAX_MESSAGES = CLI_FIRST_OWN, OPTION_MESSAGE_SIZE };

static const char usage[] = "mqsend [-01CELnPvxz] [-b size] [-d char] [-m mode] [-p priority] [-t type] [-w timeout]\n"
			    "              [--max-messages=n] [--message-size=size] [--progress] queue [message ...]";
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
	"  -p, --priority=N        priority of the messages, 0 to 32767 (POSIX; default: 0)\n"
	"  -t, --type=N            type of the messages, 1 or more (System V; default: 1)\n"
	"  -v, --verbose           report how many messages were sent\n"
	"  -w, --timeout=DURATION  wait at most DURATION for room, for each message\n"
	"  -x, --exclusive         create the queue, and fail if it exists\n"
	"  -z, --c-string          add a NUL to each message\n"
	"      --max-messages=N    number of messages that a new POSIX queue holds\n"
	"      --message-size=SIZE longest message that a new POSIX queue takes\n"
	"      --progress          show bytes and rate on a terminal; given twice: everywhere\n"
	"  -h, --help              print this help\n"
	"  -V, --version           print the version\n"
	"\n"
	"Queues: /NAME  key:N  key:private  id:N  ftok:PATH[:PROJ]; see ipcutils(7).\n";

static const struct option long_options[] = {
	{"block", required_argument, NULL, 'b'},
	{"c-string", no_argument, NULL, 'z'},
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

/* The command line; constant once it was parsed. */
struct options {
	struct object object;
	struct cli_queue_options create;
	struct record_format format;
	int has_format, end, verbose, with_rank, c_string, progress;
	const char *rank_word; /* of -p or -t; NULL: neither was given */
	char rank_option;      /* 'p' or 't' */
	long rank;             /* of all messages, but for -P */
	int64_t timeout;       /* nanoseconds; negative: wait for ever */
};

/* The running state. */
struct job {
	const struct options *options;
	struct queue queue;
	struct progress progress;
	char *copy; /* of a message that gets a NUL */
	size_t copy_room;
	uint64_t sent;
	const char *unit; /* "line", "record" or "message", for reports */
	uint64_t number;  /* of the unit that is being sent, from 1 */
};

/* Writes "16 messages were sent" to `text` (80 bytes), so that users know where to go on; returns it. */
static const char *describe_sent(const struct job *job, char *text)
{
	uint64_t open = queue_unsettled(&job->queue), sent = job->sent - open;
	int length = sprintf(text, "%llu %s sent", (unsigned long long)sent, sent == 1 ? "message was" : "messages were");

	if (open > 0)
		sprintf(text + length, ", up to %llu more may have been", (unsigned long long)open);
	return text;
}

/* Reports "/q: line 17: cause; 16 messages were sent"; returns `status`. */
static int __attribute__((format(printf, 3, 4))) fail_record(const struct job *job, int status, const char *format, ...)
{
	char cause[256], sent[80];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(cause, sizeof(cause), format, arguments);
	va_end(arguments);
	cli_warn(job->options->object.word, "%s %llu: %s; %s", job->unit, (unsigned long long)job->number, cause,
	         describe_sent(job, sent));
	return status;
}

static int refuse_length(const struct job *job, size_t size)
{
	/* Beyond that the record reader does not look for the end of a record. */
	if (size > RECORD_LOOK && job->options->format.kind != RECORD_LENGTH)
		return fail_record(job, CLI_FAILED, "message of more than 64 MiB is longer than the queue takes (%zu)",
		                   job->queue.most);
	return fail_record(job, CLI_FAILED, "message of %zu bytes is longer than the queue takes (%zu)", size,
	                   job->queue.most);
}

/* Takes "12<TAB>" off the front of a record. */
static int take_rank(const struct job *job, const char **bytes, size_t *size, long *rank)
{
	const struct queue_rank *range = queue_rank(&job->queue);
	const char *tab = *size > 0 ? memchr(*bytes, '\t', *size) : NULL;
	char digits[24];
	uint64_t value;

	if (tab == NULL || (size_t)(tab - *bytes) >= sizeof(digits))
		return fail_record(job, CLI_FAILED, "it does not begin with a %s and a TAB (-P)", range->name);
	memcpy(digits, *bytes, (size_t)(tab - *bytes));
	digits[tab - *bytes] = '\0';
	if (number_parse(digits, (uint64_t)range->least, (uint64_t)range->most, &value) == -1)
		return fail_record(job, CLI_FAILED, "the text before its TAB is not a %s from %ld to %ld (-P)", range->name,
		                   range->least, range->most);
	*rank = (long)value;
	*size -= (size_t)(tab + 1 - *bytes);
	*bytes = tab + 1;
	return CLI_DONE;
}

/* Replaces a message by a copy with a NUL at its end. */
static int add_nul(struct job *job, const char **bytes, size_t *size)
{
	if (job->copy_room < *size + 1) {
		char *copy = realloc(job->copy, *size + 1);

		if (copy == NULL)
			return -1;
		job->copy = copy;
		job->copy_room = *size + 1;
	}
	if (*size > 0)
		memcpy(job->copy, *bytes, *size);
	job->copy[(*size)++] = '\0';
	*bytes = job->copy;
	return 0;
}

static int send_one(struct job *job, const char *bytes, size_t size, long rank)
{
	struct deadline deadline = deadline_after(job->options->timeout);

	if (queue_send(&job->queue, bytes, size, rank, &deadline) == -1) {
		int err = errno;

		if (err == EINTR)
			return CLI_FAILED;
		if (err == EMSGSIZE)
			return refuse_length(job, size);
		return fail_record(job, cli_status_of(err), "%s",
		                   err == ETIMEDOUT && job->options->timeout == 0 ? "the queue is full" : cli_text(err));
	}
	job->sent++;
	progress_add(&job->progress, size);
	return CLI_DONE;
}

static int send_record(struct job *job, const char *bytes, size_t size)
{
	const struct options *options = job->options;
	long rank = options->rank;
	int status;

	if (options->with_rank && (status = take_rank(job, &bytes, &size, &rank)) != CLI_DONE)
		return status;
	if (options->end && size == 0 && !options->c_string)
		return fail_record(job, CLI_FAILED, "an empty message would end the stream too early (-E)");
	if (options->c_string && add_nul(job, &bytes, &size) == -1)
		return fail_record(job, CLI_FAILED, "%s", strerror(errno));
	if (size > job->queue.most)
		return refuse_length(job, size);
	return send_one(job, bytes, size, rank);
}

static int send_operands(struct job *job, int count, char **words)
{
	int i, status = CLI_DONE;

	job->unit = "message";
	for (i = 0; i < count && status == CLI_DONE; i++) {
		job->number = (uint64_t)i + 1;
		status = send_record(job, words[i], strlen(words[i]));
	}
	return status;
}

/* Reports that no further record could be read from standard input. */
static int fail_input(const struct job *job, size_t size)
{
	char sent[80];

	if (errno == EINTR)
		return CLI_FAILED;
	if (errno == EMSGSIZE)
		return refuse_length(job, size);
	if (errno == EPROTO)
		return fail_record(job, CLI_FAILED, "standard input ends in the middle of it");
	cli_warn("standard input", "%s; %s", strerror(errno), describe_sent(job, sent));
	return CLI_FAILED;
}

static int send_input(struct job *job)
{
	const struct record_format *format = &job->options->format;
	/* With -P a record is longer than its message, by up to 19 digits and a TAB. */
	size_t most = job->queue.most + (job->options->with_rank ? 20 : 0), size = 0;
	struct record_reader reader;
	const char *bytes;
	int result, status = CLI_DONE;

	job->unit = format->kind == RECORD_DELIMITED && format->delimiter == '\n' ? "line" : "record";
	if (format->kind == RECORD_BLOCK && format->block > job->queue.most) {
		job->number = 1;
		return refuse_length(job, (size_t)format->block);
	}
	record_open(&reader, format, 0, most);
	while (status == CLI_DONE && (result = record_next(&reader, &bytes, &size)) != 0) {
		job->number = reader.number;
		status = result == -1 ? fail_input(job, size) : send_record(job, bytes, size);
	}
	record_close(&reader);
	return status;
}

/* Sends the end of the stream: an empty message after all others of its rank. */
static int send_end(struct job *job)
{
	job->unit = "end, message";
	job->number = job->sent + 1;
	return send_one(job, "", 0, job->options->rank);
}

/* Prints the name of a new queue without a key before the queue can be full, so that a receiver can be started. */
static int print_id(struct job *job)
{
	int status = cli_print_id(job->queue.id);

	if (status != CLI_DONE)
		queue_remove(&job->queue);
	return status;
}

static int send_all(struct job *job, int count, char **words)
{
	struct deadline deadline;
	int status = count > 0 ? send_operands(job, count, words) : send_input(job);

	if (status == CLI_DONE && job->options->end)
		status = send_end(job);
	if (job->sent == 0)
		return status;
	deadline = deadline_after(job->options->timeout);
	if (status == CLI_DONE && queue_settle(&job->queue, &deadline) == -1)
		status = cli_queue_fail(&job->queue, errno);
	return status;
}

static int run(struct job *job, int count, char **words)
{
	const struct options *options = job->options;
	char sent[80];
	int created, status;

	if (count == 0 && cli_was_closed(0))
		return cli_fail("standard input", EBADF);
	status = cli_queue_open(&job->queue, QUEUE_SEND, &options->create, &created);
	if (status != CLI_DONE)
		return status;
	if (options->object.kind == OBJECT_PRIVATE && (status = print_id(job)) != CLI_DONE)
		return status;
	progress_start(&job->progress, options->progress, 0);
	status = send_all(job, count, words);
	progress_end(&job->progress);
	if (options->verbose)
		cli_warn(options->object.word, "%s%s", describe_sent(job, sent), created ? ", queue created" : "");
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
	char sent[80];
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
		cli_warn(options.object.word, "interrupted; %s", describe_sent(&job, sent));
	queue_close(&job.queue);
	free(job.copy);
	interrupt_die_if_pending();
	return status;
}
