/* SPDX-License-Identifier: ISC */
/*
 * Rows of cells, written in one of four forms: an aligned table for people, words for scripts, fields
 * that end with NULs, and JSON.  Words and JSON go out as they come through one buffer; only a table
 * keeps its rows, to know how wide they are.
 */
#ifndef LISTING_H
#define LISTING_H

#include <stddef.h>
#include <stdint.h>

enum listing_form {
	LISTING_TABLE,
	LISTING_RAW,  /* fields are one word each: blanks, what is not ASCII, and backslashes are \xNN */
	LISTING_NULS, /* fields end with NULs, and nothing is escaped */
	LISTING_JSON,
};

enum listing_type {
	LISTING_UNKNOWN, /* not known, or the row has no such thing: "-", JSON null */
	LISTING_TEXT,
	LISTING_NUMBER,
	LISTING_SIZE,    /* bytes: readable in a table, unless `bytes` */
	LISTING_TIME,    /* seconds since 1970: local time in a table, RFC 3339 elsewhere */
	LISTING_MODE,    /* permission bits: octal, a text in JSON */
	LISTING_NUMBERS,
	LISTING_PROCESSES,
};

/* A process in a cell. */
struct listing_process {
	int64_t pid;
	const char *command; /* or NULL, where it is not known */
	const char *uses; /* words with commas between them, "maps,open" */
	const char *call; /* in which it waits, or NULL */
};

/* A cell; what it points to lives until the next call of `get`. */
struct listing_cell {
	enum listing_type type;
	int64_t number; /* not negative */
	const char *text;
	size_t count; /* of a list */
	const int *numbers;
	const struct listing_process *processes;
	int incomplete; /* of processes: there may be more; with a count of 0 nothing is known */
};

struct listing_column {
	const char *name; /* in capitals; small in JSON */
	int right;        /* in a table: aligned to the right */
};

struct listing_key;

struct listing {
	enum listing_form form;
	const struct listing_column *const *columns;
	size_t column_count;
	int headings, bytes;
	int everything;    /* a table's lists are shown whole */
	int width;         /* of a table's rows, that are cut there; 0: never */
	const char *title; /* JSON: the name of the array of rows */
	/* Makes a cell: 0, or -1 with errno, which ends the listing as a failure to write does. */
	int (*get)(void *context, size_t row, const struct listing_column *column, struct listing_cell *cell);
	void *context;

	int status;   /* 0, or an errno: then nothing is written any more */
	int ended;    /* JSON: the array of rows is closed */
	char *buffer;
	size_t used, room;
	size_t rows;
	struct listing_key *keys; /* JSON: of each column */
	size_t *ends; /* of a table: where each cell ends in `buffer` */
	size_t cells, cell_room;
};

/* Begins: headings, or the head of the JSON. */
void listing_begin(struct listing *listing);

/* Writes a row; `row` is for `get`. */
void listing_row(struct listing *listing, size_t row);

/* Writes what is left, and frees it all: 0, or -1 with errno of the first failure. */
int listing_end(struct listing *listing);

/*
 * For who draws a table on a screen in place of listing_end(): the text of cell `column` of the row that
 * was written as number `row` (0: the headings), `*size` bytes; and what the columns need.
 */
const char *listing_cell_text(const struct listing *listing, size_t row, size_t column, size_t *size);
void listing_widths(const struct listing *listing, size_t *widths);
void listing_free(struct listing *listing);

/*
 * For what follows the rows in a JSON document: closes their array, whereupon text such as ",\"more\":[]"
 * can be put behind it.
 */
void listing_end_rows(struct listing *listing);
void listing_put(struct listing *listing, const char *text, size_t size);

/* A member of an object: the text, or null and its base64 in a member of that name and "_base64". */
void listing_put_json_text(struct listing *listing, const struct listing_column *column, const char *text);

#endif
