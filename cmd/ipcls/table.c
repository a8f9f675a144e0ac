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
struct listing_key {
	char text[40];
	size_t size;
};

/* Room for `size` bytes more in the buffer, or NULL where there is none: the failure is kept. */
static char *reserve(struct listing *listing, size_t size)
{
	char *buffer;
	size_t room;

	if (listing->status != 0)
		return NULL;
	if (listing->form != LISTING_TABLE && listing->used >= PIECE) {
		if (io_write_all(1, listing->buffer, listing->used) == -1) {
			listing->status = errno;
			return NULL;
		}
		listing->used = 0;
	}
	if (listing->buffer != NULL && listing->room - listing->used >= size)
		return listing->buffer + listing->used;
	room = listing->room ? listing->room : 2 * PIECE;
	while (room - listing->used < size)
		room *= 2;
	buffer = realloc(listing->buffer, room);
	if (buffer == NULL) {
		listing->status = ENOMEM;
		return NULL;
	}
	listing->buffer = buffer;
	listing->room = room;
	return buffer + listing->used;
}

static void commit(struct listing *listing, const char *end)
{
	listing->used = (size_t)(end - listing->buffer);
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

static char *put_process(char *out, const struct listing_process *process, enum listing_form form)
{
	const char *command = process->command != NULL ? process->command : "?";

	out = put_number(out, process->pid);
	*out++ = '/';
	out = form == LISTING_RAW ? put_escaped(out, command, ",:/") :
	      form == LISTING_NULS ? stpcpy(out, command) : escape_put(out, command);
	/* What it waits in; else, as no other use of these says so much, that it holds. */
	if (process->call == NULL && strcmp(process->uses, "holds") == 0)
		out = stpcpy(out, ":holds");
	if (process->call != NULL) {
		*out++ = ':';
		out = stpcpy(out, process->call);
	}
	return out;
}

static void put_list(struct listing *listing, const struct listing_cell *cell)
{
	size_t i, most = cell->count;
	char *out;

	if (cell->count == 0) {
		out = reserve(listing, 8);
		if (out != NULL)
			commit(listing, stpcpy(out, cell->incomplete ? "-" : listing->form == LISTING_TABLE ? "" : "none"));
		return;
	}
	if (listing->form == LISTING_TABLE && !listing->everything && most > SHOWN + 1)
		most = cell->type == LISTING_NUMBERS ? 4 * SHOWN : SHOWN;
	if (most > cell->count)
		most = cell->count;
	for (i = 0; i < most && (out = reserve(listing, 256)) != NULL; i++) {
		if (i > 0)
			*out++ = ',';
		commit(listing, cell->type == LISTING_NUMBERS ? put_number(out, cell->numbers[i]) :
		                                                put_process(out, &cell->processes[i], listing->form));
	}
	out = reserve(listing, 64);
	if (out == NULL)
		return;
	if (most < cell->count)
		out += sprintf(out, ",+%zu", cell->count - most);
	if (cell->incomplete)
		out = stpcpy(out, ",?");
	commit(listing, out);
}

static void put_text(struct listing *listing, const char *text)
{
	char *out = reserve(listing, 4 * strlen(text) + 8);

	if (out == NULL)
		return;
	commit(listing, listing->form == LISTING_RAW ? put_escaped(out, text, NULL) :
	                listing->form == LISTING_NULS ? stpcpy(out, text) : escape_put(out, text));
}

static void put_cell(struct listing *listing, const struct listing_cell *cell)
{
	char *out, room[40];

	if (cell->type == LISTING_TEXT) {
		put_text(listing, cell->text);
		return;
	}
	if (cell->type == LISTING_NUMBERS || cell->type == LISTING_PROCESSES) {
		put_list(listing, cell);
		return;
	}
	out = reserve(listing, 64);
	if (out == NULL)
		return;
	switch (cell->type) {
	case LISTING_NUMBER:
		out = put_number(out, cell->number);
		break;
	case LISTING_SIZE:
		out = listing->form != LISTING_TABLE || listing->bytes ? put_number(out, cell->number) :
		                                                         stpcpy(out, short_size(room, cell->number));
		break;
	case LISTING_TIME:
		out = stpcpy(out, listing->form == LISTING_TABLE ? timestamp_local(room, cell->number) : timestamp_rfc3339(room, cell->number));
		break;
	case LISTING_MODE:
		out = put_mode(out, cell->number);
		break;
	default:
		*out++ = '-';
		break;
	}
	commit(listing, out);
}

/* --- one cell as JSON --- */

void listing_put(struct listing *listing, const char *text, size_t size)
{
	char *out = reserve(listing, size);

	if (out != NULL)
		commit(listing, mempcpy(out, text, size));
}

static void put_json_text(struct listing *listing, const char *text)
{
	size_t size = strlen(text);
	char *out = reserve(listing, JSON_STRING_ROOM(size));

	if (out != NULL)
		commit(listing, json_put_string(out, text, size));
}

/* The bytes, if they are no text: "NAME_base64" is a member of its own then. */
static void put_json_key(struct listing *listing, const char *name, const char *suffix)
{
	char *out = reserve(listing, strlen(name) + strlen(suffix) + 4);

	if (out == NULL)
		return;
	*out++ = '"';
	for (; *name != '\0'; name++)
		*out++ = (char)tolower((unsigned char)*name);
	out = stpcpy(stpcpy(out, suffix), "\":");
	commit(listing, out);
}

/* The value of a member; what are no letters in it goes into a second member. */
static void put_json_value(struct listing *listing, const char *name, const char *text)
{
	size_t size = strlen(text);
	char *out;

	if (json_is_utf8(text, size)) {
		put_json_text(listing, text);
		return;
	}
	listing_put(listing, "null,", 5);
	put_json_key(listing, name, "_base64");
	out = reserve(listing, JSON_BASE64_ROOM(size) + 2);
	if (out == NULL)
		return;
	*out++ = '"';
	out = json_put_base64(out, text, size);
	*out++ = '"';
	commit(listing, out);
}

static void put_json_bytes(struct listing *listing, const char *name, const char *text)
{
	put_json_key(listing, name, "");
	put_json_value(listing, name, text);
}

void listing_put_json_text(struct listing *listing, const struct listing_column *column, const char *text)
{
	put_json_bytes(listing, column->name, text);
}

static void put_json_process(struct listing *listing, const struct listing_process *process)
{
	char line[256];
	const char *word = process->uses, *end;

	listing_put(listing, line, (size_t)snprintf(line, sizeof(line), "{\"pid\":%lld,", (long long)process->pid));
	if (process->command != NULL)
		put_json_bytes(listing, "command", process->command);
	else
		listing_put(listing, "\"command\":null", 14);
	listing_put(listing, ",\"uses\":[", 9);
	for (; *word != '\0'; word = *end == ',' ? end + 1 : end) {
		end = strchrnul(word, ',');
		listing_put(listing, line, (size_t)snprintf(line, sizeof(line), "%s\"%.*s\"", word == process->uses ? "" : ",",
		                                            (int)(end - word), word));
	}
	listing_put(listing, "]", 1);
	if (process->call != NULL)
		listing_put(listing, line, (size_t)snprintf(line, sizeof(line), ",\"waits_in\":\"%s\"", process->call));
	listing_put(listing, "}", 1);
}

static void put_json_list(struct listing *listing, const struct listing_column *column, const struct listing_cell *cell)
{
	size_t i;
	char *out;

	if (cell->count == 0 && cell->incomplete) {
		listing_put(listing, "null", 4);
		return;
	}
	listing_put(listing, "[", 1);
	for (i = 0; i < cell->count && listing->status == 0; i++) {
		if (i > 0)
			listing_put(listing, ",", 1);
		if (cell->type == LISTING_PROCESSES)
			put_json_process(listing, &cell->processes[i]);
		else if ((out = reserve(listing, 32)) != NULL)
			commit(listing, put_number(out, cell->numbers[i]));
	}
	listing_put(listing, "]", 1);
	if (cell->incomplete) {
		listing_put(listing, ",", 1);
		put_json_key(listing, column->name, "_incomplete");
		listing_put(listing, "true", 4);
	}
}

static void put_json_cell(struct listing *listing, size_t i, const struct listing_cell *cell)
{
	const struct listing_column *column = listing->columns[i];
	char *out = reserve(listing, sizeof(listing->keys[i].text) + 64), room[40];

	if (out == NULL)
		return;
	/* All of the text, whose size the compiler knows, is quicker than the part that counts. */
	memcpy(out, listing->keys[i].text, sizeof(listing->keys[i].text));
	out += listing->keys[i].size;
	commit(listing, out);

	switch (cell->type) {
	case LISTING_TEXT:
		put_json_value(listing, column->name, cell->text);
		return;
	case LISTING_NUMBERS:
	case LISTING_PROCESSES:
		put_json_list(listing, column, cell);
		return;
	default:
		break;
	}
	switch (cell->type) {
	case LISTING_NUMBER:
	case LISTING_SIZE:
		out = put_number(out, cell->number);
		break;
	case LISTING_TIME:
		timestamp_rfc3339(room, cell->number);
		if (strcmp(room, "-") == 0)
			out = stpcpy(out, "null");
		else
			out += sprintf(out, "\"%s\"", room);
		break;
	case LISTING_MODE:
		*out++ = '"';
		out = put_mode(out, cell->number);
		*out++ = '"';
		break;
	default:
		out = stpcpy(out, "null");
		break;
	}
	commit(listing, out);
}

/* --- rows --- */

static void end_cell(struct listing *listing)
{
	if (listing->cells == listing->cell_room) {
		size_t room = listing->cell_room ? 2 * listing->cell_room : 1024;
		size_t *ends = reallocarray(listing->ends, room, sizeof(*ends));

		if (ends == NULL) {
			listing->status = ENOMEM;
			return;
		}
		listing->ends = ends;
		listing->cell_room = room;
	}
	listing->ends[listing->cells++] = listing->used;
}

static void make_keys(struct listing *listing)
{
	size_t i;
	char *p;

	listing->keys = calloc(listing->column_count + 1, sizeof(*listing->keys));
	if (listing->keys == NULL)
		listing->status = ENOMEM;
	for (i = 0; i < listing->column_count && listing->keys != NULL; i++) {
		struct listing_key *key = &listing->keys[i];

		key->size = (size_t)snprintf(key->text, sizeof(key->text), "%s\"%.32s\":", i == 0 ? "" : ",", listing->columns[i]->name);
		for (p = key->text; *p != '\0'; p++)
			*p = (char)tolower((unsigned char)*p);
	}
}

void listing_begin(struct listing *listing)
{
	size_t i;

	listing->used = listing->rows = listing->cells = 0;
	listing->status = listing->ended = 0;
	if (listing->form == LISTING_JSON) {
		make_keys(listing);
		listing_put(listing, "{", 1);
		put_json_key(listing, listing->title, "");
		listing_put(listing, "[", 1);
		return;
	}
	if (listing->form == LISTING_NULS || (listing->form == LISTING_RAW && !listing->headings))
		return;
	for (i = 0; i < listing->column_count; i++) {
		const char *name = listing->columns[i]->name;

		if (listing->form == LISTING_RAW && i > 0)
			listing_put(listing, " ", 1);
		listing_put(listing, name, listing->form == LISTING_TABLE && !listing->headings ? 0 : strlen(name));
		if (listing->form == LISTING_TABLE)
			end_cell(listing);
	}
	if (listing->form == LISTING_RAW)
		listing_put(listing, "\n", 1);
}

void listing_row(struct listing *listing, size_t row)
{
	struct listing_cell cell;
	size_t i;

	if (listing->form == LISTING_JSON)
		listing_put(listing, listing->rows == 0 ? "\n{" : ",\n{", listing->rows == 0 ? 2 : 3);
	for (i = 0; i < listing->column_count && listing->status == 0; i++) {
		cell.type = LISTING_UNKNOWN;
		cell.count = 0;
		cell.incomplete = 0;
		if (listing->get(listing->context, row, listing->columns[i], &cell) == -1) {
			listing->status = errno;
			break;
		}
		if (listing->form == LISTING_JSON) {
			put_json_cell(listing, i, &cell);
			continue;
		}
		if (listing->form == LISTING_RAW && i > 0)
			listing_put(listing, " ", 1);
		put_cell(listing, &cell);
		if (listing->form == LISTING_TABLE)
			end_cell(listing);
		else if (listing->form == LISTING_NULS)
			listing_put(listing, "", 1);
	}
	if (listing->form == LISTING_JSON)
		listing_put(listing, "}", 1);
	else if (listing->form == LISTING_RAW)
		listing_put(listing, "\n", 1);
	listing->rows++;
}

const char *listing_cell_text(const struct listing *listing, size_t row, size_t column, size_t *size)
{
	size_t i = row * listing->column_count + column, start = i > 0 ? listing->ends[i - 1] : 0;

	*size = listing->ends[i] - start;
	return listing->buffer + start;
}

void listing_widths(const struct listing *listing, size_t *widths)
{
	size_t i, size;

	memset(widths, 0, listing->column_count * sizeof(*widths));
	for (i = 0; i < listing->cells; i++) {
		size = listing->ends[i] - (i > 0 ? listing->ends[i - 1] : 0);
		if (size > widths[i % listing->column_count])
			widths[i % listing->column_count] = size;
	}
}

/* The rows of a table one after the other into a buffer, of which each 64 kB are written. */
static void write_table(struct listing *listing, const size_t *widths)
{
	struct listing out = {.form = LISTING_RAW};
	size_t row, column, rows = listing->cells / listing->column_count, size, start, length;
	char *p;

	for (row = listing->headings ? 0 : 1; row < rows; row++) {
		length = 0;
		for (column = 0; column < listing->column_count; column++)
			length += widths[column] + 2;
		p = reserve(&out, length + 2);
		if (p == NULL)
			break;
		start = out.used;
		for (column = 0; column < listing->column_count; column++) {
			const char *text = listing_cell_text(listing, row, column, &size);
			size_t blanks = widths[column] - size;

			if (listing->columns[column]->right) {
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
		if (listing->width > 0 && p > out.buffer + start + listing->width)
			p = out.buffer + start + listing->width;
		*p++ = '\n';
		commit(&out, p);
	}
	if (out.status == 0 && out.used > 0 && io_write_all(1, out.buffer, out.used) == -1)
		out.status = errno;
	listing->status = out.status;
	free(out.buffer);
}

void listing_free(struct listing *listing)
{
	free(listing->buffer);
	free(listing->ends);
	free(listing->keys);
	listing->keys = NULL;
	listing->buffer = NULL;
	listing->ends = NULL;
	listing->used = listing->room = listing->cells = listing->cell_room = 0;
}

void listing_end_rows(struct listing *listing)
{
	if (listing->form == LISTING_JSON && !listing->ended)
		listing_put(listing, "\n]", 2);
	listing->ended = 1;
}

int listing_end(struct listing *listing)
{
	size_t *widths;
	int status;

	listing_end_rows(listing);
	if (listing->form == LISTING_JSON)
		listing_put(listing, "}\n", 2);
	if (listing->form == LISTING_TABLE && listing->status == 0) {
		widths = calloc(listing->column_count, sizeof(*widths));
		if (widths == NULL) {
			listing->status = ENOMEM;
		} else {
			listing_widths(listing, widths);
			write_table(listing, widths);
			free(widths);
		}
	} else if (listing->status == 0 && listing->used > 0 && io_write_all(1, listing->buffer, listing->used) == -1) {
		listing->status = errno;
	}
	status = listing->status;
	listing_free(listing);
	errno = status;
	return status == 0 ? 0 : -1;
}
