/* SPDX-License-Identifier: ISC */
#include "details.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sem.h>

#include "base/array.h"
#include "base/io.h"
#include "cli/cli.h"
#include "inventory/inventory.h"
#include "inventory/users.h"
#include "columns.h"
#include "print.h"
#include "table.h"

/* A line: its label, and either a column of the object or a text. */
struct line {
	const char *label;
	const struct table_column *column; /* or NULL */
	char text[200];
};

/* The lines of one object. */
struct details {
	struct look *look;
	size_t entry;
	struct line *lines;
	size_t count, room;
};

static const struct table_column field = {"FIELD", 0}, value = {"VALUE", 0};

/* Adds a line whose text the caller fills, unless there is a column: NULL with ENOMEM. */
static struct line *add_line(struct details *details, const char *label, const struct table_column *column)
{
	struct line *lines = array_grow(details->lines, &details->room, details->count + 1, sizeof(*lines));

	if (lines == NULL)
		return NULL;
	details->lines = lines;
	lines[details->count] = (struct line){.label = label, .column = column};
	return &lines[details->count++];
}

/* Makes the cells of the table of lines. */
static int get_cell(void *context, size_t row, const struct table_column *column, struct cell *cell)
{
	struct details *details = context;
	struct line *line = &details->lines[row];

	if (column == &value && line->column != NULL)
		return columns_get(&details->look->columns, details->entry, line->column, cell);
	cell->type = CELL_TEXT;
	cell->text = column == &field ? line->label : line->text;
	return 0;
}

/* Returns what became of process `pid`, which existed at the time `when`, or "" if that is not known. */
static const char *fate_text(const struct details *details, pid_t pid, int64_t when)
{
	enum users_fate fate = users_fate(&details->look->users, pid, when);

	return fate == USERS_ALIVE ? " is running" : fate == USERS_GONE ? " is gone" : "";
}

/* Adds what became of a process that the object remembers from the time `when`. */
static int add_fate(struct details *details, const char *label, pid_t pid, int64_t when)
{
	const char *fate = fate_text(details, pid, when);
	struct line *line;

	if (fate[0] == '\0')
		return 0;
	line = add_line(details, label, NULL);
	if (line == NULL)
		return -1;
	snprintf(line->text, sizeof(line->text), "%d%s", (int)pid, fate);
	return 0;
}

/* Returns a number that a call gave as text, or "-" if the call failed. */
static const char *number_text(char *room, size_t size, int number)
{
	snprintf(room, size, number == -1 ? "-" : "%d", number);
	return room;
}

/* Adds each semaphore of a set: its value, its last process, and how many wait. */
static int add_semaphores(struct details *details, const struct inventory_entry *entry)
{
	struct line *line;
	char room[4][16];
	int64_t i;
	int now, last;

	for (i = 0; i < entry->count; i++) {
		now = semctl(entry->id, (int)i, GETVAL);
		/* If the first one may not be read, none may; or the set was removed. */
		if (now == -1 && i == 0)
			break;
		last = semctl(entry->id, (int)i, GETPID);
		line = add_line(details, "semaphore", NULL);
		if (line == NULL)
			return -1;
		snprintf(line->text, sizeof(line->text), "%lld: value %s, last process %s%s, %s waiting to take, %s for zero",
		         (long long)i, number_text(room[0], sizeof(room[0]), now),
		         number_text(room[1], sizeof(room[1]), last), fate_text(details, last, inventory_touched(entry)),
		         number_text(room[2], sizeof(room[2]), semctl(entry->id, (int)i, GETNCNT)),
		         number_text(room[3], sizeof(room[3]), semctl(entry->id, (int)i, GETZCNT)));
	}
	return 0;
}

/* Adds the call that a user waits in to its line. */
static void put_wait(char *text, size_t room, const struct user *user)
{
	int length = snprintf(text, room, " in %s", users_call_word((enum user_call)user->call));

	if (user->semaphore >= 0)
		length += snprintf(text + length, room - (size_t)length, " (semaphore %d)", user->semaphore);
	snprintf(text + length, room - (size_t)length, "%s%s", user->how & USER_TIMED ? ", for a limited time" : "",
	         user->how & USER_GUESSED ? ", as it seems" : "");
}

static int add_users(struct details *details)
{
	const struct look *look = details->look;
	enum users_unknown unknown;
	const struct user *user;
	struct line *line;
	size_t count, i;
	int length;

	user = users_of(&look->users, details->entry, &count);
	for (i = 0; i < count; i++) {
		const struct user_process *process = &look->users.processes[user[i].process];

		line = add_line(details, "user", NULL);
		if (line == NULL)
			return -1;
		length = snprintf(line->text, sizeof(line->text), "%d/%s %s", (int)process->pid, process->command,
		                  columns_uses(user[i].how));
		if (user[i].how & USER_WAITS)
			put_wait(line->text + length, sizeof(line->text) - (size_t)length, &user[i]);
	}
	unknown = users_unknown(&look->users, &look->inventory, details->entry);
	if (unknown == USERS_COMPLETE || (unknown == USERS_ELSEWHERE && count > 0))
		return 0;
	line = add_line(details, "user", NULL);
	if (line == NULL)
		return -1;
	snprintf(line->text, sizeof(line->text), "unknown: %s", unknown == USERS_HIDDEN ? "not all processes may be looked at" :
	         "processes of other PID namespaces cannot be seen");
	return 0;
}

/* Adds the columns that the object has; users follow on lines of their own. */
static int add_columns(struct details *details, int no_users)
{
	const struct table_column *all;
	struct cell cell;
	size_t count, i;

	all = columns_all(&count);
	for (i = 0; i < count; i++) {
		memset(&cell, 0, sizeof(cell));
		if (columns_get(&details->look->columns, details->entry, &all[i], &cell) == -1)
			return -1;
		if (cell.type == CELL_UNKNOWN || cell.type == CELL_PROCESSES || (no_users && columns_needs(&all[i]) & COLUMNS_USERS))
			continue;
		if (add_line(details, all[i].name, &all[i]) == NULL)
			return -1;
	}
	return 0;
}

/* Makes the lines of one object: 0, or -1 with ENOMEM. */
static int make_lines(struct details *details, int no_users)
{
	const struct inventory_entry *entry = &details->look->inventory.entries[details->entry];

	if (add_columns(details, no_users) == -1 || (entry->kind == INVENTORY_SEM && add_semaphores(details, entry) == -1))
		return -1;
	if (no_users)
		return 0;
	if (add_fate(details, "creator", entry->creator_pid, entry->times[INVENTORY_CHANGED]) == -1 ||
	    add_fate(details, entry->kind == INVENTORY_MSG ? "last sender" : "last process", entry->last_pid,
	             inventory_touched(entry)) == -1 ||
	    add_fate(details, "last receiver", entry->last_receiver_pid, entry->times[INVENTORY_USED_TOO]) == -1)
		return -1;
	return add_users(details);
}

static int print_lines(struct details *details)
{
	static const struct table_column *const columns[] = {&field, &value};
	struct table table = {.style = {.form = FORM_TABLE, .bytes = 1, .whole = 1}, .columns = columns, .column_count = 2,
	                      .get = get_cell, .context = details};
	size_t i;

	table_begin(&table);
	for (i = 0; i < details->count; i++)
		table_row(&table, i);
	return table_end(&table) == -1 ? cli_fail_output(errno) : CLI_DONE;
}

int details_show(const struct options *options, struct look *look)
{
	struct details details = {.look = look};
	size_t i;
	int status = CLI_DONE;

	for (i = 0; i < look->row_count && status == CLI_DONE; i++) {
		details.entry = look->rows[i];
		details.count = 0;
		if (i > 0 && io_write_all(1, "\n", 1) == -1)
			status = cli_fail_output(errno);
		else if (make_lines(&details, options->no_users) == -1)
			status = cli_fail(NULL, errno);
		else
			status = print_lines(&details);
	}
	free(details.lines);
	return status;
}
