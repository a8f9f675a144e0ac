/* SPDX-License-Identifier: ISC */
#include "table.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

#define PIECE ((size_t)64 * 1024) /* written at once */
#define CUT_MARK '>'

/* The JSON text before a value: `,"name":`, without the comma in the first column. */
struct table_key {
	char text[40];
	size_t size;
};

static void end_cell(struct table *table)
{
	size_t *ends = array_grow(table->ends, &table->cell_room, table->cells + 1, sizeof(*ends));

	if (ends == NULL) {
		table->buffer.err = ENOMEM;
		return;
	}
	table->ends = ends;
	table->ends[table->cells++] = table->buffer.size;
}

static void make_keys(struct table *table)
{
	size_t i;
	char *p;

	table->keys = calloc(table->column_count + 1, sizeof(*table->keys));
	if (table->keys == NULL)
		table->buffer.err = ENOMEM;
	for (i = 0; i < table->column_count && table->keys != NULL; i++) {
		struct table_key *key = &table->keys[i];

		key->size = (size_t)snprintf(key->text, sizeof(key->text), "%s\"%.32s\":", i == 0 ? "" : ",", table->columns[i]->name);
		for (p = key->text; *p != '\0'; p++)
			*p = (char)tolower((unsigned char)*p);
	}
}

static void put_headings(struct table *table)
{
	size_t i;

	for (i = 0; i < table->column_count; i++) {
		const char *name = table->columns[i]->name;

		if (table->style.form == FORM_RAW && i > 0)
			buffer_put(&table->buffer, " ", 1);
		if (table->headings)
			buffer_put(&table->buffer, name, strlen(name));
		if (table->style.form == FORM_TABLE)
			end_cell(table);
	}
	if (table->style.form == FORM_RAW)
		buffer_put(&table->buffer, "\n", 1);
}

void table_begin(struct table *table)
{
	switch (table->style.form) {
	case FORM_JSON:
		make_keys(table);
		buffer_put(&table->buffer, "{", 1);
		cell_put_json_key(&table->buffer, table->title, "");
		buffer_put(&table->buffer, "[", 1);
		break;
	case FORM_NULS:
		break;
	case FORM_RAW:
		if (table->headings)
			put_headings(table);
		break;
	case FORM_TABLE:
		/* Headings that are off are there as empty cells. */
		put_headings(table);
		break;
	}
}

static void put_cell(struct table *table, size_t column, const struct cell *cell)
{
	struct buffer *buffer = &table->buffer;
	char *out;

	switch (table->style.form) {
	case FORM_JSON:
		out = buffer_reserve(buffer, sizeof(table->keys[column].text));
		if (out == NULL)
			break;
		/* Copying the whole array, whose size the compiler knows, is faster than copying the part that counts. */
		memcpy(out, table->keys[column].text, sizeof(table->keys[column].text));
		buffer_commit(buffer, out + table->keys[column].size);
		cell_put_json(buffer, table->columns[column]->name, cell);
		break;
	case FORM_RAW:
		if (column > 0)
			buffer_put(buffer, " ", 1);
		cell_put(buffer, &table->style, cell);
		break;
	case FORM_NULS:
		cell_put(buffer, &table->style, cell);
		buffer_put(buffer, "", 1);
		break;
	case FORM_TABLE:
		cell_put(buffer, &table->style, cell);
		end_cell(table);
		break;
	}
}

void table_row(struct table *table, size_t row)
{
	struct buffer *buffer = &table->buffer;
	struct cell cell;
	size_t i;

	if (table->style.form == FORM_JSON)
		buffer_put(buffer, table->rows == 0 ? "\n{" : ",\n{", table->rows == 0 ? 2 : 3);
	for (i = 0; i < table->column_count && buffer->err == 0; i++) {
		cell.type = CELL_UNKNOWN;
		cell.count = 0;
		cell.scale = 0;
		cell.incomplete = cell.elsewhere = 0;
		if (table->get(table->context, row, table->columns[i], &cell) == -1)
			buffer->err = errno;
		else
			put_cell(table, i, &cell);
	}
	if (table->style.form == FORM_JSON)
		buffer_put(buffer, "}", 1);
	else if (table->style.form == FORM_RAW)
		buffer_put(buffer, "\n", 1);
	if (table->style.form != FORM_TABLE)
		buffer_flush(buffer, PIECE);
	table->rows++;
}

const char *table_cell_text(const struct table *table, size_t row, size_t column, size_t *size)
{
	size_t i = row * table->column_count + column, start = i > 0 ? table->ends[i - 1] : 0;

	*size = table->ends[i] - start;
	return table->buffer.bytes + start;
}

void table_widths(const struct table *table, size_t *widths)
{
	size_t i, size;

	memset(widths, 0, table->column_count * sizeof(*widths));
	for (i = 0; i < table->cells; i++) {
		size = table->ends[i] - (i > 0 ? table->ends[i - 1] : 0);
		if (size > widths[i % table->column_count])
			widths[i % table->column_count] = size;
	}
}

/*
 * Adds an aligned row to `out`, which has room for it, without blanks at its end.  A row that is wider than the table is cut,
 * with a mark in its last column.
 */
static void put_line(struct buffer *out, const struct table *table, size_t row, const size_t *widths)
{
	char *start = out->bytes + out->size, *p = start;
	size_t column, size;

	for (column = 0; column < table->column_count; column++) {
		const char *text = table_cell_text(table, row, column, &size);
		size_t blanks = widths[column] - size;

		if (table->columns[column]->right) {
			memset(p, ' ', blanks);
			p = (char *)mempcpy(p + blanks, text, size);
		} else {
			p = (char *)mempcpy(p, text, size);
			memset(p, ' ', blanks);
			p += blanks;
		}
		*p++ = ' ';
		*p++ = ' ';
	}
	while (p > start && p[-1] == ' ')
		p--;
	if (table->width > 0 && p > start + table->width) {
		p = start + table->width;
		p[-1] = CUT_MARK;
	}
	*p++ = '\n';
	buffer_commit(out, p);
}

static void write_lines(struct table *table, size_t *widths)
{
	struct buffer out = {.size = 0};
	size_t row, column, rows = table->cells / table->column_count, length = 1;

	table_widths(table, widths);
	for (column = 0; column < table->column_count; column++)
		length += widths[column] + 2;
	for (row = table->headings ? 0 : 1; row < rows && buffer_reserve(&out, length) != NULL; row++) {
		put_line(&out, table, row, widths);
		buffer_flush(&out, PIECE);
	}
	buffer_flush(&out, 0);
	table->buffer.err = out.err;
	buffer_free(&out);
}

void table_free(struct table *table)
{
	buffer_free(&table->buffer);
	free(table->ends);
	free(table->keys);
	table->keys = NULL;
	table->ends = NULL;
	table->cells = table->cell_room = 0;
}

struct buffer *table_end_rows(struct table *table)
{
	if (table->style.form == FORM_JSON && !table->ended)
		buffer_put(&table->buffer, "\n]", 2);
	table->ended = 1;
	return &table->buffer;
}

int table_end(struct table *table)
{
	size_t *widths;
	int err;

	table_end_rows(table);
	if (table->style.form == FORM_JSON)
		buffer_put(&table->buffer, "}\n", 2);
	if (table->style.form != FORM_TABLE) {
		buffer_flush(&table->buffer, 0);
	} else if (table->buffer.err == 0) {
		widths = calloc(table->column_count, sizeof(*widths));
		if (widths == NULL)
			table->buffer.err = ENOMEM;
		else
			write_lines(table, widths);
		free(widths);
	}
	err = table->buffer.err;
	table_free(table);
	errno = err;
	return err == 0 ? 0 : -1;
}
