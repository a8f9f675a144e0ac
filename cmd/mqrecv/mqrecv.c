/* SPDX-License-Identifier: ISC */
/*
 * mqrecv - receives messages from queues, and writes them to standard output or gives them to commands.
 *
 * The kernel cannot look at a message first and take it later: a message that was received exists only in this process.
 * So mqrecv holds each message until it was written or its command succeeded, and puts it back if that fails or a signal
 * comes.  Output is collected while further messages are available, and written as soon as there is none.
 *
 *	receive.c	the loop: takes messages, hands them on, ends the run
 *	commands.c	a command for each message: start, wait, try again, pause after failures, dead letters
 *	emit.c		a message as output: records or JSON
 *	reconnect.c	queues whose connection was lost
 *	putback.c	messages that go back into their queues, or to standard error
 *	inflight.c	messages whose output is not written yet
 *	job.h		options, tasks and the running state
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/command.h"
#include "base/interrupt.h"
#include "base/number.h"
#include "cli/cli.h"
#include "cli/cli_queue.h"
#include "cli/cli_record.h"
#include "ipc/broker.h"
#include "job.h"
#include "receive.h"

#define MOST_JOBS 4096

enum { OPTION_CA = CLI_FIRST_OWN, OPTION_DEAD_LETTER, OPTION_JSON, OPTION_MAX_MESSAGES, OPTION_MESSAGE_SIZE, OPTION_PEEK, OPTION_TRIES };

static const char usage[] = "mqrecv [-01aCELfnPuvz] [-b size] [-c count] [-d char] [-j jobs] [-m mode] [-t type]\n"
			    "              [-w timeout] [--ca=file] [--dead-letter=queue] [--json] [--max-messages=n]\n"
			    "              [--message-size=size] [--peek] [--progress] [--tries=n] queue ...\n"
			    "              [-- command [argument ...]]";
static const char help[] =
	"Receive one message from queues, and write it to standard output or give it to a command.\n"
	"\n"
	"  -0, --null              write a NUL after each message instead of a newline\n"
	"  -1, --whole             write nothing after a message\n"
	"  -a, --all               receive all messages that exist now\n"
	"  -b, --block=SIZE        each message has SIZE bytes, and nothing is written after it\n"
	"  -C, --create            create a queue that does not exist\n"
	"  -c, --count=N           receive N messages\n"
	"  -d, --delimiter=CHAR    write CHAR after each message\n"
	"  -E, --end               stop at an empty message\n"
	"  -f, --follow            receive for ever\n"
	"  -j, --jobs=N            run up to N commands at once\n"
	"  -L, --length-prefixed   write the length of each message before it, 4 bytes, big-endian\n"
	"  -m, --mode=MODE         permission bits of a new queue, octal or symbolic (default: 0600)\n"
	"  -n, --nonblock          do not wait for a message: -w 0\n"
	"  -P, --with-priority     write priority or type and a TAB before each message\n"
	"  -t, --type=TYPE         System V: receive type N, <=N (the lowest up to N) or !=N (any other)\n"
	"  -u, --unbuffered        write each message before the next one is received\n"
	"  -v, --verbose           report at the end what became of the messages\n"
	"  -w, --timeout=DURATION  wait at most DURATION for each message\n"
	"  -z, --c-string          a NUL ends each message\n"
	"      --ca=FILE           trust the certificates in FILE (amqps://; default: the system's)\n"
	"      --dead-letter=QUEUE send messages whose command failed to QUEUE\n"
	"      --json              write one JSON object for each message\n"
	"      --max-messages=N    number of messages that a new queue holds (POSIX, broker)\n"
	"      --message-size=SIZE longest message that a new POSIX queue takes\n"
	"      --peek              copy the messages and leave them in the queue (System V)\n"
	"      --progress          show bytes and rate on a terminal; given twice: everywhere\n"
	"      --tries=N           run a command that fails up to N times for each message\n"
	"  -h, --help              print this help\n"
	"  -V, --version           print the version\n"
	"\n"
	"Queues: /NAME  key:N  id:N  ftok:PATH[:PROJ]; see ipcutils(7).\n"
	"On a broker: amqp[s]://[USER@]HOST[:PORT]/[VHOST/]QUEUE.\n";

static const struct option long_options[] = {
	{"all", no_argument, NULL, 'a'},
	{"block", required_argument, NULL, 'b'},
	{"c-string", no_argument, NULL, 'z'},
	{"ca", required_argument, NULL, OPTION_CA},
	{"count", required_argument, NULL, 'c'},
	{"create", no_argument, NULL, 'C'},
	{"dead-letter", required_argument, NULL, OPTION_DEAD_LETTER},
	{"delimiter", required_argument, NULL, 'd'},
	{"end", no_argument, NULL, 'E'},
	{"follow", no_argument, NULL, 'f'},
	{"help", no_argument, NULL, 'h'},
	{"jobs", required_argument, NULL, 'j'},
	{"json", no_argument, NULL, OPTION_JSON},
	{"length-prefixed", no_argument, NULL, 'L'},
	{"max-messages", required_argument, NULL, OPTION_MAX_MESSAGES},
	{"message-size", required_argument, NULL, OPTION_MESSAGE_SIZE},
	{"mode", required_argument, NULL, 'm'},
	{"nonblock", no_argument, NULL, 'n'},
	{"null", no_argument, NULL, '0'},
	{"peek", no_argument, NULL, OPTION_PEEK},
	{"progress", no_argument, NULL, CLI_PROGRESS},
	{"timeout", required_argument, NULL, 'w'},
	{"tries", required_argument, NULL, OPTION_TRIES},
	{"type", required_argument, NULL, 't'},
	{"unbuffered", no_argument, NULL, 'u'},
	{"verbose", no_argument, NULL, 'v'},
	{"version", no_argument, NULL, 'V'},
	{"whole", no_argument, NULL, '1'},
	{"with-priority", no_argument, NULL, 'P'},
	{NULL, 0, NULL, 0},
};

/* Refuses a queue that is received from as that of the dead letters: a failed message would come back at once. */
noreturn static void refuse_dead_letter(const struct options *options)
{
	cli_usage_exit("--dead-letter: mqrecv receives from %s, too: each message whose command fails would come again at once",
	               cli_shown(options->dead_letter.word));
}

static int open_queues(struct job *job)
{
	const struct options *options = job->options;
	unsigned access = options->peek ? QUEUE_RECEIVE : QUEUE_RECEIVE | QUEUE_SEND;
	int i, status = CLI_DONE, created;

	for (i = 0; i < options->queues && status == CLI_DONE; i++) {
		queue_init(&job->queues[i], &options->objects[i]);
		job->queues[i].wish = options->wish;
		job->queues[i].patience = options->timeout;
		job->queues[i].ca = options->ca;
		job->open[i] = &job->queues[i];
		job->open_count = i + 1;
		status = cli_queue_open(&job->queues[i], access, &options->create, &created);
	}
	if (status == CLI_DONE && options->has_dead_letter) {
		queue_init(&job->dead_letter, &options->dead_letter);
		job->dead_letter.patience = options->timeout;
		job->dead_letter.ca = options->ca;
		status = cli_queue_open(&job->dead_letter, QUEUE_SEND, &options->create, &created);
	}
	/* A key and an id may name one queue, which only shows now. */
	for (i = 0; status == CLI_DONE && options->has_dead_letter && i < options->queues; i++)
		if (job->queues[i].id != -1 && job->queues[i].id == job->dead_letter.id)
			refuse_dead_letter(options);
	return status;
}

/*
 * Ends receiving, and waits until the queues have noted the last messages that were accepted, whatever signal comes.  A
 * queue whose connection was lost has been reported before.
 */
static int finish_queues(struct job *job)
{
	struct deadline deadline = deadline_after(RETURN_TIME);
	int i, status = CLI_DONE;

	interrupt_hold();
	for (i = 0; i < job->open_count; i++) {
		char cause[512];

		if (queue_finish(job->open[i], &deadline) == 0)
			continue;
		status = cli_status_of(EIO);
		if (job->unnoted)
			continue;
		if (!queue_explain(job->open[i], errno, cause, sizeof(cause)))
			snprintf(cause, sizeof(cause), "%s", cli_text(errno));
		cli_warn(job->open[i]->object->word, "%s; messages that were passed on last may come again", cause);
	}
	interrupt_release();
	return status;
}

static void close_queues(struct job *job)
{
	int i;

	for (i = 0; i < job->options->queues; i++)
		if (job->queues[i].kind != NULL)
			queue_close(&job->queues[i]);
	if (job->dead_letter.kind != NULL)
		queue_close(&job->dead_letter);
}

static int run(struct job *job)
{
	int status, last;

	if (job->options->command == NULL && cli_was_closed(1))
		return cli_fail("standard output", EBADF);
	status = open_queues(job);
	if (status == CLI_DONE) {
		progress_start(&job->progress, job->options->progress, 0);
		status = receive_all(job);
		last = finish_queues(job);
		if (status == CLI_DONE || status == CLI_TIMEOUT)
			status = last != CLI_DONE ? last : status;
		progress_end(&job->progress);
		if (job->options->verbose)
			receive_report(job, "");
	}
	close_queues(job);
	return status;
}

/* Parses "3", "<=5" or "!=5". */
static void parse_type(struct options *options, const char *word)
{
	const char *digits = word;
	uint64_t type;

	options->wish.choice = QUEUE_EXACT;
	if (strncmp(word, "<=", 2) == 0)
		options->wish.choice = QUEUE_UP_TO;
	else if (strncmp(word, "!=", 2) == 0)
		options->wish.choice = QUEUE_EXCEPT;
	if (options->wish.choice != QUEUE_EXACT)
		digits += 2;
	if (number_parse(digits, 1, LONG_MAX, &type) == -1)
		cli_usage_exit("-t: %s: not a type: N, <=N or !=N, where N is a whole number of 1 or more", cli_shown(word));
	options->wish.type = (long)type;
	options->has_type = 1;
}

static void parse_options(struct options *options, struct cli_line *line, int argc, char **argv)
{
	int option;

	while ((option = cli_option(line, argc, argv, "01ab:Cc:d:Efhj:Lm:nPt:uvVw:z", long_options, CLI_AFTER_DASHES)) != -1) {
		if (cli_record_option(&options->format, option, optarg)) {
			options->has_format = 1;
			continue;
		}
		switch (option) {
		case 'a': options->all = 1; break;
		case 'C': options->create.create = 1; break;
		case 'c':
			options->count = cli_number_or_exit("-c", optarg, 1, UINT64_MAX);
			options->has_count = 1;
			break;
		case 'E': options->end = 1; break;
		case 'f': options->follow = 1; break;
		case 'h': cli_help_exit();
		case 'j': options->jobs = (int)cli_number_or_exit("-j", optarg, 1, MOST_JOBS); break;
		case 'm':
			options->create.mode = cli_mode_or_exit("-m", optarg);
			options->create.has_mode = 1;
			break;
		case 'n': options->timeout = 0; break;
		case 'P': options->with_rank = 1; break;
		case 't': parse_type(options, optarg); break;
		case 'u': options->unbuffered = 1; break;
		case 'v': options->verbose = 1; break;
		case 'V': cli_version_exit();
		case 'w': options->timeout = cli_duration_or_exit("-w", optarg); break;
		case 'z': options->c_string = 1; break;
		case OPTION_CA: options->ca = optarg; break;
		case OPTION_DEAD_LETTER:
			cli_object_or_exit(&options->dead_letter, optarg, QUEUE_EXISTING);
			options->has_dead_letter = 1;
			break;
		case OPTION_JSON: options->json = 1; break;
		case OPTION_MAX_MESSAGES:
			options->create.limits.max_messages = cli_queue_limit_or_exit("--max-messages", optarg);
			break;
		case OPTION_MESSAGE_SIZE:
			options->create.limits.message_size = cli_queue_limit_or_exit("--message-size", optarg);
			break;
		case OPTION_PEEK: options->peek = 1; break;
		case OPTION_TRIES: options->tries = cli_number_or_exit("--tries", optarg, 1, UINT64_MAX); break;
		case CLI_PROGRESS: options->progress++; break;
		}
	}
}

/* Refuses options that belong to output if there is a command, and the other way round. */
static void check_command(const struct options *options)
{
	if (options->command != NULL &&
	    (options->has_format || options->with_rank || options->json || options->unbuffered || options->peek))
		cli_usage_exit("-0, -1, -b, -d, -L, -P, -u, --json and --peek are for standard output: a command gets the bare message");
	if (options->command == NULL && (options->has_dead_letter || options->jobs > 0 || options->tries > 0))
		cli_usage_exit("-j, --dead-letter and --tries need a command, after --");
}

static void check_options(const struct options *options)
{
	if (options->all + options->follow + options->has_count > 1)
		cli_usage_exit("give one of -a, -c and -f");
	check_command(options);
	if (options->json && (options->has_format || options->with_rank))
		cli_usage_exit("--json writes lines that contain the priority or type: -0, -1, -b, -d, -L and -P cannot be used with it");
	if (options->with_rank && options->format.kind == RECORD_BLOCK)
		cli_usage_exit("-P cannot be used with -b: a block has no room for a priority or type");
	if (options->peek && (options->follow || options->end || options->timeout > 0 || options->queues > 1))
		cli_usage_exit("--peek copies the messages that one queue has now: -E, -f, -w and a second queue cannot be used with it");
	if (options->all && options->timeout >= 0)
		cli_usage_exit("-a receives the messages that exist now and never waits: -n and -w cannot be used with it");
}

static void check_queue(const struct options *options, const struct object *object)
{
	cli_queue_check_or_exit(&options->create, object);
	if (options->has_type)
		cli_queue_ability_or_exit(object, QUEUE_CHOOSES);
	if (options->peek)
		cli_queue_ability_or_exit(object, QUEUE_PEEKS);
}

/* Refuses a word that is the name of a program: `mqrecv /q cat` lacks the "--" before the command. */
static void check_dashes(const struct options *options, const char *word, const char *queue)
{
	struct object object;

	if (options->command == NULL && object_parse(&object, word) != NULL && command_look(word) == 0)
		cli_usage_exit("%s: not the name of a queue (put -- before a command: mqrecv %s -- %s)", word, queue, word);
}

/* Parses the names of the queues; all are right before the first one is opened. */
static void parse_queues(struct options *options, char **words)
{
	int i, tls = options->has_dead_letter && broker_uses_tls(options->dead_letter.word);

	options->objects = calloc((size_t)options->queues, sizeof(*options->objects));
	if (options->objects == NULL)
		exit(cli_fail("operands", errno));
	for (i = 0; i < options->queues; i++) {
		if (i > 0)
			check_dashes(options, words[i], words[0]);
		cli_object_or_exit(&options->objects[i], words[i], QUEUE_EXISTING);
		check_queue(options, &options->objects[i]);
		tls |= broker_uses_tls(words[i]);
	}
	if (options->ca != NULL && !tls)
		cli_usage_exit("--ca is for amqps:// queues");
	if (!options->has_dead_letter)
		return;
	cli_queue_check_or_exit(&options->create, &options->dead_letter);
	for (i = 0; i < options->queues; i++)
		if (object_is_same(&options->objects[i], &options->dead_letter))
			refuse_dead_letter(options);
}

/* Sets the values that follow from several options. */
static void complete_options(struct options *options)
{
	if (options->all || options->follow)
		options->count = UINT64_MAX;
	options->wish.count = options->count;
	options->wish.keeps = options->all || options->command == NULL;
	options->wish.held = options->command != NULL ? (unsigned)(options->jobs > 0 ? options->jobs : 1) : options->unbuffered ? 1 : 0;
}

static int init_job(struct job *job, const struct options *options)
{
	job->options = options;
	job->places = options->jobs > 0 ? options->jobs : 1;
	job->queues = calloc((size_t)options->queues, sizeof(*job->queues));
	job->open = calloc((size_t)options->queues, sizeof(*job->open));
	job->lost = calloc((size_t)options->queues, sizeof(*job->lost));
	job->tasks = calloc((size_t)job->places, sizeof(*job->tasks));
	inflight_init(&job->box, 1);
	return job->queues == NULL || job->open == NULL || job->lost == NULL || job->tasks == NULL ? cli_fail(NULL, errno) : CLI_DONE;
}

static void free_job(struct job *job)
{
	int i;

	for (i = 0; job->tasks != NULL && i < job->places; i++)
		free(job->tasks[i].message.bytes);
	free(job->tasks);
	free(job->message.bytes);
	free(job->queues);
	free(job->open);
	free(job->lost);
	inflight_free(&job->box);
}

int main(int argc, char **argv)
{
	static struct options options = {.create.mode = 0600, .format.delimiter = '\n', .timeout = -1, .count = 1};
	static struct job job;
	static struct cli_line line;
	int status;

	cli_start(argv, usage, help);
	cli_runs_command_after_dashes(argv);
	parse_options(&options, &line, argc, argv);
	options.command = line.command;
	if (options.command != NULL && options.command[0] == NULL)
		cli_usage_exit("the command after -- is missing");
	if (line.count == 0)
		cli_usage_exit("the queue is missing");
	options.queues = line.count;
	check_options(&options);
	parse_queues(&options, line.operands);
	complete_options(&options);

	cli_disarm(SIGPIPE);
	interrupt_catch();
	if (options.command != NULL)
		interrupt_catch_children();
	status = init_job(&job, &options);
	if (status == CLI_DONE)
		status = run(&job);
	free_job(&job);
	free(options.objects);
	interrupt_die_if_pending();
	return options.command != NULL ? status : cli_finish(status);
}
