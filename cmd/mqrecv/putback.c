/* SPDX-License-Identifier: ISC */
#include "putback.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/json.h"
#include "cli/cli.h"

/* Writes `word`, quoted for a shell, to `out`, which has room for 4 times its length and 3. */
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

int putback_to_stderr(const struct queue *queue, const struct message *message, const char *cause)
{
	const char *word = queue->object->word;
	char *text = malloc(JSON_BASE64_ROOM(message->size) + 1), *quoted = malloc(4 * strlen(word) + 3);
	int result = text != NULL && quoted != NULL ? 0 : -1;

	if (result == 0) {
		*json_put_base64(text, message->bytes, message->size) = '\0';
		quote(quoted, word);
		result = cli_warn(word, "%s; to send it again: echo %s | base64 -d | mqsend -1 -%c %ld %s", cause, text,
		                  queue_rank(queue)->option, message->rank, quoted);
	}
	free(text);
	free(quoted);
	return cli_was_closed(2) ? -1 : result;
}

static void say_lost(const struct queue *queue, const struct message *message, int err)
{
	char cause[256];

	snprintf(cause, sizeof(cause), "a message could not be put back: %s", cli_text(err));
	if (putback_to_stderr(queue, message, cause) == -1)
		cli_warn(queue->object->word, "a message could not be put back and is lost");
}

int putback_message(struct job *job, struct queue *queue, const struct message *message)
{
	struct deadline deadline = deadline_after(RETURN_TIME);
	int result;

	interrupt_hold();
	result = queue_return(queue, message, &deadline);
	if (result == 0)
		job->returned++;
	else
		say_lost(queue, message, errno);
	interrupt_release();
	return result;
}

int putback_output(struct job *job)
{
	int err = errno;
	struct deadline deadline = deadline_after(RETURN_TIME);
	size_t held = job->box.count, returned = 0;

	job->done -= held;
	/* Messages that were only looked at are still in their queue. */
	if (job->options->peek) {
		inflight_forget(&job->box);
		return cli_fail_output(err);
	}
	interrupt_hold();
	inflight_return(&job->box, &deadline, &returned, say_lost);
	interrupt_release();
	job->returned += returned;
	if (err != EINTR)
		cli_warn(cli_output_object(err), "%s; %zu of %zu %s put back", cli_text(err), returned, held, held == 1 ? "message" : "messages");
	return cli_status_of(err);
}

int putback_flush(struct job *job)
{
	int result = inflight_flush(&job->box);

	if (job->box.unnoted > 0) {
		cli_warn(NULL, "the connection was lost before %zu %s acknowledged: the broker sends %s again", job->box.unnoted,
		         job->box.unnoted == 1 ? "message that was written could be" : "messages that were written could be",
		         job->box.unnoted == 1 ? "it" : "them");
		job->done -= job->box.unnoted;
		job->unnoted += job->box.unnoted;
		job->box.unnoted = 0;
	}
	return result == -1 ? putback_output(job) : CLI_DONE;
}
