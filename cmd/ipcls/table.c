/* SPDX-License-Identifier: ISC */
#include "table.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/escape.h"
#include "base/io.h"
#include "base/json.h"
#include "base/timestamp.h"

#define PIECE ((size_t)64 * 1024) /* what is written at once */
#define SHOWN 4                   /* processes in a cell of a table */

/* What stands before a value: a comma, unless it is the first, and the name. */
struct table_key {
	char text[40];
	size_t size;
};

/* Room for `size` bytes more in the buffer, or NULL where there is none: the failure is kept. */
static char *reserve(struct table *table, size_t size)
{
	char *buffer;
	size_t room;

	if (table->status != 0)
		return NULL;
	if (table->form != TABLE_ALIGNED && table->used >= PIECE) {
		if (io_write_all(1, table->buffer, table->used) == -1) {
			table->status = errno;
			return NULL;
		}
		table->used = 0;
	}
	if (table->buffer != NULL && table->room - table->used >= size)
		return table->buffer + table->used;
	room = table->room ? table->room : 2 * PIECE;
	while (room - table->used < size)
		room *= 2;
	buffer = realloc(table->buffer, room);
	if (buffer == NULL) {
		table->status = ENOMEM;
		return NULL;
	}
	table->buffer = buffer;
	table->room = room;
	return buffer + table->used;
}

static void commit(struct table *table, const char *end)
{
	table->used = (size_t)(end - table->buffer);
}

static char *put_number(char *out, int64_t number)
{
	char digits[24], *p = digits + sizeof(digits);
	uint64_t value = number < 0 ? -(uint64_t)number : (uint64_t)number;

	do {
		*--p = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	if (number < 0)
		*--p = '-';
	return (char *)mempcpy(out, p, (size_t)(digits + sizeof(digits) - p));
}

static char *put_mode(char *out, int64_t mode)
{
	int shift;

	for (shift = 9; shift >= 0; shift -= 3)
		*out++ = (char)('0' + (mode >> shift & 7));
	return out;
}

/* One word, also as an item between commas and before a colon. */
static char *put_escaped(char *out, const char *text, const char *special)
{
	static const char hex[] = "0123456789abcdef";
	const char *start = text;

	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c > ' ' && c < 0x7f && c != '\\' && (special == NULL || strchr(special, c) == NULL)) {
			*out++ = (char)c;
			continue;
		}
		*out++ = '\\';
		*out++ = 'x';
		*out++ = hex[c >> 4];
		*out++ = hex[c & 15];
	}
	/* A field that is empty would be none, and "-" is what is not known. */
	if (text == start)
		out = stpcpy(out, "\\x");
	else if (text == start + 1 && *start == '-')
		out = stpcpy(out - 1, "\\x2d");
	return out;
}

/* A size as people read it, "4.0K": `out` has room for 32. */
static const char *short_size(char *out, int64_t bytes)
{
	static const char units[] = "BKMGTPE";
	int unit = 0;
	double size = (double)bytes;

	/* As ls -h does, but to the nearest.  No number has more than 8 E. */
	while (size >= 999.5) {
		size /= 1024;
		unit++;
	}
	if (unit == 0)
		snprintf(out, 32, "%lld", (long long)bytes);
	else if (size < 9.95)
		snprintf(out, 32, "%.1f%c", size, units[unit]);
	else
		snprintf(out, 32, "%.0f%c", size, units[unit]);
	return out;
}

/* --- one cell as text --- */

static char *put_process(char *out, const struct table_process *process, enum table_form form)
{
	const char *command = process->command != NULL ? process->command : "?";

	out = put_number(out, process->pid);
	*out++ = '/';
	out = form == TABLE_RAW ? put_escaped(out, command, ",:/") :
	      form == TABLE_NULS ? stpcpy(out, command) : escape_put(out, command);
	/* What it waits in; else, as no other use of these says so much, that it holds. */
	if (process->call == NULL && strcmp(process->uses, "holds") == 0)
		out = stpcpy(out, ":holds");
	if (process->call != NULL) {
		*out++ = ':';
		out = stpcpy(out, process->call);
	}
	return out;
}

static void put_list(struct table *table, const struct table_cell *cell)
{
	size_t i, most = cell->count;
	char *out;

	if (cell->count == 0) {
		out = reserve(table, 8);
		if (out != NULL)
			commit(table, stpcpy(out, cell->incomplete ? "-" : table->form == TABLE_ALIGNED ? "" : "none"));
		return;
	}
	if (table->form == TABLE_ALIGNED && !table->everything && most > SHOWN + 1)
		most = cell->type == TABLE_NUMBERS ? 4 * SHOWN : SHOWN;
	if (most > cell->count)
		most = cell->count;
	for (i = 0; i < most && (out = reserve(table, 256)) != NULL; i++) {
		if (i > 0)
			*out++ = ',';
		commit(table, cell->type == TABLE_NUMBERS ? put_number(out, cell->numbers[i]) :
		                                                put_process(out, &cell->processes[i], table->form));
	}
	out = reserve(table, 64);
	if (out == NULL)
		return;
	if (most < cell->count)
		out += sprintf(out, ",+%zu", cell->count - most);
	if (cell->incomplete)
		out = stpcpy(out, ",?");
	commit(table, out);
}

static void put_text(struct table *table, const char *text)
{
	char *out = reserve(table, 4 * strlen(text) + 8);

	if (out == NULL)
		return;
	commit(table, table->form == TABLE_RAW ? put_escaped(out, text, NULL) :
	                table->form == TABLE_NULS ? stpcpy(out, text) : escape_put(out, text));
}

static void put_cell(struct table *table, const struct table_cell *cell)
{
	char *out, room[40];

	if (cell->type == TABLE_TEXT) {
		put_text(table, cell->text);
		return;
	}
	if (cell->type == TABLE_NUMBERS || cell->type == TABLE_PROCESSES) {
		put_list(table, cell);
		return;
	}
	out = reserve(table, 64);
	if (out == NULL)
		return;
	switch (cell->type) {
	case TABLE_NUMBER:
		out = put_number(out, cell->number);
		break;
	case TABLE_SIZE:
		out = table->form != TABLE_ALIGNED || table->bytes ? put_number(out, cell->number) :
		                                                         stpcpy(out, short_size(room, cell->number));
		break;
	case TABLE_TIME:
		out = stpcpy(out, table->form == TABLE_ALIGNED ? timestamp_local(room, cell->number) : timestamp_rfc3339(room, cell->number));
		break;
	case TABLE_MODE:
		out = put_mode(out, cell->number);
		break;
	default:
		*out++ = '-';
		break;
	}
	commit(table, out);
}

/* --- one cell as JSON --- */

void table_put(struct table *table, const char *text, size_t size)
{
	char *out = reserve(table, size);

	if (out != NULL)
		commit(table, mempcpy(out, text, size));
}

static void put_json_text(struct table *table, const char *text)
{
	size_t size = strlen(text);
	char *out = reserve(table, JSON_STRING_ROOM(size));

	if (out != NULL)
		commit(table, json_put_string(out, text, size));
}

/* The bytes, if they are no text: "NAME_base64" is a member of its own then. */
static void put_json_key(struct table *table, const char *name, const char *suffix)
{
	char *out = reserve(table, strlen(name) + strlen(suffix) + 4);

	if (out == NULL)
		return;
	*out++ = '"';
	for (; *name != '\0'; name++)
		*out++ = (char)tolower((unsigned char)*name);
	out = stpcpy(stpcpy(out, suffix), "\":");
	commit(table, out);
}

/* The value of a member; what are no letters in it goes into a second member. */
static void put_json_value(struct table *table, const char *name, const char *text)
{
	size_t size = strlen(text);
	char *out;

	if (json_is_utf8(text, size)) {
		put_json_text(table, text);
		return;
	}
	table_put(table, "null,", 5);
	put_json_key(table, name, "_base64");
	out = reserve(table, JSON_BASE64_ROOM(size) + 2);
	if (out == NULL)
		return;
	*out++ = '"';
	out = json_put_base64(out, text, size);
	*out++ = '"';
	commit(table, out);
}

static void put_json_bytes(struct table *table, const char *name, const char *text)
{
	put_json_key(table, name, "");
	put_json_value(table, name, text);
}

void table_put_json_text(struct table *table, const struct table_column *column, const char *text)
{
	put_json_bytes(table, column->name, text);
}

static void put_json_process(struct table *table, const struct table_process *process)
{
	char line[256];
	const char *word = process->uses, *end;

	table_put(table, line, (size_t)snprintf(line, sizeof(line), "{\"pid\":%lld,", (long long)process->pid));
	if (process->command != NULL)
		put_json_bytes(table, "command", process->command);
	else
		table_put(table, "\"command\":null", 14);
	table_put(table, ",\"uses\":[", 9);
	for (; *word != '\0'; word = *end == ',' ? end + 1 : end) {
		end = strchrnul(word, ',');
		table_put(table, line, (size_t)snprintf(line, sizeof(line), "%s\"%.*s\"", word == process->uses ? "" : ",",
		                                            (int)(end - word), word));
	}
	table_put(table, "]", 1);
	if (process->call != NULL)
		table_put(table, line, (size_t)snprintf(line, sizeof(line), ",\"waits_in\":\"%s\"", process->call));
	table_put(table, "}", 1);
}

static void put_json_list(struct table *table, const struct table_column *column, const struct table_cell *cell)
{
	size_t i;
	char *out;

	if (cell->count == 0 && cell->incomplete) {
		table_put(table, "null", 4);
		return;
	}
	table_put(table, "[", 1);
	for (i = 0; i < cell->count && table->status == 0; i++) {
		if (i > 0)
			table_put(table, ",", 1);
		if (cell->type == TABLE_PROCESSES)
			put_json_process(table, &cell->processes[i]);
		else if ((out = reserve(table, 32)) != NULL)
			commit(table, put_number(out, cell->numbers[i]));
	}
	table_put(table, "]", 1);
	if (cell->incomplete) {
		table_put(table, ",", 1);
		put_json_key(table, column->name, "_incomplete");
		table_put(table, "true", 4);
	}
}

static void put_json_cell(struct table *table, size_t i, const struct table_cell *cell)
{
	const struct table_column *column = table->columns[i];
	char *out = reserve(table, sizeof(table->keys[i].text) + 64), room[40];

	if (out == NULL)
		return;
	/* All of the text, whose size the compiler knows, is quicker than the part that counts. */
	memcpy(out, table->keys[i].text, sizeof(table->keys[i].text));
	out += table->keys[i].size;
	commit(table, out);

	switch (cell->type) {
	case TABLE_TEXT:
		put_json_value(table, column->name, cell->text);
		return;
	case TABLE_NUMBERS:
	case TABLE_PROCESSES:
		put_json_list(table, column, cell);
		return;
	default:
		break;
	}
	switch (cell->type) {
	case TABLE_NUMBER:
	case TABLE_SIZE:
		out = put_number(out, cell->number);
		break;
	case TABLE_TIME:
		timestamp_rfc3339(room, cell->number);
		if (strcmp(room, "-") == 0)
			out = stpcpy(out, "null");
		else
			out += sprintf(out, "\"%s\"", room);
		break;
	case TABLE_MODE:
		*out++ = '"';
		out = put_mode(out, cell->number);
		*out++ = '"';
		break;
	default:
		out = stpcpy(out, "null");
		break;
	}
	commit(table, out);
}

/* --- rows --- */

static void end_cell(struct table *table)
{
	if (table->cells == table->cell_room) {
		size_t room = table->cell_room ? 2 * table->cell_room : 1024;
		size_t *ends = reallocarray(table->ends, room, sizeof(*ends));

		if (ends == NULL) {
			table->status = ENOMEM;
			return;
		}
		table->ends = ends;
		table->cell_room = room;
	}
	table->ends[table->cells++] = table->used;
}

static void make_keys(struct table *table)
{
	size_t i;
	char *p;

	table->keys = calloc(table->column_count + 1, sizeof(*table->keys));
	if (table->keys == NULL)
		table->status = ENOMEM;
	for (i = 0; i < table->column_count && table->keys != NULL; i++) {
		struct table_key *key = &table->keys[i];

		key->size = (size_t)snprintf(key->text, sizeof(key->text), "%s\"%.32s\":", i == 0 ? "" : ",", table->columns[i]->name);
		for (p = key->text; *p != '\0'; p++)
			*p = (char)tolower((unsigned char)*p);
	}
}

void table_begin(struct table *table)
{
	size_t i;

	table->used = table->rows = table->cells = 0;
	table->status = table->ended = 0;
	if (table->form == TABLE_JSON) {
		make_keys(table);
		table_put(table, "{", 1);
		put_json_key(table, table->title, "");
		table_put(table, "[", 1);
		return;
	}
	if (table->form == TABLE_NULS || (table->form == TABLE_RAW && !table->headings))
		return;
	for (i = 0; i < table->column_count; i++) {
		const char *name = table->columns[i]->name;

		if (table->form == TABLE_RAW && i > 0)
			table_put(table, " ", 1);
		table_put(table, name, table->form == TABLE_ALIGNED && !table->headings ? 0 : strlen(name));
		if (table->form == TABLE_ALIGNED)
			end_cell(table);
	}
	if (table->form == TABLE_RAW)
		table_put(table, "\n", 1);
}

void table_row(struct table *table, size_t row)
{
	struct table_cell cell;
	size_t i;

	if (table->form == TABLE_JSON)
		table_put(table, table->rows == 0 ? "\n{" : ",\n{", table->rows == 0 ? 2 : 3);
	for (i = 0; i < table->column_count && table->status == 0; i++) {
		cell.type = TABLE_UNKNOWN;
		cell.count = 0;
		cell.incomplete = 0;
		if (table->get(table->context, row, table->columns[i], &cell) == -1) {
			table->status = errno;
			break;
		}
		if (table->form == TABLE_JSON) {
			put_json_cell(table, i, &cell);
			continue;
		}
		if (table->form == TABLE_RAW && i > 0)
			table_put(table, " ", 1);
		put_cell(table, &cell);
		if (table->form == TABLE_ALIGNED)
			end_cell(table);
		else if (table->form == TABLE_NULS)
			table_put(table, "", 1);
	}
	if (table->form == TABLE_JSON)
		table_put(table, "}", 1);
	else if (table->form == TABLE_RAW)
		table_put(table, "\n", 1);
	table->rows++;
}

const char *table_cell_text(const struct table *table, size_t row, size_t column, size_t *size)
{
	size_t i = row * table->column_count + column, start = i > 0 ? table->ends[i - 1] : 0;

	*size = table->ends[i] - start;
	return table->buffer + start;
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

/* The rows of a table one after the other into a buffer, of which each 64 kB are written. */
static void write_table(struct table *table, const size_t *widths)
{
	struct table out = {.form = TABLE_RAW};
	size_t row, column, rows = table->cells / table->column_count, size, start, length;
	char *p;

	for (row = table->headings ? 0 : 1; row < rows; row++) {
		length = 0;
		for (column = 0; column < table->column_count; column++)
			length += widths[column] + 2;
		p = reserve(&out, length + 2);
		if (p == NULL)
			break;
		start = out.used;
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
		while (p > out.buffer + start && p[-1] == ' ')
			p--;
		if (table->width > 0 && p > out.buffer + start + table->width)
			p = out.buffer + start + table->width;
		*p++ = '\n';
		commit(&out, p);
	}
	if (out.status == 0 && out.used > 0 && io_write_all(1, out.buffer, out.used) == -1)
		out.status = errno;
	table->status = out.status;
	free(out.buffer);
}

void table_free(struct table *table)
{
	free(table->buffer);
	free(table->ends);
	free(table->keys);
	table->keys = NULL;
	table->buffer = NULL;
	table->ends = NULL;
	table->used = table->room = table->cells = table->cell_room = 0;
}

void table_end_rows(struct table *table)
{
	if (table->form == TABLE_JSON && !table->ended)
		table_put(table, "\n]", 2);
	table->ended = 1;
}

int table_end(struct table *table)
{
	size_t *widths;
	int status;

	table_end_rows(table);
	if (table->form == TABLE_JSON)
		table_put(table, "}\n", 2);
	if (table->form == TABLE_ALIGNED && table->status == 0) {
		widths = calloc(table->column_count, sizeof(*widths));
		if (widths == NULL) {
			table->status = ENOMEM;
		} else {
			table_widths(table, widths);
			write_table(table, widths);
			free(widths);
		}
	} else if (table->status == 0 && table->used > 0 && io_write_all(1, table->buffer, table->used) == -1) {
		table->status = errno;
	}
	status = table->status;
	table_free(table);
	errno = status;
	return status == 0 ? 0 : -1;
}
