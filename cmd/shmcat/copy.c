/* SPDX-License-Identifier: ISC */
#include "copy.h"

#include <errno.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/io.h"
#include "cli/cli.h"
#include "cli/input.h"

#define PIECE ((size_t)64 * 1024)      /* fits into the second level cache twice */
#define READ_SIZE ((size_t)256 * 1024) /* fewer turns between us and the reader, and still in the second level cache */

int copy_fail_output(struct job *job)
{
	job->broken = 1;
	return cli_fail("standard output", errno);
}

static int dump(struct reading *reading, const char *bytes, size_t size)
{
	static char text[HEXDUMP_ROOM(PIECE)];

	while (size > 0) {
		size_t piece = size < PIECE ? size : PIECE;
		char *end = hexdump_add(&reading->hex, text, (const unsigned char *)bytes, piece);

		if (io_write_all(1, text, (size_t)(end - text)) == -1)
			return copy_fail_output(reading->job);
		bytes += piece;
		size -= piece;
	}
	return CLI_DONE;
}

static int put(struct reading *reading, const char *bytes, size_t size)
{
	if (reading->job->options->c_string) {
		const char *nul = memchr(bytes, '\0', size);

		reading->stopped = nul != NULL;
		if (nul != NULL)
			size = (size_t)(nul - bytes);
	}
	reading->at += size;
	progress_add(&reading->progress, size);
	if (reading->job->options->hex)
		return dump(reading, bytes, size);
	return io_write_all(1, bytes, size) == -1 ? copy_fail_output(reading->job) : CLI_DONE;
}

int copy_select(struct reading *reading)
{
	const struct options *options = reading->job->options;
	int64_t size = options->from_end ? segment_size(&reading->segment) : 0;

	if (options->from_end && size == -1)
		return -1;
	reading->at = (uint64_t)options->offset;
	if (options->from_end)
		reading->at = size + options->offset > 0 ? (uint64_t)(size + options->offset) : 0;
	reading->end = UNLIMITED;
	/* Neither is more than INT64_MAX. */
	if (options->has_length)
		reading->end = reading->at + options->length;
	return 0;
}

size_t copy_piece(const struct reading *reading, size_t most)
{
	return reading->end - reading->at < most ? (size_t)(reading->end - reading->at) : most;
}

static int copy_file(struct reading *reading)
{
	static char buffer[READ_SIZE];
	int status = CLI_DONE;

	while (status == CLI_DONE && !reading->stopped && reading->at < reading->end) {
		ssize_t got = segment_read(&reading->segment, buffer, copy_piece(reading, sizeof(buffer)), reading->at);

		if (got == -1)
			return cli_fail(reading->object->word, errno);
		if (got == 0)
			break;
		status = put(reading, buffer, (size_t)got);
	}
	return status;
}

static int copy_sysv(struct reading *reading)
{
	int status = CLI_DONE;

	while (status == CLI_DONE && !reading->stopped && reading->at < reading->end) {
		size_t size = copy_piece(reading, SIZE_MAX);
		const char *window = segment_window(&reading->segment, reading->at, &size);

		if (size == 0)
			break;
		status = put(reading, window, size);
		segment_leave(window, size);
	}
	return status;
}

/* Copies into memory under the lock, and writes that without it: the reader of standard output may be slow. */
static int copy_locked(struct reading *reading)
{
	struct cli_lock *lock = &reading->job->lock;
	struct input kept = {NULL, 0, 0};
	uint64_t at = reading->at;
	int status = CLI_DONE;
	ssize_t got;

	if (cli_lock_take(lock, &reading->job->deadline) == -1) {
		reading->job->broken = errno == EOWNERDEAD;
		return cli_lock_fail(lock, errno);
	}
	while (at < reading->end) {
		size_t piece = reading->end - at < IO_PIPE_SIZE ? (size_t)(reading->end - at) : IO_PIPE_SIZE;

		errno = EINTR;
		if (interrupt_pending() != 0 || input_reserve(&kept, piece) == -1 ||
		    (got = segment_read(&reading->segment, kept.bytes + kept.size, piece, at)) == -1) {
			status = cli_fail(reading->object->word, errno);
			break;
		}
		if (got == 0)
			break;
		kept.size += (size_t)got;
		at += (size_t)got;
	}
	if (cli_lock_give(lock, status == CLI_DONE) == -1)
		status = cli_lock_fail(lock, errno);
	if (status == CLI_DONE && kept.size > 0)
		status = put(reading, kept.bytes, kept.size);
	input_free(&kept);
	return status;
}

/* Passes all pages on but the last pipe-full, which must be copied: see zerocopy.h. */
static int send_pages(struct reading *reading)
{
	for (;;) {
		int64_t size = segment_size(&reading->segment), sent;
		uint64_t end = reading->end, tail = reading->job->zerocopy.tail;
		int writing;

		if (size == -1)
			return cli_fail(reading->object->word, errno);
		if (end > (uint64_t)size)
			end = (uint64_t)size;
		if (end <= reading->at || end - reading->at <= tail)
			return CLI_DONE;
		sent = zerocopy_send(&reading->job->zerocopy, &reading->segment, reading->at, end - reading->at - tail,
		                     &writing);
		if (sent == 0 || (sent == -1 && errno == EINVAL))
			return CLI_DONE;
		if (sent == -1)
			return writing ? copy_fail_output(reading->job) : cli_fail(reading->object->word, errno);
		reading->at += (uint64_t)sent;
		progress_add(&reading->progress, (uint64_t)sent);
	}
}

int copy_bytes(struct reading *reading)
{
	int status = CLI_DONE;

	if (reading->job->options->has_lock)
		return copy_locked(reading);
	if (reading->job->options->zero_copy)
		status = send_pages(reading);
	if (status != CLI_DONE)
		return status;
	return reading->segment.fd == -1 ? copy_sysv(reading) : copy_file(reading);
}

int copy_end_dump(struct reading *reading)
{
	char last[HEXDUMP_ROOM(0)];
	char *end = hexdump_end(&reading->hex, last);

	return io_write_all(1, last, (size_t)(end - last)) == -1 ? copy_fail_output(reading->job) : CLI_DONE;
}
