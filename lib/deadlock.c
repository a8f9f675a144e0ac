/* SPDX-License-Identifier: ISC */
#include "deadlock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sem.h>

#define NONE UINT32_MAX

/* That one process waits for another by way of a use. */
struct edge {
	uint32_t from, to;
	size_t user; /* the waiting use */
	int last;
};

struct graph {
	const struct users *users;
	const struct inventory *inventory;
	struct edge *edges;
	size_t count, room;
	unsigned char *stuck; /* of each process: it may be */
};

static int add_edge(struct graph *graph, size_t user, uint32_t to, int last)
{
	if (graph->count == graph->room) {
		size_t room = graph->room ? 2 * graph->room : 64;
		struct edge *edges = reallocarray(graph->edges, room, sizeof(*edges));

		if (edges == NULL)
			return -1;
		graph->edges = edges;
		graph->room = room;
	}
	graph->edges[graph->count++] = (struct edge){graph->users->users[user].process, to, user, last};
	return 0;
}

/* The one process that an object remembers: 1 with an edge to it, 0 where it tells nothing, -1 with ENOMEM. */
static int add_last(struct graph *graph, size_t user, pid_t pid)
{
	uint32_t i;

	for (i = 0; i < graph->users->process_count; i++)
		if (graph->users->processes[i].pid == pid)
			return i == graph->users->users[user].process ? 0 : add_edge(graph, user, i, 1) == -1 ? -1 : 1;
	return 0;
}

/* What a process must do with the object so that this call comes back. */
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

/* Edges to all who could: not to those that wait for the same thing themselves. */
static int add_others(struct graph *graph, size_t waiting)
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
		if (add_edge(graph, waiting, others[i].process, 0) == -1)
			return -1;
		any = 1;
	}
	return any;
}

/* 1 where all who could end this wait are known, and edges lead to them; 0 where it may end by itself. */
static int add_edges(struct graph *graph, size_t waiting)
{
	const struct user *user = &graph->users->users[waiting];
	const struct inventory_entry *entry = &graph->inventory->entries[user->entry];

	if (user->how & (USER_TIMED | USER_GUESSED))
		return 0;
	switch (user->call) {
	case USER_SEMOP_TAKE:
		return user->semaphore == -1 ? 0 : add_last(graph, waiting, semctl(entry->id, user->semaphore, GETPID));
	case USER_MSGRCV:
		return add_last(graph, waiting, entry->last_pid);
	case USER_MSGSND:
		return add_last(graph, waiting, entry->last_receiver_pid);
	default:
		if (releasing(user->call) == 0 || users_unknown(graph->users, graph->inventory, user->entry))
			return 0;
		return add_others(graph, waiting);
	}
}

static int build(struct graph *graph)
{
	size_t i;
	int result;

	for (i = 0; i < graph->users->process_count; i++)
		graph->stuck[i] = graph->users->processes[i].waiting && !graph->users->processes[i].busy &&
		                  !graph->users->processes[i].waits_hidden;
	for (i = 0; i < graph->users->count; i++) {
		if (!(graph->users->users[i].how & USER_WAITS))
			continue;
		result = add_edges(graph, i);
		if (result == -1)
			return -1;
		if (result == 0)
			graph->stuck[graph->users->users[i].process] = 0;
	}
	return 0;
}

/* Who waits for somebody that can go on can go on itself, and so forth. */
static void release(struct graph *graph)
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

static int add_step(struct deadlocks *deadlocks, const struct graph *graph, const struct edge *edge)
{
	const struct user *user = &graph->users->users[edge->user];

	if (deadlocks->count == deadlocks->room) {
		size_t room = deadlocks->room ? 2 * deadlocks->room : 16;
		struct deadlock_step *steps = reallocarray(deadlocks->steps, room, sizeof(*steps));

		if (steps == NULL)
			return -1;
		deadlocks->steps = steps;
		deadlocks->room = room;
	}
	deadlocks->steps[deadlocks->count++] = (struct deadlock_step){
		.process = edge->from, .entry = user->entry, .call = (enum user_call)user->call, .semaphore = user->semaphore,
		.last = edge->last};
	return 0;
}

static int end_cycle(struct deadlocks *deadlocks)
{
	if (deadlocks->cycles == deadlocks->cycle_room) {
		size_t room = deadlocks->cycle_room ? 2 * deadlocks->cycle_room : 8;
		size_t *ends = reallocarray(deadlocks->ends, room, sizeof(*ends));

		if (ends == NULL)
			return -1;
		deadlocks->ends = ends;
		deadlocks->cycle_room = room;
	}
	deadlocks->ends[deadlocks->cycles++] = deadlocks->count;
	return 0;
}

/* The first edge of each process that is stuck; all lead to such ones by now, so that following them ends in a cycle. */
static int collect(struct deadlocks *deadlocks, const struct graph *graph)
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
		/* Marked by the walk that came by: one that meets its own mark has found a cycle. */
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
	struct graph graph = {.users = users, .inventory = inventory};
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
		if (deadlocks->steps[i].process == user->process && deadlocks->steps[i].entry == user->entry &&
		    user->how & USER_WAITS)
			return 1;
	return 0;
}

void deadlocks_free(struct deadlocks *deadlocks)
{
	free(deadlocks->steps);
	free(deadlocks->ends);
	memset(deadlocks, 0, sizeof(*deadlocks));
}
