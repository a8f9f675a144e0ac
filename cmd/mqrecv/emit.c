/* SPDX-License-Identifier: ISC */
#include "emit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/json.h"
#include "base/number.h"
#include "cli/cli.h"
#include "putback.h"

/* Bytes of output that are written without waiting for more. */
#define ENOUGH ((size_t)64 * 1024)

/* Returns the room for the JSON object of one message; a name that is not UTF-8 takes 4 characters for each byte. */
static size_t json_room(const struct queue *queue, const struct message *message)
{
	return JSON_STRING_ROOM(ESCAPE_ROOM(strlen(queue->object->word))) + JSON_STRING_ROOM(message->size) + 128;
}

/* Puts the queue's name.  A name that is not UTF-8 is put as messages show it, in ASCII; without memory for that, null. */
static char *put_name(char *out, const char *word)
{
	char *shown;

	if (json_is_utf8(word, strlen(word)))
		return json_put_string(out, word, strlen(word));
	shown = malloc(ESCAPE_ROOM(strlen(word)));
	if (shown == NULL)
		return stpcpy(out, "null");
	out = json_put_string(out, shown, (size_t)(escape_put(shown, word) - shown));
	free(shown);
	return out;
}

static char *put_json(char *out, const struct queue *queue, const struct message *message)
{
	out = put_name(stpcpy(out, "{\"queue\":"), queue->object->word);
	if (message->delivery != MESSAGE_UNKNOWN)
		out += sprintf(out, ",\"redelivered\":%s", message->delivery == MESSAGE_REDELIVERED ? "true" : "false");
	out += sprintf(out, ",\"%s\":%ld,\"size\":%zu,", queue_rank(queue)->name, message->rank, message->size);
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

static char *put_record(const struct options *options, char *out, const struct message *message)
{
	char prefix[32];
	size_t length = options->with_rank ? (size_t)sprintf(prefix, "%ld\t", message->rank) : 0;

	out += record_head(&options->format, length + message->size, out);
	out = (char *)mempcpy(out, prefix, length);
	if (message->size > 0)
		out = (char *)mempcpy(out, message->bytes, message->size);
	return out + record_tail(&options->format, out);
}

/* Whether the message cannot be written as a block of -b: it is longer, or follows a shorter one. */
static int breaks_blocks(struct job *job, const struct message *message)
{
	const struct record_format *format = &job->options->format;

	if (format->kind != RECORD_BLOCK)
		return 0;
	if (job->block_was_short || message->size > format->block)
		return 1;
	job->block_was_short = message->size < format->block;
	return 0;
}

static int refuse_block(struct job *job, struct queue *queue)
{
	int status = putback_flush(job);

	cli_warn(queue->object->word, "message of %zu byte%s%s: blocks have %llu (-b)", job->message.size,
	         number_plural(job->message.size), job->block_was_short ? " or the one before it" : "",
	         (unsigned long long)job->options->format.block);
	if (!job->options->peek)
		putback_message(job, queue, &job->message);
	return status == CLI_DONE ? CLI_FAILED : status;
}

int emit_message(struct job *job, struct queue *queue)
{
	const struct options *options = job->options;
	/* The box holds the whole message; with -z the output ends at a NUL. */
	struct message shown = job->message;
	const char *nul = options->c_string && shown.size > 0 ? memchr(shown.bytes, '\0', shown.size) : NULL;
	char *out;

	if (nul != NULL)
		shown.size = (size_t)(nul - shown.bytes);
	if (breaks_blocks(job, &shown))
		return refuse_block(job, queue);
	if (inflight_hold(&job->box, options->peek ? NULL : queue, &job->message) == -1) {
		if (!options->peek)
			putback_message(job, queue, &job->message);
		return cli_fail(queue->object->word, ENOMEM);
	}
	job->done++;
	out = inflight_reserve(&job->box, options->json ? json_room(queue, &shown) : shown.size + 64);
	if (out == NULL)
		return putback_output(job);
	inflight_commit(&job->box, options->json ? put_json(out, queue, &shown) : put_record(options, out, &shown));
	progress_add(&job->progress, shown.size);
	if (options->unbuffered || inflight_waiting(&job->box) >= ENOUGH)
		return putback_flush(job);
	return CLI_DONE;
}
