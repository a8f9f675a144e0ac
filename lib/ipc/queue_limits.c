/* SPDX-License-Identifier: ISC */
#include "ipc/queue_limits.h"

#include <limits.h>
#include <stdint.h>

#include "base/proc.h"

static long read_limit(const char *path, long otherwise)
{
	uint64_t limit;

	return proc_read_number(path, &limit) == 0 && limit <= LONG_MAX ? (long)limit : otherwise;
}

struct queue_limits queue_default_limits(const struct queue_limits *limits)
{
	struct queue_limits full = *limits;

	if (full.max_messages == 0)
		full.max_messages = read_limit("/proc/sys/fs/mqueue/msg_default", 10);
	if (full.message_size == 0)
		full.message_size = read_limit("/proc/sys/fs/mqueue/msgsize_default", 8192);
	return full;
}

unsigned long long queue_cost(const struct queue_limits *limits)
{
	struct queue_limits full = queue_default_limits(limits);

	/* mq_overview(7): for each message its bytes, 48 for the message and 48 for its priority. */
	return (unsigned long long)full.max_messages * (96 + (unsigned long long)full.message_size);
}
