/* SPDX-License-Identifier: ISC */
#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/escape.h"
#include "process.h"

static char *copy_number(int number)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", number);
	return strdup(number == -1 ? "-" : text);
}

/* A copy of `text`, escaped, and with `\x20` for each space where `alone` says that the cell is to be one word. */
static char *copy_escaped(const char *text, int alone)
{
	char *escaped = malloc(ESCAPE_ROOM(strlen(text))), *cell, *end;

	if (escaped == NULL)
		return NULL;
	escape_put(escaped, text);
	end = cell = malloc(ESCAPE_ROOM(strlen(escaped)));
	for (const char *at = escaped; cell != NULL && *at != '\0'; at++)
		if (alone && *at == ' ')
			end = stpcpy(end, "\\x20");
		else
			*end++ = *at;
	if (cell != NULL)
		*end = '\0';
	free(escaped);
	return cell;
}

int rows_add(struct rows *rows, const char *name, const char *label, const struct semaphore_state *state)
{
	char *(*grown)[ROWS_COLUMNS] = array_grow(rows->cells, &rows->room, rows->count + 1, sizeof(*rows->cells));
	char **cells;
	int missing = 0;
	size_t i;

	if (grown == NULL)
		return -1;
	rows->cells = grown;
	cells = grown[rows->count++];
	cells[0] = copy_escaped(name, 1);
	cells[1] = strdup(label);
	cells[2] = copy_number(state->value);
	cells[3] = copy_number(state->waiting);
	cells[4] = copy_number(state->waiting_zero);
	cells[5] = copy_number(state->last > 0 ? (int)state->last : -1);
	cells[6] = copy_escaped(process_command(state->last), 0);
	for (i = 0; i < ROWS_COLUMNS; i++)
		missing |= cells[i] == NULL;
	return missing ? -1 : 0;
}

static void print_row(const char *const *cells, const size_t *widths)
{
	size_t i;

	/* Numbers stand to the right. */
	for (i = 0; i < ROWS_COLUMNS; i++)
		if (i == ROWS_COLUMNS - 1)
			printf("%s\n", cells[i]);
		else
			printf(i >= 2 ? "%*s  " : "%-*s  ", (int)widths[i], cells[i]);
}

void rows_print(const struct rows *rows)
{
	static const char *const heads[ROWS_COLUMNS] = {"NAME", "SEMAPHORE", "VALUE", "WAITING", "FOR-ZERO", "LAST-PID", "COMMAND"};
	size_t widths[ROWS_COLUMNS], i, row;

	for (i = 0; i < ROWS_COLUMNS; i++) {
		widths[i] = strlen(heads[i]);
		for (row = 0; row < rows->count; row++)
			if (strlen(rows->cells[row][i]) > widths[i])
				widths[i] = strlen(rows->cells[row][i]);
	}
	if (rows->count > 0)
		print_row(heads, widths);
	for (row = 0; row < rows->count; row++)
		print_row((const char *const *)rows->cells[row], widths);
}

void rows_free(struct rows *rows)
{
	size_t row, i;

	for (row = 0; row < rows->count; row++)
		for (i = 0; i < ROWS_COLUMNS; i++)
			free(rows->cells[row][i]);
	free(rows->cells);
}
