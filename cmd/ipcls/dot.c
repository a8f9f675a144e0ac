/* SPDX-License-Identifier: ISC */
#include "dot.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"

#define MEMBERS_SHOWN 3 /* in a node of several */
#define NAME_MOST 40    /* characters of a name; unless all is shown, the middle of a longer one is left out */

#define IN_A_ROW 4      /* nodes of objects without users */

/* The drawing is scaled down where it would be wider than a page. */
static const char head[] = "digraph ipc {\n\trankdir=LR;\n\tsize=\"7.5,100\";\n\tnodesep=0.12;\n\tranksep=0.4;\n"
			   "\tnode [fontname=\"sans-serif\", fontsize=11, margin=\"0.1,0.04\", height=0.3];\n"
			   "\tedge [fontname=\"sans-serif\", fontsize=9];\n";

/* An object, and its place among the entries of the graph. */
struct thing {
	uint32_t entry, place;
};

/* One process uses the objects of a node. */
struct edge {
	uint32_t process;
	uint32_t object; /* the node, by the entry of its first object */
	unsigned char how, call;
	short semaphore;
};

/* A process, and its edges. */
struct actor {
	uint32_t process;
	size_t first, count;
};

/* The nodes: neighbours in `objects` and in `actors` that are alike share one. */
struct nodes {
	const struct dot *graph;
	unsigned char *locked; /* of each process: a part of a deadlock */
	struct thing *objects;
	struct edge *edges;
	size_t edge_count;
	struct actor *actors;
	size_t actor_count;
	uint32_t *parents;   /* of each process: another one of the same connected part, or itself for one of each part */
	unsigned char *seen; /* the parts that have their place, by that process */
};

static int compare_numbers(uint64_t one, uint64_t other)
{
	return (one > other) - (one < other);
}

static int is_locked(const struct nodes *nodes, uint32_t entry)
{
	size_t count, i;
	const struct user *user = users_of(nodes->graph->users, entry, &count);

	for (i = 0; i < count; i++)
		if (deadlocks_has(nodes->graph->deadlocks, &user[i]))
			return 1;
	return 0;
}

/* Compares what is done with two objects; 0: they may share a node. */
static int compare_uses(const struct nodes *nodes, uint32_t one, uint32_t other)
{
	const struct dot *graph = nodes->graph;
	size_t count, other_count, i;
	const struct user *user = users_of(graph->users, one, &count), *other_user = users_of(graph->users, other, &other_count);
	int order = compare_numbers(graph->inventory->entries[one].kind, graph->inventory->entries[other].kind);

	if (order == 0)
		order = compare_numbers(count, other_count);
	if (order == 0)
		order = compare_numbers(users_unknown(graph->users, graph->inventory, one),
		                        users_unknown(graph->users, graph->inventory, other));
	for (i = 0; i < count && order == 0; i++) {
		order = compare_numbers(user[i].process, other_user[i].process);
		if (order == 0)
			order = user[i].how - other_user[i].how;
		if (order == 0)
			order = user[i].call - other_user[i].call;
		if (order == 0)
			order = user[i].semaphore - other_user[i].semaphore;
	}
	return order != 0 ? order : is_locked(nodes, one) || is_locked(nodes, other) ? compare_numbers(one, other) : 0;
}

static int compare_objects(const void *a, const void *b, void *context)
{
	const struct thing *one = a, *other = b;
	int order = compare_uses(context, one->entry, other->entry);

	return order != 0 ? order : compare_numbers(one->place, other->place);
}

static int compare_edges(const void *a, const void *b)
{
	const struct edge *one = a, *other = b;
	int order = compare_numbers(one->process, other->process);

	return order != 0 ? order : compare_numbers(one->object, other->object);
}

/* Compares what two processes do; 0: they may share a node. */
static int compare_work(const struct nodes *nodes, const struct actor *one, const struct actor *other)
{
	const struct user_process *processes = nodes->graph->users->processes;
	int order = strcmp(processes[one->process].command, processes[other->process].command);
	size_t i;

	if (order == 0)
		order = compare_numbers(one->count, other->count);
	for (i = 0; i < one->count && order == 0; i++) {
		const struct edge *edge = &nodes->edges[one->first + i], *other_edge = &nodes->edges[other->first + i];

		order = compare_numbers(edge->object, other_edge->object);
		if (order == 0)
			order = edge->how - other_edge->how;
		if (order == 0)
			order = edge->call - other_edge->call;
		if (order == 0)
			order = edge->semaphore - other_edge->semaphore;
	}
	if (order == 0 && (nodes->locked[one->process] || nodes->locked[other->process]))
		order = compare_numbers(one->process, other->process);
	return order;
}

static int compare_actors(const void *a, const void *b, void *context)
{
	const struct actor *one = a, *other = b;
	int order = compare_work(context, one, other);

	return order != 0 ? order : compare_numbers(one->process, other->process);
}

/* Returns the end of the node that begins with object or actor `at`. */
static size_t end_of_objects(const struct nodes *nodes, size_t at)
{
	size_t end = at + 1;

	while (!nodes->graph->all && end < nodes->graph->count && 
	       compare_uses(nodes, nodes->objects[at].entry, nodes->objects[end].entry) == 0)
		end++;
	return end;
}

static size_t end_of_actors(const struct nodes *nodes, size_t at)
{
	size_t end = at + 1;

	while (!nodes->graph->all && end < nodes->actor_count && compare_work(nodes, &nodes->actors[at], &nodes->actors[end]) == 0)
		end++;
	return end;
}

/* Returns the process that stands for the connected part of this one. */
static uint32_t part_of(const struct nodes *nodes, uint32_t process)
{
	while (nodes->parents[process] != process)
		process = nodes->parents[process] = nodes->parents[nodes->parents[process]];
	return process;
}

static void join_parts(struct nodes *nodes, uint32_t one, uint32_t other)
{
	nodes->parents[part_of(nodes, one)] = part_of(nodes, other);
}

/* Finds the edges from the processes to the nodes of objects. */
static void find_edges(struct nodes *nodes)
{
	const struct user *user;
	size_t at, count, i;

	for (at = 0; at < nodes->graph->count; at = end_of_objects(nodes, at)) {
		user = users_of(nodes->graph->users, nodes->objects[at].entry, &count);
		for (i = 0; i < count; i++) {
			nodes->edges[nodes->edge_count++] = (struct edge){user[i].process, nodes->objects[at].entry, user[i].how,
			                                                  user[i].call, user[i].semaphore};
			join_parts(nodes, user[0].process, user[i].process);
		}
	}
	qsort(nodes->edges, nodes->edge_count, sizeof(*nodes->edges), compare_edges);
}

/* Finds the processes, with the edges of each. */
static void find_actors(struct nodes *nodes)
{
	size_t i;

	for (i = 0; i < nodes->edge_count; i++) {
		if (i == 0 || nodes->edges[i].process != nodes->edges[i - 1].process)
			nodes->actors[nodes->actor_count++] = (struct actor){nodes->edges[i].process, i, 0};
		nodes->actors[nodes->actor_count - 1].count++;
	}
	if (!nodes->graph->all)
		qsort_r(nodes->actors, nodes->actor_count, sizeof(*nodes->actors), compare_actors, nodes);
}

/* Makes the nodes: 0, or -1 with ENOMEM. */
static int make_nodes(struct nodes *nodes)
{
	const struct dot *graph = nodes->graph;
	size_t i;

	nodes->locked = calloc(graph->users->process_count + 1, 1);
	nodes->objects = calloc(graph->count + 1, sizeof(*nodes->objects));
	nodes->edges = calloc(graph->users->count + 1, sizeof(*nodes->edges));
	nodes->actors = calloc(graph->users->count + 1, sizeof(*nodes->actors));
	nodes->parents = calloc(graph->users->process_count + 1, sizeof(*nodes->parents));
	nodes->seen = calloc(graph->users->process_count + 1, 1);
	if (nodes->parents == NULL || nodes->seen == NULL || nodes->locked == NULL || nodes->objects == NULL || nodes->edges == NULL || nodes->actors == NULL)
		return -1;
	for (i = 0; i < graph->users->process_count; i++)
		nodes->parents[i] = (uint32_t)i;
	for (i = 0; i < graph->deadlocks->count; i++)
		nodes->locked[graph->deadlocks->steps[i].process] = 1;
	for (i = 0; i < graph->count; i++)
		nodes->objects[i] = (struct thing){(uint32_t)graph->entries[i], (uint32_t)i};
	if (!graph->all)
		qsort_r(nodes->objects, graph->count, sizeof(*nodes->objects), compare_objects, nodes);
	find_edges(nodes);
	find_actors(nodes);
	return 0;
}

/* Writes a part of a dot string; bytes that are not printable ASCII become \xNN. */
static void put_bytes(FILE *out, const char *text, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c >= ' ' && c < 0x7f)
			putc(c, out);
		else
			fprintf(out, "\\\\x%02x", c);
	}
}

static void put_name(FILE *out, const struct nodes *nodes, const char *name)
{
	size_t size = strlen(name), half = NAME_MOST / 2 - 2;

	if (size <= NAME_MOST || nodes->graph->all) {
		put_bytes(out, name, size);
		return;
	}
	put_bytes(out, name, half);
	fputs("...", out);
	put_bytes(out, name + size - half, half);
}

/* Returns how many of so many members a node names: a line for one more would take the place of that one. */
static size_t count_shown(size_t count)
{
	return count == MEMBERS_SHOWN + 1 ? count : MEMBERS_SHOWN;
}

/* Whether the users of an object are unknown, or some of them. */
static int lacks_users(const struct dot *graph, size_t entry)
{
	enum users_unknown unknown = users_unknown(graph->users, graph->inventory, entry);
	size_t count;

	users_of(graph->users, entry, &count);
	return unknown == USERS_HIDDEN || (unknown == USERS_ELSEWHERE && count == 0);
}

/* Writes the node of the objects `from` to `end`. */
static void put_objects(FILE *out, const struct nodes *nodes, size_t from, size_t end)
{
	const struct dot *graph = nodes->graph;
	const struct inventory_entry *entries = graph->inventory->entries;
	uint32_t first = nodes->objects[from].entry;
	int unknown = lacks_users(graph, first), unused;
	size_t users, i;
	char room[INVENTORY_NAME_ROOM];

	users_of(graph->users, first, &users);
	unused = users == 0 && !unknown;
	fprintf(out, "\to%u [shape=box, style=filled, fillcolor=\"%s\", label=\"", first, unused ? "#f4f4f4" : "#e8f0ff");
	if (end - from > 1)
		fprintf(out, "%zu ", end - from);
	fputs(inventory_kind_word(entries[first].kind), out);
	if (end - from > 1 && unused)
		fputs(" without users", out);
	for (i = from; i < end && i < from + count_shown(end - from); i++) {
		fputs("\\n", out);
		put_name(out, nodes, inventory_name(&entries[nodes->objects[i].entry], room));
	}
	if (i < end)
		fprintf(out, "\\n... %zu more", end - i);
	fputs(unknown ? "\\n?\"];\n" : "\"];\n", out);
}

/* Returns the pid that names the node of an actor. */
static int pid_of(const struct nodes *nodes, uint32_t process)
{
	return (int)nodes->graph->users->processes[process].pid;
}

/* Writes the node of the processes `from` to `end`. */
static void put_actors(FILE *out, const struct nodes *nodes, size_t from, size_t end)
{
	size_t i;

	fprintf(out, "\tp%d [label=\"", pid_of(nodes, nodes->actors[from].process));
	if (end - from > 1)
		fprintf(out, "%zu ", end - from);
	put_name(out, nodes, nodes->graph->users->processes[nodes->actors[from].process].command);
	for (i = from; i < end && i < from + count_shown(end - from); i++)
		fprintf(out, "%s%d", i == from ? "\\n" : ", ", pid_of(nodes, nodes->actors[i].process));
	if (i < end)
		fprintf(out, "\\n... %zu more", end - i);
	fputs("\"];\n", out);
}

/* Writes an edge: a line for uses, and a bold arrow for a wait. */
static void put_edge(FILE *out, const struct nodes *nodes, const struct edge *edge)
{
	const struct user user = {.entry = edge->object, .process = edge->process};
	unsigned how = edge->how & ~(unsigned)(USER_WAITS | USER_GUESSED | USER_TIMED);
	int pid = pid_of(nodes, edge->process);

	if (how != 0)
		fprintf(out, "\tp%d -> o%u [label=\"%s\", dir=none];\n", pid, edge->object, columns_uses(how));
	if (!(edge->how & USER_WAITS))
		return;
	fprintf(out, "\tp%d -> o%u [label=\"waits: %s", pid, edge->object, users_call_word((enum user_call)edge->call));
	if (edge->semaphore >= 0)
		fprintf(out, " (%d)", edge->semaphore);
	fprintf(out, "\", style=bold%s];\n",
	        deadlocks_has(nodes->graph->deadlocks, &user) ? ", color=red, fontcolor=red" : "");
}

/* Writes the edges of cycles from the object to the process that could end the wait. */
static void put_cycles(FILE *out, const struct nodes *nodes)
{
	static const char *const links[] = {
		[DEADLOCK_UP_TO] = "up to", [DEADLOCK_LAST] = "last used by", [DEADLOCK_HELD] = "held by",
		[DEADLOCK_CHILD] = "waits for its child",
	};
	const struct deadlocks *deadlocks = nodes->graph->deadlocks;
	size_t i, k, from = 0;

	for (i = 0; i < deadlocks->cycles; i++) {
		for (k = from; k < deadlocks->ends[i]; k++) {
			const struct deadlock_step *step = &deadlocks->steps[k];
			const struct deadlock_step *next = &deadlocks->steps[k + 1 < deadlocks->ends[i] ? k + 1 : from];

			if (step->entry == DEADLOCK_NO_ENTRY)
				fprintf(out, "\tp%d", pid_of(nodes, step->process));
			else
				fprintf(out, "\to%u", step->entry);
			fprintf(out, " -> p%d [label=\"%s\", style=bold, color=red, fontcolor=red];\n", pid_of(nodes, next->process),
			        links[step->link]);
		}
		from = deadlocks->ends[i];
	}
}

static void put_nodes(FILE *out, const struct nodes *nodes)
{
	size_t at, end, i;

	for (at = 0; at < nodes->graph->count; at = end) {
		end = end_of_objects(nodes, at);
		put_objects(out, nodes, at, end);
	}
	for (at = 0; at < nodes->actor_count; at = end) {
		end = end_of_actors(nodes, at);
		put_actors(out, nodes, at, end);
		for (i = 0; i < nodes->actors[at].count; i++)
			put_edge(out, nodes, &nodes->edges[nodes->actors[at].first + i]);
	}
}

/* Puts the nodes of objects without users into rows, which dot(1) would put into one column. */
static void put_rows(FILE *out, const struct nodes *nodes)
{
	size_t at, users, in_row = 0;
	uint32_t before = 0;

	for (at = 0; at < nodes->graph->count; at = end_of_objects(nodes, at)) {
		users_of(nodes->graph->users, nodes->objects[at].entry, &users);
		if (users > 0)
			continue;
		if (in_row > 0)
			fprintf(out, "\to%u -> o%u [style=invis];\n", before, nodes->objects[at].entry);
		in_row = in_row + 1 < IN_A_ROW ? in_row + 1 : 0;
		before = nodes->objects[at].entry;
	}
}

/* Puts each second connected part without a deadlock to the right of the one before it. */
static void put_columns(FILE *out, struct nodes *nodes)
{
	const struct actor *actor, *left = NULL;
	size_t at;

	for (at = 0; at < nodes->actor_count; at = end_of_actors(nodes, at)) {
		actor = &nodes->actors[at];
		if (nodes->locked[actor->process] || nodes->seen[part_of(nodes, actor->process)])
			continue;
		nodes->seen[part_of(nodes, actor->process)] = 1;
		if (left != NULL)
			fprintf(out, "\to%u -> p%d [style=invis];\n", nodes->edges[left->first].object, pid_of(nodes, actor->process));
		left = left == NULL ? actor : NULL;
	}
}

int dot_write(const struct dot *graph, FILE *out)
{
	struct nodes nodes = {.graph = graph};
	int result = make_nodes(&nodes);

	if (result == 0) {
		fputs(head, out);
		put_nodes(out, &nodes);
		put_cycles(out, &nodes);
		put_rows(out, &nodes);
		put_columns(out, &nodes);
		fputs("}\n", out);
	}
	free(nodes.locked);
	free(nodes.objects);
	free(nodes.edges);
	free(nodes.actors);
	free(nodes.parents);
	free(nodes.seen);
	return result;
}
