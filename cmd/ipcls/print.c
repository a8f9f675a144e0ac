/* SPDX-License-Identifier: ISC */
#include "print.h"

#include <errno.h>
#include <sys/ioctl.h>

#include "cli/cli.h"
#include "buffer.h"
#include "columns.h"
#include "deadlock_show.h"
#include "dot.h"

unsigned print_width(void)
{
	struct winsize size;

	return ioctl(1, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void print_set_table(struct table *table, const struct options *options, struct look *look)
{
	*table = (struct table){
		.style = {.form = options->form, .bytes = options->bytes},
		.columns = options->columns,
		.column_count = options->column_count,
		.headings = options->headings,
		.width = print_width(),
		.title = "objects",
		.get = columns_get,
		.context = &look->columns,
	};
}

int print_rows(const struct options *options, struct look *look)
{
	struct table table;
	struct buffer *rest;
	size_t i;

	/* Headings without rows would tell a person nothing. */
	if (look->row_count == 0 && options->form == FORM_TABLE)
		return CLI_DONE;
	print_set_table(&table, options, look);
	table_begin(&table);
	for (i = 0; i < look->row_count && table.buffer.err == 0; i++)
		table_row(&table, look->rows[i]);
	rest = table_end_rows(&table);
	if (options->form == FORM_JSON && options->needs & COLUMNS_USERS)
		deadlock_show_json(rest, look);
	return table_end(&table) == -1 ? cli_fail_output(errno) : CLI_DONE;
}

int print_graph(const struct options *options, const struct look *look)
{
	const struct dot graph = {.inventory = &look->inventory, .users = &look->users, .deadlocks = &look->deadlocks,
	                          .entries = look->rows, .count = look->row_count, .all = options->all};
	struct buffer text = {.size = 0};
	FILE *out = buffer_open(&text);
	int result, err;

	if (out == NULL)
		return cli_fail(NULL, errno);
	result = dot_write(&graph, out);
	if (buffer_close(out, &text) == -1 || result == -1) {
		buffer_free(&text);
		return cli_fail(NULL, ENOMEM);
	}
	buffer_flush(&text, 0);
	err = text.err;
	buffer_free(&text);
	return err != 0 ? cli_fail_output(err) : CLI_DONE;
}
