/* SPDX-License-Identifier: ISC */
/* Cells: one value of a row, written in one of four forms. */
#ifndef CELL_H
#define CELL_H

#include <stddef.h>
#include <stdint.h>

#include "buffer.h"

enum form {
	FORM_TABLE, /* an aligned table for people */
	FORM_RAW,   /* one word a field: blanks, backslashes and all but printable ASCII are \xNN */
	FORM_NULS,  /* fields end with NULs, and nothing is escaped */
	FORM_JSON,
};

enum cell_type {
	CELL_UNKNOWN, /* the value is not known, or the row has no such value: "-", JSON null */
	CELL_TEXT,
	CELL_NUMBER,
	CELL_SIZE, /* bytes: rounded in a table, exact elsewhere or with `bytes` */
	CELL_TIME, /* seconds since 1970: local time in a table, RFC 3339 elsewhere */
	CELL_MODE, /* permission bits: octal, a string in JSON */
	CELL_NUMBERS,
	CELL_PROCESSES,
};

/* A process in a cell. */
struct cell_process {
	int64_t pid;
	const char *command; /* NULL if it is not known */
	const char *uses;    /* words with commas between them, "maps,reads" */
	const char *call;    /* the call that the process waits in, or NULL */
};

/* A cell.  The caller owns what it points to. */
struct cell {
	enum cell_type type;
	uint64_t number; /* also a size, and a mode */
	uint64_t scale;  /* of a size: the bytes of the unit that `number` counts, below 2^30; 0: 1 */
	int64_t time;
	const char *text;
	size_t count; /* of a list */
	const int *numbers;
	const struct cell_process *processes;
	int incomplete; /* the list may lack processes; if its count is 0, none is known */
	int elsewhere;  /* the list has all processes of this PID namespace, but may lack others */
};

/* How cells are written. */
struct cell_style {
	enum form form;
	int bytes; /* sizes are exact in a table, too */
	int whole; /* lists are complete in a table, too */
};

/* Adds the cell as text to the buffer, for every form but FORM_JSON. */
void cell_put(struct buffer *buffer, const struct cell_style *style, const struct cell *cell);

/*
 * Adds the cell as JSON to the buffer: the value of the member `name`, and after it the members that complete it,
 * "NAME_base64" for a text that is not UTF-8 and "NAME_incomplete" for a list that may lack processes.
 */
void cell_put_json(struct buffer *buffer, const char *name, const struct cell *cell);

/* Adds a member of a JSON object: its name, "NAME" in small letters, and the text as above. */
void cell_put_json_member(struct buffer *buffer, const char *name, const char *text);

/* Adds "name" and a colon: `name` in small letters, followed by `suffix`. */
void cell_put_json_key(struct buffer *buffer, const char *name, const char *suffix);

#endif
