/* SPDX-License-Identifier: ISC */
#include "watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/escape.h"
#include "base/number.h"
#include "base/timestamp.h"
#include "cli/cli.h"
#include "cli/screen.h"
#include "cli/screen_watch.h"
#include "copy.h"

#define FRAME_ROWS 3 /* the title, the line below it, and the line that counts what has no room */

/* The bytes on the screen, and those before them. */
struct view {
	struct reading *reading;
	int is_open; /* the segment: from the first look on it is opened anew for each */
	unsigned char *now, *before;
	size_t size, size_before, room; /* bytes */
	uint64_t at, at_before, total, total_before;
	int drawn;
};

/* Ends the watch with a message about `word`. */
static int fail(const char *word, int err)
{
	screen_close();
	return cli_fail(word, err);
}

static int fail_lock(const struct job *job, int err)
{
	screen_close();
	return cli_lock_fail(&job->lock, err);
}

/* Makes room for the bytes that a screen of this height shows: 0, or -1 with ENOMEM. */
static int resize_view(struct view *view)
{
	unsigned rows = screen_rows();
	size_t room = (size_t)(rows > FRAME_ROWS ? rows - FRAME_ROWS : 1) * HEXDUMP_ROW;
	unsigned char *now, *before;

	if (room == view->room)
		return 0;
	now = realloc(view->now, room);
	if (now != NULL)
		view->now = now;
	before = realloc(view->before, room);
	if (before != NULL)
		view->before = before;
	if (now == NULL || before == NULL)
		return -1;
	view->room = room;
	view->size_before = 0;
	view->drawn = 0;
	return 0;
}

/* Reads what the view has room for. */
static int read_view(struct view *view)
{
	struct reading *reading = view->reading;

	copy_select(reading);
	view->at = reading->at;
	view->total = (uint64_t)segment_size(&reading->segment);
	view->size = 0;
	while (view->size < copy_piece(reading, view->room)) {
		ssize_t got = segment_read(&reading->segment, view->now + view->size,
		                           copy_piece(reading, view->room) - view->size, view->at + view->size);

		if (got == -1)
			return fail(reading->object->word, errno);
		if (got == 0)
			break;
		view->size += (size_t)got;
	}
	return CLI_DONE;
}

/* Fills the view from the object that has the name at this moment, and closes it. */
static int look(struct view *view)
{
	struct reading *reading = view->reading;
	struct job *job = reading->job;
	int status;

	if (!view->is_open && segment_open(&reading->segment, reading->object, SEGMENT_READ) == -1)
		return fail(reading->object->word, errno == ENOENT ? EIDRM : errno);
	view->is_open = 0;
	if (cli_lock_take(&job->lock, &job->deadline) == -1)
		status = fail_lock(job, errno);
	else
		status = read_view(view);
	if (cli_lock_give(&job->lock, 1) == -1)
		status = fail_lock(job, errno);
	segment_close(&reading->segment);
	return status;
}

static int has_changed(const struct view *view)
{
	return !view->drawn || view->at != view->at_before || view->size != view->size_before ||
	       view->total != view->total_before || memcmp(view->now, view->before, view->size) != 0;
}

/* Returns a bit for each byte of the row at `i` that has changed. */
static unsigned marks(const struct view *view, size_t i, size_t size)
{
	unsigned marked = 0;
	size_t k;

	if (!view->drawn || view->at != view->at_before)
		return 0;
	for (k = 0; k < size; k++)
		if (i + k >= view->size_before || view->now[i + k] != view->before[i + k])
			marked |= 1U << k;
	return marked;
}

/* Writes the title, the rows, and a count of the bytes after them; a screen of a few rows has no title. */
static char *put_frame(char *end, const struct view *view)
{
	const struct reading *reading = view->reading;
	uint64_t shown = view->at + view->size, last = view->total < reading->end ? view->total : reading->end;
	char when[TIMESTAMP_ROOM];
	size_t i;

	if (screen_rows() > FRAME_ROWS) {
		end = escape_put(end, reading->object->word);
		end += sprintf(end, "  %llu byte%s  %s\n\n", (unsigned long long)view->total, number_plural(view->total),
		               timestamp_local(when, time(NULL)));
	}
	for (i = 0; i < view->size; i += HEXDUMP_ROW) {
		size_t size = view->size - i < HEXDUMP_ROW ? view->size - i : HEXDUMP_ROW;

		end = hexdump_row(end, view->at + i, view->now + i, size, marks(view, i, size));
		*end++ = '\n';
	}
	if (view->size == view->room && shown < last)
		end += sprintf(end, "... %llu more byte%s\n", (unsigned long long)(last - shown), number_plural(last - shown));
	return end;
}

static int draw(struct view *view)
{
	const char *word = view->reading->object->word;
	char *text = malloc((view->room / HEXDUMP_ROW + 1) * HEXDUMP_ROW_ROOM + 4 * strlen(word) + 256);
	unsigned char *swap = view->before;
	int result;

	if (text == NULL)
		return fail(NULL, errno);
	result = screen_draw(text, (size_t)(put_frame(text, view) - text));
	free(text);
	view->before = view->now;
	view->now = swap;
	view->size_before = view->size;
	view->at_before = view->at;
	view->total_before = view->total;
	view->drawn = 1;
	if (result == 0)
		return CLI_DONE;
	result = errno;
	screen_close();
	errno = result;
	return copy_fail_output(view->reading->job);
}

static int show(void *context, int redraw)
{
	struct view *view = context;
	int status;

	if (resize_view(view) == -1)
		return fail(NULL, errno);
	status = look(view);
	if (status == CLI_DONE && (redraw || has_changed(view)))
		status = draw(view);
	return status;
}

int watch_segment(struct reading *reading)
{
	struct view view = {.reading = reading, .is_open = 1};
	int status = screen_watch(reading->job->options->interval, show, &view);

	if (view.is_open)
		segment_close(&reading->segment);
	free(view.now);
	free(view.before);
	return status;
}
