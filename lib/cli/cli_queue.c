/* SPDX-License-Identifier: ISC */
#include "cli/cli_queue.h"

#include <errno.h>
#include <string.h>

#include "cli/cli.h"

long cli_queue_limit_or_exit(const char *option, const char *word)
{
	uint64_t value = cli_size_or_exit(option, word);

	if (value == 0 || value > LONG_MAX)
		cli_usage_exit("%s: out of range", option);
	return (long)value;
}

void cli_queue_ability_or_exit(const struct object *object, enum queue_ability ability)
{
	const char *refusal = queue_refusal(object, ability);

	if (refusal != NULL)
		cli_usage_exit("%s: %s", cli_shown(object->word), refusal);
}

void cli_queue_check_or_exit(const struct cli_queue_options *options, const struct object *object)
{
	int creates = options->create || options->exclusive;

	if (!creates && (options->has_mode || options->limits.max_messages || options->limits.message_size))
		cli_usage_exit("-m, --max-messages and --message-size are for a new queue: create one with -C");
	if (options->limits.max_messages)
		cli_queue_ability_or_exit(object, QUEUE_COUNTS_MOST);
	if (options->limits.message_size)
		cli_queue_ability_or_exit(object, QUEUE_LIMITS_SIZE);
	if (options->has_mode)
		cli_queue_ability_or_exit(object, QUEUE_HAS_MODE);
	if (options->exclusive)
		cli_queue_ability_or_exit(object, QUEUE_IS_EXCLUSIVE);
	if (!creates && object->kind == OBJECT_PRIVATE)
		cli_usage_exit("%s: this name always creates a new queue, which needs -C", cli_shown(object->word));
	if (creates && object->kind == OBJECT_ID)
		cli_usage_exit("%s: the kernel chooses the id of a new queue: create it with a key, or with key:private", cli_shown(object->word));
}

int cli_queue_fail(const struct queue *queue, int err)
{
	char cause[512];

	if (!queue_explain(queue, err, cause, sizeof(cause)))
		return cli_fail(queue->object->word, err);
	cli_warn(queue->object->word, "%s", cause);
	return cli_status_of(err);
}

static int fail_open(const struct queue *queue, int err)
{
	if (err != ENOENT || queue->creating)
		return cli_queue_fail(queue, err);
	cli_warn(queue->object->word, "%s (create it with --create)", strerror(err));
	return cli_status_of(err);
}

/* Opens an existing queue.  Without permission to send, nothing can be put back; receiving works all the same. */
static int open_existing(struct queue *queue, unsigned access)
{
	if (queue_open(queue, (enum queue_access)access) == 0)
		return 0;
	if (errno != EACCES || access != (QUEUE_RECEIVE | QUEUE_SEND))
		return -1;
	return queue_open(queue, QUEUE_RECEIVE);
}

int cli_queue_open(struct queue *queue, unsigned access, const struct cli_queue_options *options, int *created)
{
	int creates = options->create || options->exclusive, tries;

	*created = 0;
	/* Others may remove and create the queue between our two calls. */
	for (tries = 0; tries < 100; tries++) {
		if (!options->exclusive && queue->object->kind != OBJECT_PRIVATE) {
			if (open_existing(queue, access) == 0)
				return CLI_DONE;
			if (errno != ENOENT || !creates)
				break;
		}
		*created = queue_create(queue, (enum queue_access)access, options->mode, &options->limits) == 0;
		if (*created)
			return CLI_DONE;
		if (errno != EEXIST || options->exclusive)
			break;
	}
	return fail_open(queue, errno);
}
