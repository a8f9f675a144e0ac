/* SPDX-License-Identifier: ISC */
/*
 * mqsend - messages into a queue.
 *
 * A message is an operand or a record of standard input.  What the queue could never take is refused
 * before it is tried: the kernel would cut nothing, but let some of it wait for ever.
 */
#include <errno.h>
#include <getopt.h>
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
	"Send each message, or each record of standard input (lines, if nothing else is said), to a queue.\n"
	"\n"
	"  -0, --null              records end with NULs\n"
	"  -1, --whole             all of standard input is one record\n"
	"  -b, --block=SIZE        records have SIZE bytes\n"
	"  -C, --create            make the queue if it is not there\n"
	"  -d, --delimiter=CHAR    records end with CHAR\n"
	"  -E, --end               send an empty message at the end\n"
	"  -L, --length-prefixed   records follow their length, 4 bytes\n"
	"  -m, --mode=MODE         permission of a new queue, octal or symbolic (default: 0600)\n"
	"  -n, --nonblock          do not wait where the queue is full: -w 0\n"
	"  -P, --with-priority     records begin with their priority or type and a TAB\n"
	"  -p, --priority=N        priority, 0 to 32767 (POSIX)\n"
	"  -t, --type=N            type, from 1 on (System V)\n"
	"  -v, --verbose           say what was done\n"
	"  -w, --timeout=DURATION  wait for room at most so long, for each message\n"
	"  -x, --exclusive         make the queue, and fail if it is there\n"
	"  -z, --c-string          add a NUL to each message\n"
	"      --max-messages=N    of a new POSIX queue: how many it holds\n"
	"      --message-size=SIZE of a new POSIX queue: how long they may be\n"
	"      --progress          show bytes and rate on a terminal; twice: everywhere\n"
	"  -h, --help              show this\n"
	"  -V, --version           show the version\n"
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

/* What is to be done, and how far it is. */
struct job {
	struct object object;
	struct cli_queue_options make;
	struct record_format format;
	int framed, end, verbose, with_rank, c_string, has_priority, has_type, progress_wanted;
	long priority, type;
	int64_t timeout; /* negative: for ever */

	struct queue queue;
	struct progress progress;
	char *copy; /* of a message that gets a NUL */
	size_t copy_room;
	uint64_t sent;
	const char *unit; /* what the records are, for messages about them */
	uint64_t number;  /* of the one that is being sent */
};

/* "/q: line 17: cause; 16 messages were sent", so that one knows where to go on. */
static int __attribute__((format(printf, 3, 4))) fail_record(const struct job *job, int status, const char *format, ...)
{
	char cause[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(cause, sizeof(cause), format, arguments);
	va_end(arguments);
	cli_warn(job->object.word, "%s %llu: %s; %llu %s sent", job->unit, (unsigned long long)job->number, cause,
	         (unsigned long long)job->sent, job->sent == 1 ? "message was" : "messages were");
	return status;
}

static int refuse_length(const struct job *job, size_t size)
{
	/* Behind that nobody looks for the end of a record. */
	if (size > RECORD_LOOK && job->format.kind != RECORD_LENGTH)
		return fail_record(job, CLI_FAILED, "message of more than 64 MiB is longer than the queue takes (%zu)",
		                   job->queue.most);
	return fail_record(job, CLI_FAILED, "message of %zu bytes is longer than the queue takes (%zu)", size,
	                   job->queue.most);
}

/* Takes "12<TAB>" off the front of a record. */
static int take_rank(const struct job *job, const char **bytes, size_t *size, long *rank)
{
	int posix = job->queue.kind == &queue_posix;
	const char *tab = *size > 0 ? memchr(*bytes, '\t', *size) : NULL;
	char digits[24];
	uint64_t value;

	if (tab == NULL || (size_t)(tab - *bytes) >= sizeof(digits))
		return fail_record(job, CLI_FAILED, "no %s and TAB at its beginning (-P)", job->queue.kind->rank_name);
	memcpy(digits, *bytes, (size_t)(tab - *bytes));
	digits[tab - *bytes] = '\0';
	if (number_parse(digits, posix ? 0 : 1, posix ? QUEUE_PRIORITY_MOST : LONG_MAX, &value) == -1)
		return fail_record(job, CLI_FAILED, "what is before its TAB is no %s (-P)", job->queue.kind->rank_name);
	*rank = (long)value;
	*size -= (size_t)(tab + 1 - *bytes);
	*bytes = tab + 1;
	return CLI_DONE;
}

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
	struct deadline deadline = deadline_after(job->timeout);

	if (queue_send(&job->queue, bytes, size, rank, &deadline) == -1) {
		int err = errno;

		if (err == EINTR)
			return CLI_FAILED;
		if (err == EMSGSIZE)
			return refuse_length(job, size);
		return fail_record(job, cli_status_of(err), "%s",
		                   err == ETIMEDOUT && job->timeout == 0 ? "the queue is full" : cli_text(err));
	}
	job->sent++;
	progress_add(&job->progress, size);
	return CLI_DONE;
}

static int send_record(struct job *job, const char *bytes, size_t size)
{
	long rank = job->has_priority ? job->priority : job->has_type ? job->type : job->queue.kind->rank_default;
	int status;

	if (job->with_rank && (status = take_rank(job, &bytes, &size, &rank)) != CLI_DONE)
		return status;
	if (job->end && size == 0 && !job->c_string)
		return fail_record(job, CLI_FAILED, "an empty message would end the stream before its end (-E)");
	if (job->c_string && add_nul(job, &bytes, &size) == -1)
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

static int fail_input(const struct job *job, size_t size)
{
	if (errno == EINTR)
		return CLI_FAILED;
	if (errno == EMSGSIZE)
		return refuse_length(job, size);
	if (errno == EPROTO)
		return fail_record(job, CLI_FAILED, "standard input ends in the middle of it");
	cli_warn("standard input", "%s; %llu %s sent", strerror(errno), (unsigned long long)job->sent,
	         job->sent == 1 ? "message was" : "messages were");
	return CLI_FAILED;
}

static int send_input(struct job *job)
{
	/* With -P a record is longer than its message, by up to 19 digits and a TAB. */
	size_t most = job->queue.most + (job->with_rank ? 20 : 0), size = 0;
	struct record_reader reader;
	const char *bytes;
	int result, status = CLI_DONE;

	job->unit = job->format.kind == RECORD_DELIMITED && job->format.delimiter == '\n' ? "line" : "record";
	if (job->format.kind == RECORD_BLOCK && job->format.block > job->queue.most) {
		job->number = 1;
		return refuse_length(job, (size_t)job->format.block);
	}
	record_open(&reader, &job->format, 0, most);
	while (status == CLI_DONE && (result = record_next(&reader, &bytes, &size)) != 0) {
		job->number = reader.number;
		status = result == -1 ? fail_input(job, size) : send_record(job, bytes, size);
	}
	record_close(&reader);
	return status;
}

/* The end of the stream: an empty message, behind all others of its rank. */
static int send_end(struct job *job)
{
	job->unit = "end, message";
	job->number = job->sent + 1;
	return send_one(job, "", 0,
	                job->has_priority ? job->priority : job->has_type ? job->type : job->queue.kind->rank_default);
}

/* Without its id nobody would find a private queue, and the receiver is to know it before the queue is full. */
static int print_id(struct job *job)
{
	int status = cli_print_id(job->queue.id);

	if (status != CLI_DONE)
		job->queue.kind->remove(&job->queue);
	return status;
}

static int run(struct job *job, int count, char **words)
{
	int created, status;

	if (count == 0 && cli_was_closed(0))
		return cli_fail("standard input", EBADF);
	status = cli_queue_open(&job->queue, &job->object, QUEUE_SEND, &job->make, &created);
	if (status != CLI_DONE)
		return status;
	if (job->object.kind == OBJECT_PRIVATE && (status = print_id(job)) != CLI_DONE)
		return status;
	progress_start(&job->progress, job->progress_wanted, 0);
	status = count > 0 ? send_operands(job, count, words) : send_input(job);
	if (status == CLI_DONE && job->end)
		status = send_end(job);
	/* What still lies in a queue without a name nobody will find; what was taken before that has arrived. */
	if (status == CLI_DONE && job->sent > 0 && job->queue.kind->is_gone(&job->queue) &&
	    job->queue.kind->count(&job->queue) > 0)
		status = cli_fail(job->object.word, EIDRM);
	progress_end(&job->progress);
	if (job->verbose)
		cli_warn(job->object.word, "%llu %s sent%s", (unsigned long long)job->sent,
		         job->sent == 1 ? "message" : "messages", created ? ", queue created" : "");
	return status;
}

static long rank_or_exit(const char *option, const char *word, uint64_t least, uint64_t most, const char *range)
{
	uint64_t value;

	if (number_parse(word, least, most, &value) == -1)
		cli_usage_exit("%s: %s", option, range);
	return (long)value;
}

static void parse_options(struct job *job, int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, "01b:Cd:EhLm:nPp:t:vVw:xz", long_options, NULL)) != -1) {
		if (cli_record_option(&job->format, option, optarg)) {
			job->framed = 1;
			continue;
		}
		switch (option) {
		case 'C': job->make.create = 1; break;
		case 'E': job->end = 1; break;
		case 'h': cli_help_exit();
		case 'm':
			job->make.mode = cli_mode_or_exit("-m", optarg);
			job->make.has_mode = 1;
			break;
		case 'n': job->timeout = 0; break;
		case 'P': job->with_rank = 1; break;
		case 'p':
			job->priority = rank_or_exit("-p", optarg, 0, QUEUE_PRIORITY_MOST, "a priority is a number from 0 to 32767");
			job->has_priority = 1;
			break;
		case 't':
			job->type = rank_or_exit("-t", optarg, 1, LONG_MAX, "a type is a number from 1 on");
			job->has_type = 1;
			break;
		case 'v': job->verbose = 1; break;
		case 'V': cli_version_exit();
		case 'w': job->timeout = cli_duration_or_exit("-w", optarg); break;
		case 'x': job->make.exclusive = 1; break;
		case 'z': job->c_string = 1; break;
		case OPTION_MAX_MESSAGES: job->make.limits.max_messages = cli_queue_limit_or_exit("--max-messages", optarg); break;
		case OPTION_MESSAGE_SIZE: job->make.limits.message_size = cli_queue_limit_or_exit("--message-size", optarg); break;
		case CLI_PROGRESS: job->progress_wanted++; break;
		default: cli_option_exit();
		}
	}
}

static void check_options(const struct job *job, int operands)
{
	int posix = job->object.kind == OBJECT_NAME;

	cli_queue_check_or_exit(&job->make, &job->object);
	if (posix && job->has_type)
		cli_usage_exit("-t is for System V queues: a message of a POSIX queue has a priority (-p)");
	if (!posix && job->has_priority)
		cli_usage_exit("-p is for POSIX queues: a message of a System V queue has a type (-t)");
	if (operands > 0 && job->framed)
		cli_usage_exit("-0, -1, -b, -d and -L cut standard input, and messages are given");
	if (job->with_rank && (job->has_priority || job->has_type))
		cli_usage_exit("-P takes priority or type from each record, -p and -t set it for all");
	if (job->with_rank && job->format.kind == RECORD_BLOCK)
		cli_usage_exit("-P does not go with -b: blocks have no place for it");
}

int main(int argc, char **argv)
{
	static struct job job = {.make.mode = 0600, .format.delimiter = '\n', .timeout = -1};
	int status;

	cli_start(argv, usage, help);
	parse_options(&job, argc, argv);
	if (argc == optind)
		cli_usage_exit("which queue?");
	cli_object_or_exit(&job.object, argv[optind], QUEUE_KINDS);
	check_options(&job, argc - optind - 1);

	interrupt_catch();
	queue_init(&job.queue, &job.object);
	status = run(&job, argc - optind - 1, argv + optind + 1);
	if (interrupt_pending() != 0)
		cli_warn(job.object.word, "interrupted; %llu %s sent", (unsigned long long)job.sent,
		         job.sent == 1 ? "message was" : "messages were");
	queue_close(&job.queue);
	free(job.copy);
	interrupt_die_if_pending();
	return status;
}
