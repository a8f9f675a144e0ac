/* SPDX-License-Identifier: ISC */
/* The priority or type before a record of `mqsend -P`: mqsend takes off what `mqrecv -P` would write. */
#include "tool.h"

/* Drops the report that mqsend makes of each record that it refuses. */
__attribute__((format(printf, 2, 3))) static void drop_report(const char *object, const char *format, ...)
{
	(void)object;
	(void)format;
}

#define cli_warn drop_report

#include "../../cmd/mqsend/send.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	struct options options = {.timeout = -1};
	struct job job = {.options = &options, .unit = "record"};
	const struct queue_rank *range;
	const char *bytes, *message;
	char *record, written[32];
	size_t left, used;
	long rank = -1;

	options.object = (struct object){.kind = take_byte(&in) & 1 ? OBJECT_NAME : OBJECT_KEY, .word = "/queue"};
	queue_init(&job.queue, &options.object);
	range = queue_rank(&job.queue);
	record = copy_of(in.bytes, in.size);
	bytes = record;
	left = in.size;
	if (take_rank(&job, &bytes, &left, &rank) == CLI_DONE) {
		CHECK(rank >= range->least && rank <= range->most);
		CHECK(bytes > record && bytes[-1] == '\t' && bytes + left == record + in.size);
		CHECK(memchr(record, '\t', in.size) == bytes - 1);
		/* It means the same when it is written and read again. */
		used = (size_t)snprintf(written, sizeof(written), "%ld\t", rank);
		message = written;
		CHECK(take_rank(&job, &message, &used, &rank) == CLI_DONE && used == 0);
		CHECK(strtol(written, NULL, 10) == rank);
	} else {
		CHECK(rank == -1 && bytes == record && left == in.size);
	}
	free(record);
	return 0;
}
