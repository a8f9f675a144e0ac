/* SPDX-License-Identifier: ISC */
#include "deadlock_show.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "cli/cli.h"
#include "inventory/inventory.h"
#include "inventory/users.h"
#include "cell.h"
#include "deadlock.h"

static const struct user_process *process_of(const struct look *look, const struct deadlock_step *step)
{
	return &look->users.processes[step->process];
}

/* Prints a name that another user chose, escaped as in messages. */
static void put_shown(FILE *out, const char *text)
{
	char shown[ESCAPE_ROOM(1)];

	for (; *text != '\0'; text++) {
		escape_put(shown, (const char[]){*text, '\0'});
		fputs(shown, out);
	}
}

static void put_process(FILE *out, const struct look *look, const struct deadlock_step *step)
{
	const struct user_process *process = process_of(look, step);

	fprintf(out, "%d/", (int)process->pid);
	put_shown(out, process->command);
}

static void put_object(FILE *out, const struct look *look, const struct deadlock_step *step)
{
	const struct inventory_entry *entry = &look->inventory.entries[step->entry];
	char room[INVENTORY_NAME_ROOM];

	fprintf(out, "%s ", inventory_kind_word(entry->kind));
	put_shown(out, inventory_name(entry, room));
	if (step->semaphore >= 0)
		fprintf(out, " (semaphore %d)", step->semaphore);
}

/* Prints a cycle, the steps `from` to `end`: "12/a waits for sem key:0x1 (semaphore 0), last used by 13/b, which ..." */
static void put_cycle(FILE *out, const struct look *look, size_t from, size_t end)
{
	static const char *const links[] = {
		[DEADLOCK_UP_TO] = ", which is up to ", [DEADLOCK_LAST] = ", last used by ",
		[DEADLOCK_HELD] = ", held by ", [DEADLOCK_CHILD] = "its child ",
	};
	size_t i;

	put_process(out, look, &look->deadlocks.steps[from]);
	fputs(" waits for ", out);
	for (i = from; i < end; i++) {
		const struct deadlock_step *step = &look->deadlocks.steps[i];

		if (step->entry != DEADLOCK_NO_ENTRY)
			put_object(out, look, step);
		fputs(links[step->link], out);
		put_process(out, look, &look->deadlocks.steps[i + 1 < end ? i + 1 : from]);
		fputs(i + 1 < end ? ", which waits for " : "", out);
	}
}

int deadlock_show_report(const struct look *look)
{
	size_t i, from = 0;

	for (i = 0; i < look->deadlocks.cycles; i++) {
		struct buffer text = {.size = 0};
		FILE *out = buffer_open(&text);

		if (out == NULL)
			return -1;
		put_cycle(out, look, from, look->deadlocks.ends[i]);
		if (buffer_close(out, &text) == -1)
			return -1;
		cli_warn("possible deadlock", "%s", text.bytes);
		buffer_free(&text);
		from = look->deadlocks.ends[i];
	}
	return 0;
}

static void put_json_step(struct buffer *out, const struct look *look, const struct deadlock_step *step)
{
	char line[256], room[INVENTORY_NAME_ROOM];
	const struct inventory_entry *entry;
	int pid = (int)process_of(look, step)->pid;

	if (step->entry == DEADLOCK_NO_ENTRY) {
		buffer_put(out, line, (size_t)snprintf(line, sizeof(line), "{\"pid\":%d,\"waits_in\":\"wait\"}", pid));
		return;
	}
	entry = &look->inventory.entries[step->entry];
	buffer_put(out, line, (size_t)snprintf(line, sizeof(line), "{\"pid\":%d,\"waits_in\":\"%s\",\"kind\":\"%s\",", pid,
	                                       users_call_word(step->call), inventory_kind_word(entry->kind)));
	cell_put_json_member(out, "NAME", inventory_name(entry, room));
	if (step->semaphore >= 0)
		buffer_put(out, line, (size_t)snprintf(line, sizeof(line), ",\"semaphore\":%d", step->semaphore));
	buffer_put(out, "}", 1);
}

void deadlock_show_json(struct buffer *out, const struct look *look)
{
	size_t i, k, from = 0;

	buffer_put(out, ",\n\"deadlocks\":[", 15);
	for (i = 0; i < look->deadlocks.cycles; i++) {
		buffer_put(out, i == 0 ? "[" : ",[", i == 0 ? 1 : 2);
		for (k = from; k < look->deadlocks.ends[i]; k++) {
			if (k > from)
				buffer_put(out, ",", 1);
			put_json_step(out, look, &look->deadlocks.steps[k]);
		}
		buffer_put(out, "]", 1);
		from = look->deadlocks.ends[i];
	}
	buffer_put(out, "]", 1);
}
