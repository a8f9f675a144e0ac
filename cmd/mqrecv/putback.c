/* SPDX-License-Identifier: ISC */
#include "putback.h"

#include <errno.h>
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

/* Writes a message that no queue has any more to standard error, in a form that a shell can send again. */
static void say_lost(const struct queue *queue, const struct message *message, int err)
{
	const char *word = queue->object->word;
	char *text = malloc(JSON_BASE64_ROOM(message->size) + 1), *quoted = malloc(4 * strlen(word) + 3);

	if (text == NULL || quoted == NULL) {
		cli_warn(word, "a message could not be put back and is lost: %s", strerror(ENOMEM));
	} else {
		*json_put_base64(text, message->bytes, message->size) = '\0';
		quote(quoted, word);
		cli_warn(word, "a message could not be put back: %s; to send it again: echo %s | base64 -d | mqsend -1 -%c %ld %s",
		         cli_text(err), text, queue_rank(queue)->option, message->rank, quoted);
	}
	free(text);
	free(quoted);
}

void putback_message(struct job *job, struct queue *queue, const struct message *message)
{
	struct deadline deadline = deadline_after(RETURN_TIME);

	interrupt_defer();
	if (queue_return(queue, message, &deadline) == 0)
		job->returned++;
	else
		say_lost(queue, message, errno);
}

int putback_output(struct job *job)
{
	int err = errno;
	struct deadline deadline = deadline_after(RETURN_TIME);
	size_t held = job->box.count, returned = 0;

	interrupt_defer();
	job->done -= held;
	/* Messages that were only looked at are still in their queue. */
	if (job->options->peek) {
		inflight_forget(&job->box);
		return cli_fail_output(err);
	}
	inflight_return(&job->box, &deadline, &returned, say_lost);
	job->returned += returned;
	if (err != EINTR)
		cli_warn(cli_output_object(err), "%s; %zu of %zu %s put back", cli_text(err), returned, held, held == 1 ? "message" : "messages");
	return cli_status_of(err);
}

int putback_flush(struct job *job)
{
	return inflight_flush(&job->box) == -1 ? putback_output(job) : CLI_DONE;
}
