/* SPDX-License-Identifier: ISC */
/*
 * Rows of cells, written in one of four forms: an aligned table for people, words for scripts, fields
 * that end with NULs, and JSON.  Words and JSON go out as they come through one buffer; only a table
 * keeps its rows, to know how wide they are.
 */
#ifndef TABLE_H
#define TABLE_H

#include <stddef.h>
#include <stdint.h>

enum table_form {
	TABLE_ALIGNED,
	TABLE_RAW,  /* fields are one word each: blanks, what is not ASCII, and backslashes are \xNN */
	TABLE_NULS, /* fields end with NULs, and nothing is escaped */
	TABLE_JSON,
};

enum table_type {
	TABLE_UNKNOWN, /* not known, or the row has no such thing: "-", JSON null */
	TABLE_TEXT,
	TABLE_NUMBER,
	TABLE_SIZE,    /* bytes: readable in a table, unless `bytes` */
	TABLE_TIME,    /* seconds since 1970: local time in a table, RFC 3339 elsewhere */
	TABLE_MODE,    /* permission bits: octal, a text in JSON */
	TABLE_NUMBERS,
	TABLE_PROCESSES,
};

/* A process in a cell. */
struct table_process {
	int64_t pid;
	const char *command; /* or NULL, where it is not known */
	const char *uses; /* words with commas between them, "maps,open" */
	const char *call; /* in which it waits, or NULL */
};

/* A cell; what it points to lives until the next call of `get`. */
struct table_cell {
	enum table_type type;
	int64_t number; /* not negative */
	const char *text;
	size_t count; /* of a list */
	const int *numbers;
	const struct table_process *processes;
	int incomplete; /* of processes: there may be more; with a count of 0 nothing is known */
};

struct table_column {
	const char *name; /* in capitals; small in JSON */
	int right;        /* in a table: aligned to the right */
};

struct table_key;

struct table {
	enum table_form form;
	const struct table_column *const *columns;
	size_t column_count;
	int headings, bytes;
	int everything;    /* a table's lists are shown whole */
	int width;         /* of a table's rows, that are cut there; 0: never */
	const char *title; /* JSON: the name of the array of rows */
	/* Makes a cell: 0, or -1 with errno, which ends the listing as a failure to write does. */
	int (*get)(void *context, size_t row, const struct table_column *column, struct table_cell *cell);
	void *context;

	int status;   /* 0, or an errno: then nothing is written any more */
	int ended;    /* JSON: the array of rows is closed */
	char *buffer;
	size_t used, room;
	size_t rows;
	struct table_key *keys; /* JSON: of each column */
	size_t *ends; /* of a table: where each cell ends in `buffer` */
	size_t cells, cell_room;
};

/* Begins: headings, or the head of the JSON. */
void table_begin(struct table *table);

/* Writes a row; `row` is for `get`. */
void table_row(struct table *table, size_t row);

/* Writes what is left, and frees it all: 0, or -1 with errno of the first failure. */
int table_end(struct table *table);

/*
 * For who draws a table on a screen in place of table_end(): the text of cell `column` of the row that
 * was written as number `row` (0: the headings), `*size` bytes; and what the columns need.
 */
const char *table_cell_text(const struct table *table, size_t row, size_t column, size_t *size);
void table_widths(const struct table *table, size_t *widths);
void table_free(struct table *table);

/*
 * For what follows the rows in a JSON document: closes their array, whereupon text such as ",\"more\":[]"
 * can be put behind it.
 */
void table_end_rows(struct table *table);
void table_put(struct table *table, const char *text, size_t size);

/* A member of an object: the text, or null and its base64 in a member of that name and "_base64". */
void table_put_json_text(struct table *table, const struct table_column *column, const char *text);

#endif
