/* SPDX-License-Identifier: ISC */
#include "cell.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "base/json.h"
#include "base/timestamp.h"

#define SHOWN 4 /* processes in a cell of a table */

static char *put_number(char *out, uint64_t number)
{
	char digits[24], *p = digits + sizeof(digits);

	do {
		*--p = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	return (char *)mempcpy(out, p, (size_t)(digits + sizeof(digits) - p));
}

static char *put_mode(char *out, uint64_t mode)
{
	int shift;

	for (shift = 9; shift >= 0; shift -= 3)
		*out++ = (char)('0' + (mode >> shift & 7));
	return out;
}

/* Writes one word of FORM_RAW; `special`, or NULL, are characters that are escaped, too. */
static char *put_word(char *out, const char *text, const char *special)
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
	/* An empty word would be no field, and "-" would be a value that is not known. */
	if (text == start)
		out = stpcpy(out, "\\x");
	else if (text == start + 1 && *start == '-')
		out = stpcpy(out - 1, "\\x2d");
	return out;
}

/* Writes a size in bytes, which may need more than 64 bits. */
static char *put_size(char *out, const struct cell *cell)
{
	const uint64_t billion = 1000000000;
	uint64_t low, high;

	if (cell->scale <= 1)
		return put_number(out, cell->number);
	low = cell->number % billion * cell->scale;
	high = cell->number / billion * cell->scale + low / billion;
	if (high == 0)
		return put_number(out, low);
	out = put_number(out, high);
	return out + sprintf(out, "%09llu", (unsigned long long)(low % billion));
}

/* Writes a size as people read it, "4.0K", as ls -h does but rounded to the nearest. */
static char *put_short_size(char *out, const struct cell *cell)
{
	static const char units[] = "BKMGTPEZY";
	double size = (double)cell->number * (double)(cell->scale > 1 ? cell->scale : 1);
	int unit = 0;

	while (size >= 999.5) {
		size /= 1024;
		unit++;
	}
	if (unit == 0)
		return put_size(out, cell);
	return out + sprintf(out, size < 9.95 ? "%.1f%c" : "%.0f%c", size, units[unit]);
}

/* Writes a process: "PID/COMMAND", and the call that it waits in; else "holds", if that is its only use. */
static char *put_process(char *out, const struct cell_process *process, enum form form)
{
	const char *command = process->command != NULL ? process->command : "?";

	out = put_number(out, (uint64_t)process->pid);
	*out++ = '/';
	out = form == FORM_RAW ? put_word(out, command, ",:/") :
	      form == FORM_NULS ? stpcpy(out, command) : escape_put(out, command);
	if (process->call == NULL && strcmp(process->uses, "holds") == 0)
		out = stpcpy(out, ":holds");
	if (process->call != NULL) {
		*out++ = ':';
		out = stpcpy(out, process->call);
	}
	return out;
}

/* Returns how many items of the list are shown: a table has room for a few. */
static size_t count_shown(const struct cell_style *style, const struct cell *cell)
{
	size_t most = cell->type == CELL_NUMBERS ? 4 * SHOWN : SHOWN;

	/* The mark for one more would take the place of that one. */
	if (style->form != FORM_TABLE || style->whole || cell->count <= SHOWN + 1 || cell->count < most)
		return cell->count;
	return most;
}

static void put_list(struct buffer *buffer, const struct cell_style *style, const struct cell *cell)
{
	size_t most = count_shown(style, cell), i;
	char *out;

	if (cell->count == 0) {
		out = buffer_reserve(buffer, 8);
		if (out != NULL)
			buffer_commit(buffer, stpcpy(out, cell->incomplete ? "-" : style->form == FORM_TABLE ? "" : "none"));
		return;
	}
	for (i = 0; i < most && (out = buffer_reserve(buffer, 256)) != NULL; i++) {
		if (i > 0)
			*out++ = ',';
		buffer_commit(buffer, cell->type == CELL_NUMBERS ? put_number(out, (uint64_t)cell->numbers[i]) :
		                                                   put_process(out, &cell->processes[i], style->form));
	}
	out = buffer_reserve(buffer, 64);
	if (out == NULL)
		return;
	if (most < cell->count)
		out += sprintf(out, ",+%zu", cell->count - most);
	if (cell->incomplete)
		out = stpcpy(out, ",?");
	buffer_commit(buffer, out);
}

static void put_text(struct buffer *buffer, enum form form, const char *text)
{
	char *out = buffer_reserve(buffer, 4 * strlen(text) + 8);

	if (out != NULL)
		buffer_commit(buffer, form == FORM_RAW ? put_word(out, text, NULL) :
		                      form == FORM_NULS ? stpcpy(out, text) : escape_put(out, text));
}

void cell_put(struct buffer *buffer, const struct cell_style *style, const struct cell *cell)
{
	char *out, room[TIMESTAMP_ROOM];

	if (cell->type == CELL_TEXT) {
		put_text(buffer, style->form, cell->text);
		return;
	}
	if (cell->type == CELL_NUMBERS || cell->type == CELL_PROCESSES) {
		put_list(buffer, style, cell);
		return;
	}
	out = buffer_reserve(buffer, 64);
	if (out == NULL)
		return;
	switch (cell->type) {
	case CELL_NUMBER:
		out = put_number(out, cell->number);
		break;
	case CELL_SIZE:
		out = style->form != FORM_TABLE || style->bytes ? put_size(out, cell) : put_short_size(out, cell);
		break;
	case CELL_TIME:
		out = stpcpy(out, style->form == FORM_TABLE ? timestamp_local(room, cell->time) :
		                                              timestamp_rfc3339(room, cell->time));
		break;
	case CELL_MODE:
		out = put_mode(out, cell->number);
		break;
	default:
		*out++ = '-';
		break;
	}
	buffer_commit(buffer, out);
}

void cell_put_json_key(struct buffer *buffer, const char *name, const char *suffix)
{
	char *out = buffer_reserve(buffer, strlen(name) + strlen(suffix) + 4);

	if (out == NULL)
		return;
	*out++ = '"';
	for (; *name != '\0'; name++)
		*out++ = (char)tolower((unsigned char)*name);
	out = stpcpy(stpcpy(out, suffix), "\":");
	buffer_commit(buffer, out);
}

/* Writes a string; or null, and the bytes in the member "NAME_base64", where the text is not UTF-8. */
static void put_json_text(struct buffer *buffer, const char *name, const char *text)
{
	size_t size = strlen(text);
	char *out;

	if (json_is_utf8(text, size)) {
		out = buffer_reserve(buffer, JSON_STRING_ROOM(size));
		if (out != NULL)
			buffer_commit(buffer, json_put_string(out, text, size));
		return;
	}
	buffer_put(buffer, "null,", 5);
	cell_put_json_key(buffer, name, "_base64");
	out = buffer_reserve(buffer, JSON_BASE64_ROOM(size) + 2);
	if (out == NULL)
		return;
	*out++ = '"';
	out = json_put_base64(out, text, size);
	*out++ = '"';
	buffer_commit(buffer, out);
}

void cell_put_json_member(struct buffer *buffer, const char *name, const char *text)
{
	cell_put_json_key(buffer, name, "");
	put_json_text(buffer, name, text);
}

static void put_json_process(struct buffer *buffer, const struct cell_process *process)
{
	char line[256];
	const char *word = process->uses, *end;

	buffer_put(buffer, line, (size_t)snprintf(line, sizeof(line), "{\"pid\":%lld,", (long long)process->pid));
	if (process->command != NULL)
		cell_put_json_member(buffer, "command", process->command);
	else
		buffer_put(buffer, "\"command\":null", 14);
	buffer_put(buffer, ",\"uses\":[", 9);
	for (; *word != '\0'; word = *end == ',' ? end + 1 : end) {
		end = strchrnul(word, ',');
		buffer_put(buffer, line, (size_t)snprintf(line, sizeof(line), "%s\"%.*s\"", word == process->uses ? "" : ",",
		                                          (int)(end - word), word));
	}
	buffer_put(buffer, "]", 1);
	if (process->call != NULL)
		buffer_put(buffer, line, (size_t)snprintf(line, sizeof(line), ",\"waits_in\":\"%s\"", process->call));
	buffer_put(buffer, "}", 1);
}

static void put_json_list(struct buffer *buffer, const char *name, const struct cell *cell)
{
	size_t i;
	char *out;

	if (cell->count == 0 && cell->incomplete) {
		buffer_put(buffer, "null", 4);
		return;
	}
	buffer_put(buffer, "[", 1);
	for (i = 0; i < cell->count && buffer->err == 0; i++) {
		if (i > 0)
			buffer_put(buffer, ",", 1);
		if (cell->type == CELL_PROCESSES)
			put_json_process(buffer, &cell->processes[i]);
		else if ((out = buffer_reserve(buffer, 32)) != NULL)
			buffer_commit(buffer, put_number(out, (uint64_t)cell->numbers[i]));
	}
	buffer_put(buffer, "]", 1);
	if (cell->incomplete || cell->elsewhere) {
		buffer_put(buffer, ",", 1);
		cell_put_json_key(buffer, name, "_incomplete");
		buffer_put(buffer, "true", 4);
	}
}

/* Writes a value that is neither a text nor a list. */
static char *put_json_number(char *out, const struct cell *cell)
{
	char room[TIMESTAMP_ROOM];

	switch (cell->type) {
	case CELL_NUMBER:
		return put_number(out, cell->number);
	case CELL_SIZE:
		return put_size(out, cell);
	case CELL_TIME:
		timestamp_rfc3339(room, cell->time);
		return strcmp(room, "-") == 0 ? stpcpy(out, "null") : out + sprintf(out, "\"%s\"", room);
	case CELL_MODE:
		*out++ = '"';
		out = put_mode(out, cell->number);
		*out++ = '"';
		return out;
	default:
		return stpcpy(out, "null");
	}
}

void cell_put_json(struct buffer *buffer, const char *name, const struct cell *cell)
{
	char *out;

	switch (cell->type) {
	case CELL_TEXT:
		put_json_text(buffer, name, cell->text);
		break;
	case CELL_NUMBERS:
	case CELL_PROCESSES:
		put_json_list(buffer, name, cell);
		break;
	default:
		out = buffer_reserve(buffer, 64);
		if (out != NULL)
			buffer_commit(buffer, put_json_number(out, cell));
		break;
	}
}
