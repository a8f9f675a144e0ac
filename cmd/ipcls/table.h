/* SPDX-License-Identifier: ISC */
/*
 * Rows of cells on standard output.  FORM_RAW, FORM_NULS and FORM_JSON write rows as they come; FORM_TABLE keeps all rows
 * until the end, to know how wide the columns are.
 */
#ifndef TABLE_H
#define TABLE_H

#include <stddef.h>

#include "buffer.h"
#include "cell.h"

struct table_column {
	const char *name; /* in capitals; JSON has it in small letters */
	int right;        /* FORM_TABLE aligns the column to the right */
};

struct table_key;

/* The caller sets the members up to `context`, and leaves the others zero. */
struct table {
	struct cell_style style;
	const struct table_column *const *columns;
	size_t column_count;
	int headings;
	unsigned width;    /* FORM_TABLE cuts lines there; 0: never */
	const char *title; /* FORM_JSON: the name of the array of rows */
	/* Makes the cell of a row, which begins as CELL_UNKNOWN: 0, or -1 with an errno that ends the table.  What the cell
	 * points to stays valid until the next call. */
	int (*get)(void *context, size_t row, const struct table_column *column, struct cell *cell);
	void *context;

	struct buffer buffer;   /* its `err` is the failure of the table */
	size_t rows;            /* written so far */
	int ended;              /* FORM_JSON: the array of rows is closed */
	struct table_key *keys; /* FORM_JSON: of each column */
	size_t *ends;           /* FORM_TABLE: the end of each cell in `buffer`, headings included */
	size_t cells, cell_room;
};

/* Begins a table: the headings, or the head of the JSON document. */
void table_begin(struct table *table);

/* Adds a row; `row` is the number that `get` is called with. */
void table_row(struct table *table, size_t row);

/*
 * Ends the rows.  FORM_JSON: closes their array; the caller may then add members of the document, such as
 * ",\"more\":[]", to the buffer that is returned.
 */
struct buffer *table_end_rows(struct table *table);

/* Writes what is left, and frees the table: 0, or -1 with the errno of the first failure. */
int table_end(struct table *table);

/* Frees the table; for a caller that draws it on a screen in place of table_end(). */
void table_free(struct table *table);

/*
 * For such a caller: returns the text of cell `column` of row `row` (0: the headings), `*size` bytes without a NUL; and
 * sets `widths`, one for each column, to the width of its longest cell.
 */
const char *table_cell_text(const struct table *table, size_t row, size_t column, size_t *size);
void table_widths(const struct table *table, size_t *widths);

#endif
