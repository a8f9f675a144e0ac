/* SPDX-License-Identifier: ISC */
#include "watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/timestamp.h"
#include "cli/cli.h"
#include "cli/screen.h"
#include "cli/screen_watch.h"
#include "inventory/inventory.h"
#include "buffer.h"
#include "print.h"
#include "rows.h"
#include "table.h"

/* A table that was drawn, and the object in each of its rows. */
struct frame {
	struct table table;
	struct identity {
		enum inventory_kind kind;
		int id;
		dev_t dev;
		ino_t ino;
	} *rows;
	size_t count;
};

static void free_frame(struct frame *frame)
{
	table_free(&frame->table);
	free(frame->rows);
	frame->rows = NULL;
	frame->count = 0;
}

static int make_frame(const struct options *options, struct look *look, struct frame *frame)
{
	size_t i;

	print_set_table(&frame->table, options, look);
	frame->table.style.form = FORM_TABLE;
	frame->rows = calloc(look->row_count + 1, sizeof(*frame->rows));
	if (frame->rows == NULL)
		return -1;
	table_begin(&frame->table);
	for (i = 0; i < look->row_count; i++) {
		const struct inventory_entry *entry = &look->inventory.entries[look->rows[i]];

		table_row(&frame->table, look->rows[i]);
		frame->rows[i] = (struct identity){entry->kind, entry->id, entry->dev, entry->ino};
	}
	frame->count = look->row_count;
	errno = frame->table.buffer.err;
	return errno == 0 ? 0 : -1;
}

/* Returns the row of the same object, or -1.  Mostly it is where it was: the search begins at `near`. */
static ssize_t find_row(const struct frame *frame, const struct identity *identity, size_t near)
{
	size_t i, k;

	for (i = 0; i < frame->count; i++) {
		k = (near + i) % frame->count;
		if (frame->rows[k].kind == identity->kind && frame->rows[k].id == identity->id &&
		    frame->rows[k].dev == identity->dev && frame->rows[k].ino == identity->ino)
			return (ssize_t)k;
	}
	return -1;
}

/*
 * Draws a row, whatever its width.  If `marked`, cells that differ from the row `before` of `then` are in reverse video; -1
 * is a new row, all of which differs.
 */
static void draw_row(FILE *out, const struct frame *now, size_t row, const struct frame *then, ssize_t before,
                     const size_t *widths, int marked)
{
	const struct table *table = &now->table;
	size_t column, size, size_before = 0, blanks = 0;
	const char *text, *text_before = NULL;
	int differs;

	for (column = 0; column < table->column_count; column++) {
		text = table_cell_text(table, row, column, &size);
		if (before != -1)
			text_before = table_cell_text(&then->table, (size_t)before, column, &size_before);
		differs = marked && (before == -1 || size != size_before || memcmp(text, text_before, size) != 0);
		if (table->columns[column]->right)
			blanks += widths[column] - size;
		/* Blanks are drawn when a text follows: a line is not cut for blanks at its end. */
		if (size > 0) {
			fprintf(out, differs ? "%*s\033[7m%.*s\033[27m" : "%*s%.*s", (int)blanks, "", (int)size, text);
			blanks = 0;
		}
		blanks += 2 + (table->columns[column]->right ? 0 : widths[column] - size);
	}
	putc('\n', out);
}

/* Draws the line above the table: the time, how many objects there are, and how many came and went. */
static void draw_summary(FILE *out, const struct frame *now, const struct frame *then, int first)
{
	char clock_text[TIMESTAMP_ROOM];
	size_t kept = 0, row;

	for (row = 0; row < now->count; row++)
		kept += find_row(then, &now->rows[row], row) != -1;
	fprintf(out, "%s  %zu object%s", timestamp_local(clock_text, time(NULL)), now->count, now->count == 1 ? "" : "s");
	if (!first && (now->count > kept || then->count > kept))
		fprintf(out, ", %zu new, %zu gone", now->count - kept, then->count - kept);
	fputs("\n\n", out);
}

/* Draws a frame after the one before it: 0, or -1 with errno. */
static int draw_frame(const struct frame *now, const struct frame *then, int first)
{
	size_t widths[COLUMNS_MOST], row, rows = screen_rows();
	struct buffer text = {.size = 0};
	FILE *out = buffer_open(&text);
	ssize_t before;
	int result;

	if (out == NULL)
		return -1;
	table_widths(&now->table, widths);
	draw_summary(out, now, then, first);
	draw_row(out, now, 0, now, -1, widths, 0);
	for (row = 0; row < now->count; row++) {
		/* The screen counts the lines that it has no room for; nobody sees what they say. */
		if (row >= rows) {
			putc('\n', out);
			continue;
		}
		before = find_row(then, &now->rows[row], row);
		draw_row(out, now, row + 1, then, before == -1 ? -1 : before + 1, widths, !first);
	}
	if (buffer_close(out, &text) == -1)
		return -1;
	result = screen_draw(text.bytes, text.size);
	buffer_free(&text);
	return result;
}

/* The objects that are watched, and the last frame. */
struct view {
	const struct options *options;
	struct operands *operands;
	struct look *look;
	struct frame then;
	int drawn;
};

/* Takes a look and draws it; a screen_watch_draw.  Each frame has the time of day, so each is drawn. */
static int draw(void *context, int redraw)
{
	struct view *view = context;
	struct frame now = {.count = 0};
	int failed, err = 0;

	(void)redraw;
	failed = look_take(view->look, view->options, view->operands) == -1 ||
	         rows_choose(view->look, view->options, view->operands) == -1 || make_frame(view->options, view->look, &now) == -1;
	if (failed || draw_frame(&now, &view->then, !view->drawn) == -1)
		err = errno;
	free_frame(&view->then);
	view->then = now;
	view->drawn = 1;
	look_free(view->look);
	if (err == 0)
		return CLI_DONE;
	screen_close();
	return failed ? cli_fail("--watch", err) : cli_fail_output(err);
}

int watch_run(const struct options *options, struct operands *operands, struct look *look)
{
	struct view view = {.options = options, .operands = operands, .look = look};
	int status = screen_watch(options->interval, draw, &view);

	free_frame(&view.then);
	return status;
}
