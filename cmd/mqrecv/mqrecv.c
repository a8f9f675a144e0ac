/* SPDX-License-Identifier: ISC */
/*
 * mqrecv - messages from queues, to standard output or to commands.
 *
 * The kernel knows no "look, then take": a message that was received is in our hands alone.  So each
 * is held (outbox.h, struct task) until it was written out or its command succeeded, and put back
 * where that fails or a signal comes.  Output is gathered as long as further messages are there at
 * that moment, and passed on as soon as there is none.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/command.h"
#include "base/deadline.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/json.h"
#include "base/number.h"
#include "base/record.h"
#include "cli/cli.h"
#include "cli/cli_queue.h"
#include "cli/cli_record.h"
#include "cli/progress.h"
#include "ipc/queue.h"
#include "inflight.h"

#define ENOUGH ((size_t)64 * 1024) /* output that is written without waiting for more */
#define RETURN_TIME INT64_C(5000000000) /* for putting messages back into a queue that is full */
#define MOST_JOBS 4096
#define FIRST_PAUSE INT64_C(100000000) /* after a command failed, doubled with each that fails in turn */
#define LONGEST_PAUSE INT64_C(5000000000)

enum { OPTION_DEAD_LETTER = CLI_FIRST_OWN, OPTION_JSON, OPTION_MAX_MESSAGES, OPTION_MESSAGE_SIZE, OPTION_PEEK };

static const char usage[] = "mqrecv [-01aCELfnPuvz] [-b size] [-c count] [-d char] [-j jobs] [-m mode] [-t type]\n"
			    "              [-w timeout] [--dead-letter=queue] [--json] [--max-messages=n] [--message-size=size]\n"
			    "              [--peek] [--progress] queue ... [-- command [argument ...]]";
static const char help[] =
	"Receive one message from queues, and write it out or give it to a command.\n"
	"\n"
	"  -0, --null              write a NUL behind each message instead of a newline\n"
	"  -1, --whole             write nothing behind it\n"
	"  -a, --all               receive all that are there\n"
	"  -b, --block=SIZE        messages have SIZE bytes, and nothing is written behind them\n"
	"  -C, --create            make a queue if it is not there\n"
	"  -c, --count=N           receive N messages\n"
	"  -d, --delimiter=CHAR    write CHAR behind each message\n"
	"  -E, --end               stop at an empty message\n"
	"  -f, --follow            receive for ever\n"
	"  -j, --jobs=N            run up to N commands at once\n"
	"  -L, --length-prefixed   write the length of each message before it, 4 bytes\n"
	"  -m, --mode=MODE         permission of a new queue, octal or symbolic (default: 0600)\n"
	"  -n, --nonblock          do not wait: -w 0\n"
	"  -P, --with-priority     write priority or type and a TAB before each message\n"
	"  -t, --type=TYPE         of System V: N, <=N (the lowest up to N), !=N (any other)\n"
	"  -u, --unbuffered        write each message before the next is taken\n"
	"  -v, --verbose           say what was done\n"
	"  -w, --timeout=DURATION  wait at most so long for each message\n"
	"  -z, --c-string          a NUL ends each message\n"
	"      --dead-letter=QUEUE where messages go whose command failed\n"
	"      --json              write one JSON object for each message\n"
	"      --max-messages=N    of a new POSIX queue: how many it holds\n"
	"      --message-size=SIZE of a new POSIX queue: how long they may be\n"
	"      --peek              leave the messages where they are (System V)\n"
	"      --progress          show bytes and rate on a terminal; twice: everywhere\n"
	"  -h, --help              show this\n"
	"  -V, --version           show the version\n"
	"\n"
	"Queues: /NAME  key:N  id:N  ftok:PATH[:PROJ]; see ipcutils(7).\n";

static const struct option long_options[] = {
	{"all", no_argument, NULL, 'a'},
	{"block", required_argument, NULL, 'b'},
	{"c-string", no_argument, NULL, 'z'},
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
	{"type", required_argument, NULL, 't'},
	{"unbuffered", no_argument, NULL, 'u'},
	{"verbose", no_argument, NULL, 'v'},
	{"version", no_argument, NULL, 'V'},
	{"whole", no_argument, NULL, '1'},
	{"with-priority", no_argument, NULL, 'P'},
	{NULL, 0, NULL, 0},
};

/* A command that runs, and the message that it was given. */
struct task {
	pid_t pid; /* 0: none */
	struct queue *queue;
	struct message message;
};

/* What is to be done, and how far it is. */
struct job {
	struct cli_queue_options make;
	struct record_format format;
	struct queue_selector selector;
	struct object dead_object;
	char **command;
	int framed, all, end, follow, unbuffered, verbose, with_rank, c_string, json, peek, dead, progress_wanted;
	int has_count, has_type;
	uint64_t count;
	int64_t timeout; /* negative: for ever */
	int most_tasks;

	struct object *objects;
	struct queue *queues, **open; /* all, and those of them that are still there */
	int open_count;
	struct queue dead_letter;
	struct inflight box;
	struct task *tasks;
	struct message message; /* received last */
	struct progress progress;
	int running, block_was_short;
	unsigned failures; /* commands that failed in turn */
	struct deadline not_before; /* then the next one is started, if there were */
	uint64_t taken, done, returned;
	int command_status; /* of the first command that failed */
};

/* `word` as a word for a shell, in room for 4 times its length and 3. */
static void quote(char *out, const char *word)
{
	*out++ = '\'';
	for (; *word != '\0'; word++)
		if (*word == '\'')
			out = stpcpy(out, "'\\''");
		else
			*out++ = *word;
	*out++ = '\'';
	*out = '\0';
}

/* In a form that a shell can send again: what nobody has any more must be somewhere. */
static void say_lost(const struct queue *queue, const struct message *message, int err)
{
	const char *word = queue->object->word;
	char *text = malloc(JSON_BASE64_ROOM(message->size) + 1), *quoted = malloc(4 * strlen(word) + 3);

	if (text == NULL || quoted == NULL) {
		cli_warn(word, "a message could not be put back and is lost: %s", strerror(ENOMEM));
	} else {
		*json_put_base64(text, message->bytes, message->size) = '\0';
		quote(quoted, word);
		cli_warn(word, "a message could not be put back: %s; to send it again: echo %s | base64 -d | mqsend -1 %s %ld %s",
		         cli_text(err), text, queue->kind == &queue_posix ? "-p" : "-t", message->rank, quoted);
	}
	free(text);
	free(quoted);
}

/* Back into its queue, also after a signal: it takes a second one to end that. */
static int put_back(struct job *job, struct queue *queue, const struct message *message)
{
	struct deadline deadline = deadline_after(RETURN_TIME);

	interrupt_defer();
	if (queue_return(queue, message, &deadline) == -1) {
		say_lost(queue, message, errno);
		return -1;
	}
	job->returned++;
	return 0;
}

/* After a failed write, or a signal: what was not written whole goes back. */
static int fail_output(struct job *job)
{
	int err = errno;
	/* There may have been no memory for what was to be written. */
	const char *what = err == ENOMEM ? NULL : "standard output";
	struct deadline deadline = deadline_after(RETURN_TIME);
	size_t held = job->box.count, returned = 0;

	interrupt_defer();
	/* What was only looked at is still where it was. */
	if (job->peek)
		job->box.count = held = 0;
	inflight_return(&job->box, &deadline, &returned, say_lost);
	job->done -= held;
	job->returned += returned;
	if (job->peek && err != EINTR)
		return cli_fail(what, err);
	if (err != EINTR)
		cli_warn(what, "%s; %zu of %zu messages put back", cli_text(err), returned, held);
	return cli_status_of(err);
}

static int flush(struct job *job)
{
	return inflight_flush(&job->box) == -1 ? fail_output(job) : CLI_DONE;
}

/* Priority or type, as --json and -P show it. */
static char *put_number(char *out, long number)
{
	return out + sprintf(out, "%ld", number);
}

/* Room for the object of one message; a name that is no UTF-8 takes 4 characters for each of its bytes. */
static size_t json_room(const struct queue *queue, const struct message *message)
{
	return JSON_STRING_ROOM(4 * strlen(queue->object->word)) + JSON_STRING_ROOM(message->size) + 128;
}

/* A name that is no UTF-8 as messages show it, which is ASCII; null where there is no memory for that. */
static char *put_name(char *out, const char *word)
{
	char *shown;

	if (json_is_utf8(word, strlen(word)))
		return json_put_string(out, word, strlen(word));
	shown = malloc(4 * strlen(word) + 1);
	if (shown == NULL)
		return stpcpy(out, "null");
	cli_show_name(shown, word);
	out = json_put_string(out, shown, strlen(shown));
	free(shown);
	return out;
}

static char *put_json(char *out, const struct queue *queue, const struct message *message)
{
	out = put_name(stpcpy(out, "{\"queue\":"), queue->object->word);
	out += sprintf(out, ",\"%s\":", queue->kind->rank_name);
	out = put_number(out, message->rank);
	out += sprintf(out, ",\"size\":%zu,", message->size);
	if (json_is_utf8(message->bytes, message->size)) {
		out = stpcpy(out, "\"text\":");
		out = json_put_string(out, message->bytes, message->size);
	} else {
		out = stpcpy(out, "\"base64\":\"");
		out = json_put_base64(out, message->bytes, message->size);
		*out++ = '"';
	}
	*out++ = '}';
	*out++ = '\n';
	return out;
}

static char *put_record(const struct job *job, char *out, const struct message *message)
{
	char prefix[32], *end = prefix;

	if (job->with_rank) {
		end = put_number(end, message->rank);
		*end++ = '\t';
	}
	out += record_head(&job->format, (size_t)(end - prefix) + message->size, out);
	out = (char *)mempcpy(out, prefix, (size_t)(end - prefix));
	if (message->size > 0)
		out = (char *)mempcpy(out, message->bytes, message->size);
	return out + record_tail(&job->format, out);
}

/* A shorter block can only be the last: what came behind it could not be told from it. */
static int check_block(struct job *job, const struct message *message)
{
	if (job->format.kind != RECORD_BLOCK)
		return 0;
	if (job->block_was_short || message->size > job->format.block)
		return -1;
	job->block_was_short = message->size < job->format.block;
	return 0;
}

static int refuse_block(struct job *job, struct queue *queue)
{
	int status = flush(job);

	cli_warn(queue->object->word, "message of %zu bytes%s: blocks have %llu (-b)", job->message.size,
	         job->block_was_short ? " or the one before it" : "", (unsigned long long)job->format.block);
	if (!job->peek)
		put_back(job, queue, &job->message);
	return status == CLI_DONE ? cli_status_of(0) : status;
}

/* A message on its way out; what is held is the whole of it, what is shown ends at a NUL with -z. */
static int emit(struct job *job, struct queue *queue)
{
	struct message shown = job->message;
	const char *nul = job->c_string && shown.size > 0 ? memchr(shown.bytes, '\0', shown.size) : NULL;
	size_t room;
	char *out;

	if (nul != NULL)
		shown.size = (size_t)(nul - shown.bytes);
	if (check_block(job, &shown) == -1)
		return refuse_block(job, queue);
	room = job->json ? json_room(queue, &shown) : shown.size + 64;
	if (inflight_hold(&job->box, queue, &job->message) == -1) {
		if (!job->peek)
			put_back(job, queue, &job->message);
		return cli_fail(queue->object->word, ENOMEM);
	}
	job->done++;
	out = inflight_reserve(&job->box, room);
	if (out == NULL)
		return fail_output(job);
	inflight_commit(&job->box, job->json ? put_json(out, queue, &shown) : put_record(job, out, &shown));
	progress_add(&job->progress, shown.size);
	if (job->unbuffered || inflight_waiting(&job->box) >= ENOUGH)
		return flush(job);
	return CLI_DONE;
}

/* Where a message goes whose command failed. */
static void send_away(struct job *job, struct task *task)
{
	struct deadline deadline = deadline_after(RETURN_TIME);
	struct message message = task->message;

	if (!job->dead) {
		put_back(job, task->queue, &task->message);
		return;
	}
	if (job->dead_letter.kind != task->queue->kind)
		message.rank = job->dead_letter.kind->rank_default;
	if (queue_return(&job->dead_letter, &message, &deadline) == 0)
		return;
	cli_warn(job->dead_object.word, "%s; the message goes back to %s", cli_text(errno), task->queue->object->word);
	put_back(job, task->queue, &task->message);
}

/* The message as a file to read from its beginning, so that nobody has to feed a pipe. */
static int make_input(const struct job *job, const struct message *message)
{
	size_t size = message->size;
	const char *nul = job->c_string && size > 0 ? memchr(message->bytes, '\0', size) : NULL;
	int fd = memfd_create("message", MFD_CLOEXEC), saved;

	if (fd == -1)
		return -1;
	if (nul != NULL)
		size = (size_t)(nul - message->bytes);
	if (io_write_all(fd, message->bytes, size) == 0 && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

static pid_t start(const struct job *job, const struct queue *queue, const struct message *message)
{
	int posix = queue->kind == &queue_posix;
	/* A rank of the other kind would be that of a message further out. */
	const char *variables[] = {NULL, NULL, posix ? "MQ_TYPE" : "MQ_PRIORITY", NULL};
	char *name = NULL, *rank = NULL;
	pid_t pid = -1;
	int input = make_input(job, message), saved;

	if (input == -1)
		return -1;
	if (asprintf(&name, "MQ_QUEUE=%s", queue->object->word) == -1)
		name = NULL;
	else if (asprintf(&rank, "MQ_%s=%ld", posix ? "PRIORITY" : "TYPE", message->rank) == -1)
		rank = NULL;
	if (rank != NULL) {
		variables[0] = name;
		variables[1] = rank;
		pid = command_start(job->command, input, variables);
	}
	saved = errno;
	free(name);
	free(rank);
	close(input);
	errno = saved;
	return pid;
}

/* Gives the message to a command; there is a place for one more. */
static int run_command(struct job *job, struct queue *queue)
{
	struct message empty = {NULL, 0, 0, 0};
	struct task *task = job->tasks;

	while (task->pid != 0)
		task++;
	task->pid = start(job, queue, &job->message);
	if (task->pid == -1) {
		int err = errno;

		task->pid = 0;
		cli_warn(job->command[0], "%s", strerror(err));
		put_back(job, queue, &job->message);
		return command_status_of(err);
	}
	task->queue = queue;
	/* The bytes go with the task, and its old ones serve for the next message. */
	empty.bytes = task->message.bytes;
	empty.room = task->message.room;
	task->message = job->message;
	job->message = empty;
	job->running++;
	return CLI_DONE;
}

/* A command that fails again and again would be started thousands of times a second. */
static void set_pause(struct job *job)
{
	int64_t pause = FIRST_PAUSE;
	unsigned i;

	for (i = 1; i < job->failures && pause < LONGEST_PAUSE; i++)
		pause *= 2;
	job->not_before = deadline_after(pause < LONGEST_PAUSE ? pause : LONGEST_PAUSE);
}

static void end_task(struct job *job, struct task *task, int status)
{
	if (status == 0) {
		job->done++;
		job->failures = 0;
	} else {
		if (job->command_status == 0)
			job->command_status = status;
		job->failures++;
		set_pause(job);
		if (job->verbose)
			cli_warn(task->queue->object->word, "command ended with status %d, its message %s", status,
			         job->dead ? "goes to the dead letters" : "goes back");
		send_away(job, task);
	}
	task->pid = 0;
	job->running--;
}

/* Takes note of the commands that have ended; waits for one with `options` 0. */
static void reap(struct job *job, int options)
{
	int wait_status, i;
	pid_t pid;

	interrupt_clear_child();
	while (job->running > 0 && (pid = waitpid(-1, &wait_status, options)) > 0) {
		for (i = 0; i < job->most_tasks; i++)
			if (job->tasks[i].pid == pid)
				end_task(job, &job->tasks[i], command_status(wait_status));
		options = WNOHANG;
	}
}

/* Until there is a place for one more command, and it is time to start it. */
static void wait_for_turn(struct job *job)
{
	struct timespec left;

	if (interrupt_child() || job->running == job->most_tasks)
		reap(job, job->running == job->most_tasks ? 0 : WNOHANG);
	while (job->failures > 0 && interrupt_pending() == 0 && !interrupt_child() && deadline_left(&job->not_before) > 0)
		nanosleep(deadline_left_timespec(&job->not_before, &left), NULL);
}

/* The queue that failed is no longer waited for; the others are. */
static int drop_queue(struct job *job, int index, int err)
{
	int status = cli_fail(job->open[index]->object->word, err);

	memmove(&job->open[index], &job->open[index + 1],
	        (size_t)(job->open_count - index - 1) * sizeof(*job->open));
	job->open_count--;
	return status;
}

/*
 * The next message into job->message: the index of its queue; -1 if there is none, with the status
 * in `*status`, and -2 if it is to be asked again.
 */
static int next_message(struct job *job, int *status)
{
	struct deadline deadline;
	int index, failed = 0;

	index = queue_receive_now(job->open, job->open_count, &job->message, &failed);
	if (index == -1 && errno == EAGAIN) {
		*status = flush(job);
		if (*status != CLI_DONE || job->all)
			return -1;
		deadline = deadline_after(job->timeout);
		index = queue_receive_any(job->open, job->open_count, &job->message, &deadline, &failed);
	}
	if (index >= 0)
		return index;
	if (errno == EINTR)
		return -2;
	if (errno == ETIMEDOUT) {
		*status = CLI_TIMEOUT;
		return -1;
	}
	*status = drop_queue(job, failed, errno);
	return job->open_count > 0 ? -2 : -1;
}

static int handle(struct job *job, struct queue *queue, int *stop)
{
	if (job->end && job->message.size == 0) {
		*stop = 1;
		return CLI_DONE;
	}
	return job->command ? run_command(job, queue) : emit(job, queue);
}

/* Takes messages until there are enough. */
static int receive(struct job *job)
{
	int status = CLI_DONE, lasting = CLI_DONE, stop = 0, index;

	while (!stop && job->taken < job->count && interrupt_requested() == 0) {
		if (job->command != NULL) {
			wait_for_turn(job);
			if (interrupt_requested() != 0 || interrupt_child() || job->running == job->most_tasks)
				continue;
		}
		index = next_message(job, &status);
		if (index == -1)
			break;
		if (index == -2) {
			lasting = status != CLI_DONE ? status : lasting;
			status = CLI_DONE;
			continue;
		}
		job->taken++;
		status = handle(job, job->open[index], &stop);
		if (status != CLI_DONE)
			break;
	}
	return status != CLI_DONE ? status : lasting;
}

/* Lets the commands that run end, whatever signal came. */
static void wait_for_commands(struct job *job)
{
	interrupt_defer();
	while (job->running > 0)
		reap(job, 0);
}

static int peek(struct job *job)
{
	long cursor = 0;
	struct queue *queue = job->open[0];
	int status = CLI_DONE;

	while (status == CLI_DONE && job->taken < job->count && interrupt_requested() == 0) {
		if (queue->kind->peek(queue, &job->message, &cursor) == -1) {
			if (errno == ENOSYS)
				cli_warn(queue->object->word, "%s (a kernel without CONFIG_CHECKPOINT_RESTORE has no MSG_COPY)",
				         strerror(errno));
			if (errno == ENOMSG)
				return job->all || job->taken > 0 ? flush(job) : CLI_TIMEOUT;
			return errno == ENOSYS ? CLI_FAILED : cli_fail(queue->object->word, errno);
		}
		job->taken++;
		status = emit(job, queue);
	}
	return status;
}

/* What still is in our hands, after all. */
static int finish(struct job *job, int status)
{
	int last = CLI_DONE;

	wait_for_commands(job);
	if (interrupt_requested() != 0) {
		errno = EINTR;
		last = fail_output(job);
		if (job->returned > 0)
			cli_warn(NULL, "interrupted; %llu messages passed on, %llu put back", (unsigned long long)job->done,
			         (unsigned long long)job->returned);
	} else if (job->box.count > 0) {
		last = flush(job);
	}
	if (status == CLI_DONE)
		status = last;
	/* To wait in vain is how "for ever" ends with -w. */
	if (status == CLI_DONE || (status == CLI_TIMEOUT && job->follow))
		status = job->command_status != 0 ? job->command_status : status;
	return status;
}

static int open_queues(struct job *job, int count)
{
	int i, status = CLI_DONE, created;

	for (i = 0; i < count && status == CLI_DONE; i++) {
		status = cli_queue_open(&job->queues[i], &job->objects[i],
		                        job->peek ? QUEUE_RECEIVE : QUEUE_RECEIVE | QUEUE_SEND, &job->make, &created);
		job->queues[i].selector = job->selector;
		job->open[i] = &job->queues[i];
		job->open_count = i + 1;
	}
	if (status == CLI_DONE && job->dead)
		status = cli_queue_open(&job->dead_letter, &job->dead_object, QUEUE_SEND, &job->make, &created);
	return status;
}

/* Commands take no more than was there at the beginning, since those that fail come back; a status. */
static int limit_all(struct job *job)
{
	uint64_t there = 0;
	int i;

	for (i = 0; i < job->open_count; i++) {
		long count = job->open[i]->kind->count(job->open[i]);

		if (count == -1)
			return cli_fail(job->open[i]->object->word, errno);
		there += (uint64_t)count;
	}
	if (there < job->count)
		job->count = there;
	return CLI_DONE;
}

static int run(struct job *job, int count)
{
	int i, status;

	if (job->command == NULL && cli_was_closed(1))
		return cli_fail("standard output", EBADF);
	status = open_queues(job, count);
	if (status == CLI_DONE && job->all && job->command != NULL)
		status = limit_all(job);
	if (status == CLI_DONE) {
		progress_start(&job->progress, job->progress_wanted, 0);
		status = job->peek ? peek(job) : receive(job);
		status = finish(job, status);
		progress_end(&job->progress);
		if (job->verbose)
			cli_warn(NULL, "%llu messages passed on, %llu put back", (unsigned long long)job->done,
			         (unsigned long long)job->returned);
	}
	for (i = 0; i < count; i++)
		if (job->queues[i].kind != NULL)
			queue_close(&job->queues[i]);
	if (job->dead_letter.kind != NULL)
		queue_close(&job->dead_letter);
	return status;
}

/* "3", "<=5", "!=5" */
static void parse_type(struct job *job, const char *word)
{
	uint64_t type;

	job->selector.choice = QUEUE_EXACT;
	if (strncmp(word, "<=", 2) == 0)
		job->selector.choice = QUEUE_UP_TO;
	else if (strncmp(word, "!=", 2) == 0)
		job->selector.choice = QUEUE_EXCEPT;
	if (job->selector.choice != QUEUE_EXACT)
		word += 2;
	if (number_parse(word, 1, LONG_MAX, &type) == -1)
		cli_usage_exit("-t: a type is a number from 1 on, with <= or != before it or nothing");
	job->selector.type = (long)type;
	job->has_type = 1;
}

static uint64_t count_or_exit(const char *option, const char *word, uint64_t most)
{
	uint64_t value;

	if (number_parse(word, 1, most, &value) == -1)
		cli_usage_exit("%s: a number from 1 to %llu", option, (unsigned long long)most);
	return value;
}

static void parse_options(struct job *job, int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, "01ab:Cc:d:Efhj:Lm:nPt:uvVw:z", long_options, NULL)) != -1) {
		if (cli_record_option(&job->format, option, optarg)) {
			job->framed = 1;
			continue;
		}
		switch (option) {
		case 'a': job->all = 1; break;
		case 'C': job->make.create = 1; break;
		case 'c':
			job->count = count_or_exit("-c", optarg, UINT64_MAX);
			job->has_count = 1;
			break;
		case 'E': job->end = 1; break;
		case 'f': job->follow = 1; break;
		case 'h': cli_help_exit();
		case 'j': job->most_tasks = (int)count_or_exit("-j", optarg, MOST_JOBS); break;
		case 'm':
			job->make.mode = cli_mode_or_exit("-m", optarg);
			job->make.has_mode = 1;
			break;
		case 'n': job->timeout = 0; break;
		case 'P': job->with_rank = 1; break;
		case 't': parse_type(job, optarg); break;
		case 'u': job->unbuffered = 1; break;
		case 'v': job->verbose = 1; break;
		case 'V': cli_version_exit();
		case 'w': job->timeout = cli_duration_or_exit("-w", optarg); break;
		case 'z': job->c_string = 1; break;
		case OPTION_DEAD_LETTER:
			cli_object_or_exit(&job->dead_object, optarg, QUEUE_KINDS & ~(unsigned)OBJECT_PRIVATE);
			job->dead = 1;
			break;
		case OPTION_JSON: job->json = 1; break;
		case OPTION_MAX_MESSAGES:
			job->make.limits.max_messages = cli_queue_limit_or_exit("--max-messages", optarg);
			break;
		case OPTION_MESSAGE_SIZE:
			job->make.limits.message_size = cli_queue_limit_or_exit("--message-size", optarg);
			break;
		case OPTION_PEEK: job->peek = 1; break;
		case CLI_PROGRESS: job->progress_wanted++; break;
		default: cli_option_exit();
		}
	}
}

static void check_options(struct job *job, int queues)
{
	if (job->all + job->follow + job->has_count > 1)
		cli_usage_exit("one of -a, -c and -f");
	if (job->command != NULL && (job->framed || job->with_rank || job->json || job->unbuffered || job->peek))
		cli_usage_exit("-0, -1, -b, -d, -L, -P, -u, --json and --peek are for output, and a command has the messages");
	if (job->command == NULL && (job->dead || job->most_tasks > 0))
		cli_usage_exit("-j and --dead-letter are for a command, and none is given");
	if (job->json && (job->framed || job->with_rank))
		cli_usage_exit("--json writes lines of its own, in which priority or type stand: it goes with none of -0, -1, -b, -d, -L, -P");
	if (job->with_rank && job->format.kind == RECORD_BLOCK)
		cli_usage_exit("-P does not go with -b: blocks have no place for it");
	if (job->peek && (job->follow || job->end || job->timeout > 0 || queues > 1))
		cli_usage_exit("--peek looks at one queue as it is: not with -E, -f, -w or a second queue");
	if (job->all && job->timeout >= 0)
		cli_usage_exit("-a takes what is there and never waits: not with -n or -w");
	if (job->all || job->follow)
		job->count = UINT64_MAX;
}

/* All names are right before the first one is used. */
static void parse_queues(struct job *job, int count, char **words)
{
	int i;

	job->objects = calloc((size_t)count, sizeof(*job->objects));
	job->queues = calloc((size_t)count, sizeof(*job->queues));
	job->open = calloc((size_t)count, sizeof(*job->open));
	job->tasks = calloc((size_t)(job->most_tasks > 0 ? job->most_tasks : 1), sizeof(*job->tasks));
	if (job->objects == NULL || job->queues == NULL || job->open == NULL || job->tasks == NULL)
		exit(cli_fail("operands", errno));
	for (i = 0; i < count; i++) {
		struct object *object = &job->objects[i];

		cli_object_or_exit(object, words[i], QUEUE_KINDS & ~(unsigned)OBJECT_PRIVATE);
		cli_queue_check_or_exit(&job->make, object);
		if (object->kind == OBJECT_NAME && job->has_type)
			cli_usage_exit("%s: -t is for System V queues: of a POSIX queue the highest priority comes first", words[i]);
		if (object->kind == OBJECT_NAME && job->peek)
			cli_usage_exit("%s: no POSIX queue can be looked into without receiving: --peek is for System V", words[i]);
	}
	if (job->dead)
		cli_queue_check_or_exit(&job->make, &job->dead_object);
}

/* The command stands behind "--"; getopt_long(3) has taken that away if nothing came before it. */
static int find_command(struct job *job, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") != 0)
			continue;
		if (argv[i + 1] != NULL)
			job->command = &argv[i + 1];
		argv[i] = NULL;
		cli_runs_command();
		return i;
	}
	return argc;
}

static void free_job(struct job *job)
{
	int i;

	for (i = 0; i < job->most_tasks; i++)
		free(job->tasks[i].message.bytes);
	free(job->tasks);
	free(job->message.bytes);
	free(job->objects);
	free(job->queues);
	free(job->open);
	inflight_free(&job->box);
}

int main(int argc, char **argv)
{
	static struct job job = {.make.mode = 0600, .format.delimiter = '\n', .timeout = -1, .count = 1};
	int end, status;

	cli_start(argv, usage, help);
	end = find_command(&job, argc, argv);
	parse_options(&job, end, argv);
	if (end < argc && job.command == NULL)
		cli_usage_exit("which command?");
	if (end == optind)
		cli_usage_exit("which queue?");
	check_options(&job, end - optind);
	parse_queues(&job, end - optind, argv + optind);

	cli_disarm(SIGPIPE);
	interrupt_catch();
	if (job.command != NULL)
		interrupt_catch_children();
	inflight_init(&job.box, 1);
	if (job.most_tasks == 0)
		job.most_tasks = 1;
	status = run(&job, end - optind);
	free_job(&job);
	interrupt_die_if_pending();
	return job.command != NULL ? status : cli_finish(status);
}
