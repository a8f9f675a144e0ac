/* SPDX-License-Identifier: ISC */
#include "deadlock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sem.h>

#include "base/array.h"
#include "base/proc.h"

#define NONE UINT32_MAX
#define NO_USE SIZE_MAX
#define GENERATIONS 16 /* of children of children that are followed */

/* One process waits for another. */
struct edge {
	uint32_t from, to;
	size_t user; /* the use of an object that it waits in, or NO_USE: it waits for a child */
	enum deadlock_link link;
};

struct wait_graph {
	const struct users *users;
	const struct inventory *inventory;
	struct edge *edges;
	size_t count, room;
	unsigned char *stuck; /* of each process: it may wait for ever */
};

static int add_edge(struct wait_graph *graph, uint32_t from, size_t user, uint32_t to, enum deadlock_link link)
{
	struct edge *edges = array_grow(graph->edges, &graph->room, graph->count + 1, sizeof(*edges));

	if (edges == NULL)
		return -1;
	graph->edges = edges;
	graph->edges[graph->count++] = (struct edge){from, to, user, link};
	return 0;
}

static uint32_t find_process(const struct wait_graph *graph, pid_t pid)
{
	uint32_t i;

	for (i = 0; i < graph->users->process_count; i++)
		if (graph->users->processes[i].pid == pid)
			return i;
	return NONE;
}

/* Adds an edge to the process `pid`, which the object remembers: 1; 0 if that is no user of an object, -1 with ENOMEM. */
static int add_last(struct wait_graph *graph, size_t user, pid_t pid)
{
	uint32_t from = graph->users->users[user].process, to = find_process(graph, pid);

	if (to == NONE || to == from)
		return 0;
	return add_edge(graph, from, user, to, DEADLOCK_LAST) == -1 ? -1 : 1;
}

/* Adds edges to all holders of a token: 1; 0 if the set names no holder, -1 with ENOMEM. */
static int add_holders(struct wait_graph *graph, size_t waiting)
{
	const struct user *user = &graph->users->users[waiting], *others;
	size_t count, i;
	int any = 0;

	others = users_of(graph->users, user->entry, &count);
	for (i = 0; i < count; i++) {
		if (!(others[i].how & USER_HOLDS))
			continue;
		if (add_edge(graph, user->process, waiting, others[i].process, DEADLOCK_HELD) == -1)
			return -1;
		any = 1;
	}
	return any;
}

/* Adds an edge to the process that holds the mutex: 1; 0 if it is not known, or does not map the segment; -1 with ENOMEM. */
static int add_mutex_holder(struct wait_graph *graph, size_t waiting)
{
	const struct user *user = &graph->users->users[waiting], *others;
	size_t count, i;

	others = users_of(graph->users, user->entry, &count);
	for (i = 0; i < count && user->holder != 0; i++)
		if (others[i].how & USER_MAPS && graph->users->processes[others[i].process].pid == user->holder)
			return add_edge(graph, user->process, waiting, others[i].process, DEADLOCK_HELD) == -1 ? -1 : 1;
	return 0;
}

static int waits_for_children(const struct wait_graph *graph, pid_t pid)
{
	struct proc_syscall call;
	char path[64], text[256];
	ssize_t got;

	snprintf(path, sizeof(path), "%d/syscall", (int)pid);
	got = proc_read(graph->users->proc, path, text, sizeof(text));
	return got > 0 && proc_parse_syscall(text, (size_t)got, &call) == 1 && proc_waits_for_children(pid, &call);
}

/*
 * Adds edges from a process that waits for its children to those children that use objects, and through the other
 * children to theirs.  1 if that is all of them; 0 if a child can go on, or too little is known; -1 with ENOMEM.
 */
static int add_children(struct wait_graph *graph, uint32_t from, pid_t pid, int generation)
{
	char path[64], text[4096];
	const char *at = text;
	int result = 0, more;
	pid_t child;
	ssize_t got;

	snprintf(path, sizeof(path), "%d/task/%d/children", (int)pid, (int)pid);
	got = proc_read(graph->users->proc, path, text, sizeof(text));
	if (got <= 0 || got == (ssize_t)sizeof(text) - 1 || generation == GENERATIONS)
		return 0;
	while ((more = proc_take_pid(&at, text + got, &child)) == 1) {
		uint32_t to = find_process(graph, child);

		if (to != NONE)
			result = add_edge(graph, from, NO_USE, to, DEADLOCK_CHILD) == -1 ? -1 : 1;
		else
			result = waits_for_children(graph, child) ? add_children(graph, from, child, generation + 1) : 0;
		if (result != 1)
			return result;
	}
	return more == 0 ? result : 0;
}

/* Returns the uses (enum user_how) of an object by which another process can end this call; 0: not known. */
static unsigned releasing(enum user_call call)
{
	switch (call) {
	case USER_READ:
	case USER_MQ_RECEIVE:
		return USER_WRITES;
	case USER_WRITE:
	case USER_MQ_SEND:
		return USER_READS;
	case USER_SEM_WAIT:
	case USER_FUTEX:
		return USER_MAPS;
	default:
		return 0;
	}
}

/* Adds edges to all processes that could end the wait, which are not those that wait in the same call: 1, 0, or -1. */
static int add_others(struct wait_graph *graph, size_t waiting)
{
	const struct user *user = &graph->users->users[waiting], *others;
	unsigned how = releasing(user->call);
	size_t count, i;
	int any = 0;

	others = users_of(graph->users, user->entry, &count);
	for (i = 0; i < count; i++) {
		if (!(others[i].how & how) || others[i].process == user->process ||
		    (others[i].how & USER_WAITS && others[i].call == user->call))
			continue;
		if (add_edge(graph, user->process, waiting, others[i].process, DEADLOCK_UP_TO) == -1)
			return -1;
		any = 1;
	}
	return any;
}

/* Adds edges to all processes that could end this wait: 1; 0 if it may end by itself or not all are known, -1 with ENOMEM. */
static int add_edges(struct wait_graph *graph, size_t waiting)
{
	const struct user *user = &graph->users->users[waiting];
	const struct inventory_entry *entry = &graph->inventory->entries[user->entry];
	int result;

	if (user->how & (USER_TIMED | USER_GUESSED))
		return 0;
	switch (user->call) {
	case USER_SEMOP_TAKE:
		result = add_holders(graph, waiting);
		if (result != 0)
			return result;
		return user->semaphore == -1 ? 0 : add_last(graph, waiting, semctl(entry->id, user->semaphore, GETPID));
	case USER_MSGRCV:
		return add_last(graph, waiting, entry->last_pid);
	case USER_MSGSND:
		return add_last(graph, waiting, entry->last_receiver_pid);
	case USER_FUTEX:
		result = add_mutex_holder(graph, waiting);
		if (result != 0)
			return result;
		/* fall through */
	default:
		/* A process of another PID namespace, which could release it as well, is not reckoned with. */
		if (releasing(user->call) == 0 || users_unknown(graph->users, graph->inventory, user->entry) == USERS_HIDDEN)
			return 0;
		return add_others(graph, waiting);
	}
}

static int build(struct wait_graph *graph)
{
	const struct users *users = graph->users;
	size_t i;
	int result;

	for (i = 0; i < users->process_count; i++) {
		const struct user_process *process = &users->processes[i];

		graph->stuck[i] = (process->waiting || process->for_children) && !process->busy && !process->waits_hidden;
	}
	for (i = 0; i < users->count; i++) {
		if (!(users->users[i].how & USER_WAITS))
			continue;
		result = add_edges(graph, i);
		if (result == -1)
			return -1;
		if (result == 0)
			graph->stuck[users->users[i].process] = 0;
	}
	for (i = 0; i < users->process_count; i++) {
		if (!graph->stuck[i] || !users->processes[i].for_children)
			continue;
		result = add_children(graph, (uint32_t)i, users->processes[i].pid, 0);
		if (result == -1)
			return -1;
		graph->stuck[i] = result == 1;
	}
	return 0;
}

/* A process that waits for one that can go on can go on, too: repeats that until nothing changes. */
static void release(struct wait_graph *graph)
{
	size_t i;
	int changed = 1;

	while (changed) {
		changed = 0;
		for (i = 0; i < graph->count; i++)
			if (graph->stuck[graph->edges[i].from] && !graph->stuck[graph->edges[i].to]) {
				graph->stuck[graph->edges[i].from] = 0;
				changed = 1;
			}
	}
}

static int add_step(struct deadlocks *deadlocks, const struct wait_graph *graph, const struct edge *edge)
{
	const struct user *user = edge->user == NO_USE ? NULL : &graph->users->users[edge->user];
	struct deadlock_step *steps = array_grow(deadlocks->steps, &deadlocks->room, deadlocks->count + 1, sizeof(*steps));

	if (steps == NULL)
		return -1;
	deadlocks->steps = steps;
	deadlocks->steps[deadlocks->count++] = (struct deadlock_step){
		.process = edge->from, .link = edge->link, .entry = user != NULL ? user->entry : DEADLOCK_NO_ENTRY,
		.call = user != NULL ? (enum user_call)user->call : USER_NO_CALL, .semaphore = user != NULL ? user->semaphore : -1};
	return 0;
}

static int end_cycle(struct deadlocks *deadlocks)
{
	size_t *ends = array_grow(deadlocks->ends, &deadlocks->cycle_room, deadlocks->cycles + 1, sizeof(*ends));

	if (ends == NULL)
		return -1;
	deadlocks->ends = ends;
	deadlocks->ends[deadlocks->cycles++] = deadlocks->count;
	return 0;
}

/*
 * Collects the cycles.  Each edge of a process that is stuck leads to one that is stuck, so following the first edge of
 * each always ends in a cycle.
 */
static int collect(struct deadlocks *deadlocks, const struct wait_graph *graph)
{
	size_t processes = graph->users->process_count, i;
	uint32_t *next = malloc((processes + 1) * sizeof(*next)), *seen = calloc(processes + 1, sizeof(*seen)), at;
	int result = next == NULL || seen == NULL ? -1 : 0;

	for (i = 0; i < processes && result == 0; i++)
		next[i] = NONE;
	for (i = graph->count; i-- > 0 && result == 0;)
		if (graph->stuck[graph->edges[i].from])
			next[graph->edges[i].from] = (uint32_t)i;
	for (i = 0; i < processes && result == 0; i++) {
		/* Each process is marked with the number of the walk: a walk that meets its own mark has found a cycle. */
		for (at = (uint32_t)i; next[at] != NONE && seen[at] == 0; at = graph->edges[next[at]].to)
			seen[at] = (uint32_t)i + 1;
		if (next[at] == NONE || seen[at] != (uint32_t)i + 1)
			continue;
		for (; seen[at] != NONE && result == 0; at = graph->edges[next[at]].to) {
			seen[at] = NONE;
			result = add_step(deadlocks, graph, &graph->edges[next[at]]);
		}
		if (result == 0)
			result = end_cycle(deadlocks);
	}
	free(next);
	free(seen);
	return result;
}

int deadlocks_find(struct deadlocks *deadlocks, const struct users *users, const struct inventory *inventory)
{
	struct wait_graph graph = {.users = users, .inventory = inventory};
	int result = -1;

	graph.stuck = calloc(users->process_count + 1, 1);
	if (graph.stuck != NULL && build(&graph) == 0) {
		release(&graph);
		result = collect(deadlocks, &graph);
	}
	free(graph.edges);
	free(graph.stuck);
	return result;
}

int deadlocks_has(const struct deadlocks *deadlocks, const struct user *user)
{
	size_t i;

	for (i = 0; i < deadlocks->count; i++)
		if (deadlocks->steps[i].process == user->process && deadlocks->steps[i].entry == user->entry)
			return 1;
	return 0;
}

void deadlocks_free(struct deadlocks *deadlocks)
{
	free(deadlocks->steps);
	free(deadlocks->ends);
	memset(deadlocks, 0, sizeof(*deadlocks));
}
