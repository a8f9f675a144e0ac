/* SPDX-License-Identifier: ISC */
#include "cli/cli_queue.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "cli/cli.h"

long cli_queue_limit_or_exit(const char *option, const char *word)
{
	uint64_t value = cli_size_or_exit(option, word);

	if (value == 0 || value > LONG_MAX)
		cli_usage_exit("%s: out of range", option);
	return (long)value;
}

void cli_queue_check_or_exit(const struct cli_queue_options *options, const struct object *object)
{
	int makes = options->create || options->exclusive;

	if (!makes && (options->has_mode || options->limits.max_messages || options->limits.message_size))
		cli_usage_exit("-m, --max-messages and --message-size are for a new queue: -C makes one");
	if (object->kind != OBJECT_NAME && (options->limits.max_messages || options->limits.message_size))
		cli_usage_exit("%s: a System V queue counts bytes alone: --max-messages and --message-size are for POSIX",
		               object->word);
	if (!makes && object->kind == OBJECT_PRIVATE)
		cli_usage_exit("%s: this makes a new queue, and only -C makes one", object->word);
	if (makes && object->kind == OBJECT_ID)
		cli_usage_exit("%s: an id is given by the kernel: nothing can be made with it", object->word);
}

static int fail_posix(const struct queue *queue, int err, const struct queue_limits *limits)
{
	const char *word = queue->object->word;
	struct queue_limits full = queue_default_limits(limits);
	struct rlimit limit = {0, 0};

	getrlimit(RLIMIT_MSGQUEUE, &limit);
	if (err == EMFILE && queue_cost(limits) > 0)
		cli_warn(word,
		         "%s: RLIMIT_MSGQUEUE (ulimit -q) allows %llu bytes for all your queues, and this one costs %llu "
		         "(--max-messages and --message-size lower that)",
		         strerror(err), (unsigned long long)limit.rlim_cur, queue_cost(limits));
	else if (err == EINVAL)
		cli_warn(word, "%s: %ld messages of %ld bytes are more than fs.mqueue.msg_max or fs.mqueue.msgsize_max allow (sysctl)",
		         strerror(err), full.max_messages, full.message_size);
	else if (err == ENOSPC)
		cli_warn(word, "%s: there are fs.mqueue.queues_max queues already (sysctl)", strerror(err));
	else
		return cli_fail(word, err);
	return cli_own_status(CLI_FAILED);
}

static int fail(const struct queue *queue, int err, const struct cli_queue_options *options, int making)
{
	const char *word = queue->object->word;

	if (err == ENOENT && !making) {
		cli_warn(word, "%s (create it with --create)", strerror(err));
		return cli_own_status(CLI_MISSING);
	}
	if (making && queue->kind == &queue_posix)
		return fail_posix(queue, err, &options->limits);
	if (making && err == ENOSPC) {
		cli_warn(word, "%s: there are kernel.msgmni queues already (sysctl)", strerror(err));
		return cli_own_status(CLI_FAILED);
	}
	return cli_fail(word, err);
}

/* Who may only receive cannot put anything back, which is no reason not to receive. */
static int open_there(struct queue *queue, unsigned access)
{
	if (queue_open(queue, (enum queue_access)access) == 0)
		return 0;
	if (errno != EACCES || access != (QUEUE_RECEIVE | QUEUE_SEND))
		return -1;
	return queue_open(queue, QUEUE_RECEIVE);
}

int cli_queue_open(struct queue *queue, const struct object *object, unsigned access,
                   const struct cli_queue_options *options, int *created)
{
	int making = options->create || options->exclusive, tries;

	*created = 0;
	queue_init(queue, object);
	for (tries = 0; tries < 100; tries++) {
		if (!options->exclusive && object->kind != OBJECT_PRIVATE) {
			if (open_there(queue, access) == 0)
				return CLI_DONE;
			if (errno != ENOENT || !making)
				return fail(queue, errno, options, 0);
		}
		*created = queue_create(queue, (enum queue_access)access, options->mode, &options->limits) == 0;
		if (*created)
			return CLI_DONE;
		if (errno != EEXIST || options->exclusive)
			break;
	}
	return fail(queue, errno, options, 1);
}
