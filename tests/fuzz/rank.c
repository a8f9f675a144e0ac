/* SPDX-License-Identifier: ISC */
/* The priority or type in front of a record of `mqsend -P`: what is taken off is what `mqrecv -P` would write. */
#include "tool.h"

/* A record that is refused is told, for each of which there is no need here. */
#define cli_warn(object, ...) ((void)(object))

#include "../../cmd/mqsend/mqsend.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	struct job job = {.unit = "record"};
	const char *bytes, *message;
	char *record, written[32];
	size_t left, used;
	long rank = -1;

	job.queue.kind = take_byte(&in) & 1 ? &queue_posix : &queue_sysv;
	job.object.word = "/queue";
	record = copy_of(in.bytes, in.size);
	bytes = record;
	left = in.size;
	if (take_rank(&job, &bytes, &left, &rank) == CLI_DONE) {
		CHECK(rank >= (job.queue.kind == &queue_posix ? 0 : 1) && (job.queue.kind != &queue_posix || rank <= QUEUE_PRIORITY_MOST));
		CHECK(bytes > record && bytes[-1] == '\t' && bytes + left == record + in.size);
		CHECK(memchr(record, '\t', in.size) == bytes - 1);
		/* Written again, and read again. */
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
