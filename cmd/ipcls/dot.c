/* SPDX-License-Identifier: ISC */
#include "dot.h"

#include <stdlib.h>

#include "columns.h"

/* Writes the text of a dot string without its quotes; bytes that are not printable ASCII become \xNN. */
static void put_dot(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c >= ' ' && c < 0x7f)
			putc(c, out);
		else
			fprintf(out, "\\\\x%02x", c);
	}
}

static void put_edge(FILE *out, const struct dot *graph, size_t entry, const struct user *user)
{
	int pid = (int)graph->users->processes[user->process].pid, locked = deadlocks_has(graph->deadlocks, user);

	if (user->how & ~(unsigned)(USER_WAITS | USER_GUESSED | USER_TIMED))
		fprintf(out, "\tp%d -> o%zu [label=\"%s\", dir=none];\n", pid, entry, columns_uses(user->how & ~(unsigned)USER_WAITS));
	if (!(user->how & USER_WAITS))
		return;
	fprintf(out, "\tp%d -> o%zu [label=\"waits: %s", pid, entry, users_call_word((enum user_call)user->call));
	if (user->semaphore >= 0)
		fprintf(out, " (%d)", user->semaphore);
	fprintf(out, "\", style=bold%s];\n", locked ? ", color=red, fontcolor=red" : "");
}

/* Writes the edges of cycles from the object to the process that could end the wait. */
static void put_holders(FILE *out, const struct dot *graph)
{
	size_t i, k, from = 0;

	for (i = 0; i < graph->deadlocks->cycles; i++) {
		size_t end = graph->deadlocks->ends[i];

		for (k = from; k < end; k++) {
			static const char *const links[] = {
				[DEADLOCK_UP_TO] = "up to", [DEADLOCK_LAST] = "last used by", [DEADLOCK_HELD] = "held by",
				[DEADLOCK_CHILD] = "waits for its child",
			};
			const struct deadlock_step *step = &graph->deadlocks->steps[k];
			const struct deadlock_step *next = &graph->deadlocks->steps[k + 1 < end ? k + 1 : from];

			if (step->entry == DEADLOCK_NO_ENTRY)
				fprintf(out, "\tp%d", (int)graph->users->processes[step->process].pid);
			else
				fprintf(out, "\to%zu", (size_t)step->entry);
			fprintf(out, " -> p%d [label=\"%s\", style=bold, color=red, fontcolor=red];\n",
			        (int)graph->users->processes[next->process].pid, links[step->link]);
		}
		from = end;
	}
}

static void put_object(FILE *out, const struct dot *graph, size_t index)
{
	const struct inventory_entry *entry = &graph->inventory->entries[index];
	char room[INVENTORY_NAME_ROOM];

	fprintf(out, "\to%zu [shape=box, style=filled, fillcolor=\"#e8f0ff\", label=\"%s\\n", index,
	        inventory_kind_word(entry->kind));
	put_dot(out, inventory_name(entry, room));
	fputs(users_unknown(graph->users, graph->inventory, index) ? "\\n?\"];\n" : "\"];\n", out);
}

static void put_process(FILE *out, const struct user_process *process)
{
	fprintf(out, "\tp%d [label=\"", (int)process->pid);
	put_dot(out, process->command);
	fprintf(out, "\\n%d\"];\n", (int)process->pid);
}

int dot_write(const struct dot *graph, FILE *out)
{
	unsigned char *seen = calloc(graph->users->process_count + 1, 1);
	const struct user *user;
	size_t i, k, count;

	if (seen == NULL)
		return -1;
	fputs("digraph ipc {\n\trankdir=LR;\n\tnode [fontname=\"sans-serif\"];\n"
	      "\tedge [fontname=\"sans-serif\", fontsize=10];\n", out);
	for (i = 0; i < graph->count; i++) {
		put_object(out, graph, graph->entries[i]);
		user = users_of(graph->users, graph->entries[i], &count);
		for (k = 0; k < count; k++) {
			if (!seen[user[k].process])
				put_process(out, &graph->users->processes[user[k].process]);
			seen[user[k].process] = 1;
			put_edge(out, graph, graph->entries[i], &user[k]);
		}
	}
	put_holders(out, graph);
	fputs("}\n", out);
	free(seen);
	return 0;
}
