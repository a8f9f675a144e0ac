/* SPDX-License-Identifier: ISC */
/*
 * Listings of any cells: JSON is valid, words and NULs give the texts back, a table has a line for each row and
 * nothing in it that acts on a terminal.
 */
#include "../../cmd/ipcls/table.h"

#include <time.h>

#include "base/io.h"
#include "valid.h"

#define COLUMNS 9
#define TEXTS 4

static struct {
	char *bytes;
	size_t size;
} output;

/* In place of lib/base/io.c. */
int io_write_all(int fd, const void *buffer, size_t size)
{
	CHECK(fd == 1);
	output.bytes = realloc(output.bytes, output.size + size + 1);
	CHECK(output.bytes != NULL);
	memcpy(output.bytes + output.size, buffer, size);
	output.size += size;
	return 0;
}

static const struct table_column columns[COLUMNS] = {
	{"NAME", 0}, {"COUNT", 1}, {"SIZE", 1}, {"TIME", 0}, {"MODE", 1}, {"VALUES", 0}, {"USERS", 0}, {"NOTHING", 0}, {"LABEL", 0},
};
static const struct table_column *const chosen[COLUMNS] = {
	&columns[0], &columns[1], &columns[2], &columns[3], &columns[4], &columns[5], &columns[6], &columns[7], &columns[8],
};

struct rows {
	struct cell_process processes[12];
	int numbers[40];
	char *texts[TEXTS];
	uint64_t number;
	int64_t when;
	unsigned how;
};

static int get(void *context, size_t row, const struct table_column *column, struct cell *cell)
{
	static const enum cell_type types[COLUMNS] = {CELL_TEXT, CELL_NUMBER, CELL_SIZE, CELL_TIME, CELL_MODE,
	                                              CELL_NUMBERS, CELL_PROCESSES, CELL_UNKNOWN, CELL_TEXT};
	const struct rows *rows = context;
	unsigned how = rows->how + (unsigned)row;

	cell->type = types[column - columns];
	cell->number = cell->type == CELL_MODE ? rows->number & 0777 : rows->number;
	cell->time = rows->when;
	cell->text = rows->texts[(row + (column == &columns[8])) % TEXTS];
	cell->numbers = rows->numbers;
	cell->processes = rows->processes;
	cell->count = how % (cell->type == CELL_NUMBERS ? 41 : 13);
	cell->incomplete = (how >> 2) & 1;
	return 0;
}

static struct rows *make_rows(struct input *in)
{
	static const char *const uses[] = {"maps", "maps,reads,writes", "", "holds"};
	struct rows *rows = calloc(1, sizeof(*rows));
	size_t i;

	CHECK(rows != NULL);
	rows->how = take_byte(in);
	for (i = 0; i < 8; i++) {
		rows->number = rows->number << 8 | take_byte(in);
		rows->when = (int64_t)((uint64_t)rows->when << 8 | take_byte(in));
	}
	rows->when >>= 8 * (rows->how & 7);
	for (i = 0; i < TEXTS; i++)
		rows->texts[i] = take_word(in, i + 1 < TEXTS ? take_byte(in) : in->size);
	for (i = 0; i < 12; i++) {
		char *command = rows->texts[i % TEXTS];
		size_t length = strlen(command);

		/* comm has 15 bytes at the most. */
		rows->processes[i] = (struct cell_process){.pid = (int64_t)i * 178956970, .command = command + (length > 15 ? length - 15 : 0),
		                                           .uses = uses[i & 3], .call = i & 1 ? "msgrcv" : NULL};
	}
	for (i = 0; i < 40; i++)
		rows->numbers[i] = (int)(rows->number >> (i & 31));
	return rows;
}

/* The text that \xNN were made of. */
static void unescape(const char *p, const char *end, char *out)
{
	uint32_t value;

	if (end - p == 2 && memcmp(p, "\\x", 2) == 0)
		p = end;
	for (; p < end; p++) {
		CHECK(*p > ' ' && *p < 0x7f);
		if (*p == '\\') {
			char digits[4] = {'0', '0'};

			CHECK(end - p >= 4 && p[1] == 'x');
			memcpy(digits + 2, p + 2, 2);
			CHECK(valid_hex(digits, digits + 4, &value));
			*out++ = (char)value;
			p += 3;
		} else {
			*out++ = *p;
		}
	}
	*out = '\0';
}

static void check_raw(const struct rows *rows, size_t count, int headings)
{
	const char *p = output.bytes, *end = p + output.size, *word;
	static char back[4 * 65536];
	size_t row, column;

	if (headings) {
		p = memchr(p, '\n', output.size);
		CHECK(p != NULL);
		p++;
	}
	for (row = 0; row < count; row++)
		for (column = 0; column < COLUMNS; column++) {
			for (word = p; p < end && *p != ' ' && *p != '\n'; p++)
				;
			CHECK(p > word && p < end && *p == (column + 1 < COLUMNS ? ' ' : '\n'));
			if ((column == 0 || column == 8) && (size_t)(p - word) < sizeof(back)) {
				CHECK(p - word != 1 || *word != '-');
				unescape(word, p, back);
				CHECK(strcmp(back, rows->texts[(row + (column == 8)) % TEXTS]) == 0);
			}
			p++;
		}
	CHECK(p == end);
}

static void check_nuls(const struct rows *rows, size_t count)
{
	const char *p = output.bytes, *end = p + output.size;
	size_t row, column;

	for (row = 0; row < count; row++)
		for (column = 0; column < COLUMNS; column++, p++) {
			CHECK(p < end);
			CHECK((column != 0 && column != 8) || strcmp(p, rows->texts[(row + (column == 8)) % TEXTS]) == 0);
			p += strnlen(p, (size_t)(end - p));
			CHECK(p < end);
		}
	CHECK(p == end);
}

static void check_table(size_t count, int headings, unsigned width)
{
	size_t lines = 0, length = 0, i;

	for (i = 0; i < output.size; i++) {
		char c = output.bytes[i];

		CHECK(c == '\n' || (c >= ' ' && c < 0x7f));
		length = c == '\n' ? 0 : length + 1;
		lines += c == '\n';
		CHECK(width == 0 || length <= width);
	}
	CHECK(length == 0 && lines == count + (size_t)headings);
}

/* A time is one of RFC 3339, or not known: its years have four digits. */
static void check_times(int64_t when)
{
	const char *p = output.bytes;
	int known = when >= -62135510400 && when < 253370764800, i;
	static const char form[] = "\"0000-00-00T00:00:00?00:00\"";

	for (p = strstr(p, ",\"time\":"); p != NULL; p = strstr(p, ",\"time\":")) {
		p += 8;
		if (*p == 'n' && !known)
			continue;
		for (i = 0; form[i] != '\0'; i++)
			CHECK(form[i] == '0' ? p[i] >= '0' && p[i] <= '9' : form[i] == '?' ? p[i] == '+' || p[i] == '-' : p[i] == form[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	unsigned how = take_byte(&in), count = take_byte(&in), i;
	struct rows *rows;
	struct table table = {.style.form = how & 3, .columns = chosen, .column_count = COLUMNS, .title = "objects", .get = get};
	struct buffer *rest;

	/* Few rows, or as many as the buffer has no room for. */
	count %= how & 4 ? 4 : 64;
	table.headings = how >> 3 & 1;
	table.style.bytes = how >> 4 & 1;
	table.style.whole = how >> 5 & 1;
	table.width = how & 64 ? take_byte(&in) : 0;
	rows = make_rows(&in);
	table.context = rows;
	output.size = 0;
	table_begin(&table);
	for (i = 0; i < count; i++)
		table_row(&table, i);
	CHECK(table.rows == count);
	rest = table_end_rows(&table);
	if (table.style.form == FORM_JSON && (how & 128)) {
		buffer_put(rest, ",", 1);
		cell_put_json_member(rest, columns[8].name, rows->texts[0]);
	}
	CHECK(table_end(&table) == 0);
	if (output.bytes == NULL)
		CHECK((output.bytes = calloc(1, 1)) != NULL);
	output.bytes[output.size] = '\0';
	switch (how & 3) {
	case FORM_TABLE: check_table(count, table.headings, table.width); break;
	case FORM_RAW: check_raw(rows, count, table.headings); break;
	case FORM_NULS: check_nuls(rows, count); break;
	case FORM_JSON:
		CHECK(valid_json(output.bytes, output.size));
		check_times(rows->when);
		break;
	}
	for (i = 0; i < TEXTS; i++)
		free(rows->texts[i]);
	free(rows);
	return 0;
}
