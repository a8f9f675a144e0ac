/* SPDX-License-Identifier: ISC */
#include "use.h"

#include <stdio.h>
#include <string.h>
#include <sys/sem.h>

#include "base/proc.h"
#include "cli/cli.h"
#include "ipc/semset.h"
#include "removal.h"
#include "report.h"

int use_look_at_processes(struct state *state)
{
	unsigned kinds = 0;
	size_t i;

	if (state->looked)
		return 0;
	for (i = 0; i < state->count; i++)
		kinds |= entry_of(state, &state->choices[i])->kind;
	state->looked = 1;
	if (users_find(&state->users, &state->inventory, kinds, users_needed(kinds), 0) == -1)
		return -1;
	/* A lack of permission is normal, and reported for each object that stays. */
	if (state->users.err != 0)
		cli_warn("/proc", "%s; not all processes could be looked at", strerror(state->users.err));
	return 0;
}

const char *use_unknown_reason(const struct state *state, const struct inventory_entry *entry)
{
	int may_read = entry->kind != INVENTORY_SEM || semctl(entry->id, 0, GETPID) != -1;

	return entry->kind != INVENTORY_SHM && may_read && state->users.proc_err == 0 && !proc_sees_all() ?
	       "processes of other PID namespaces cannot be seen" : "not all processes may be looked at";
}

/*
 * Whether that process lives: 1, 0, or -1 if it cannot be seen, as those of other PID namespaces, whose pid is 0 here.
 * Many objects remember the same process, and one look at it serves all of them: it cannot come back to life.
 */
static int is_living(struct state *state, pid_t pid, int64_t when)
{
	struct fate *known = &state->fate;

	if (known->pid != pid || known->when != when) {
		const enum users_fate fate = users_fate(&state->users, pid, when);

		*known = (struct fate){.pid = pid, .when = when, .lives = fate == USERS_ALIVE ? 1 : fate == USERS_GONE ? 0 : -1};
	}
	return known->lives;
}

static int has_living_partner(struct state *state, const struct inventory_entry *entry)
{
	const int64_t sent = entry->times[INVENTORY_USED], received = entry->times[INVENTORY_USED_TOO];
	int sender = sent > 0 ? is_living(state, entry->last_pid, sent) : 0;
	int receiver = received > 0 ? is_living(state, entry->last_receiver_pid, received) : 0;

	return sender == 1 || receiver == 1 ? 1 : sender == -1 || receiver == -1 ? -1 : 0;
}

/* Whether a semaphore has the value that it has while a process holds it: 0, or 1 for a slot of semctl run. */
static int looks_held(const struct inventory_entry *entry, enum semset_kind kind, int i)
{
	int value = semctl(entry->id, i, GETVAL);

	if (kind != SEMSET_SLOTS)
		return value <= 0;
	return i >= SEMSET_FIRST_SLOT && i < SEMSET_FIRST_SLOT + semset_room((int)entry->count) && value != 0;
}

static int has_living_holder(struct state *state, const struct inventory_entry *entry)
{
	enum semset_kind kind = semset_kind_of(entry->id, (int)entry->count);
	int unknown = 0, gone = 0;
	int64_t i;

	/* Before its first operation no process can hold it. */
	if (entry->times[INVENTORY_USED] <= 0)
		return 0;
	for (i = 0; i < entry->count; i++) {
		pid_t pid = semctl(entry->id, (int)i, GETPID);
		/* The pid 0 stands for no process at all, and for each process of another PID namespace. */
		int free = pid == 0 && (proc_sees_all() || !looks_held(entry, kind, (int)i));
		int one = free ? 0 : is_living(state, pid, inventory_touched(entry));

		if (one == 1)
			return 1;
		unknown |= one == -1;
		gone |= one == 0 && pid > 0;
	}
	return unknown || !gone ? -1 : 0;
}

/*
 * No process has a System V queue or set open.  The process that used it last may want it again, or hold a semaphore of
 * it, so it counts as in use while that process lives: 1, 0, or -1 if that cannot be known.
 */
static int has_living_user(struct state *state, const struct inventory_entry *entry)
{
	users_open(&state->users);
	return entry->kind == INVENTORY_MSG ? has_living_partner(state, entry) : has_living_holder(state, entry);
}

/*
 * Whether a file is in use, by the processes that can be seen and, if they do not suffice, by a lease; see removal.h.
 * The lease is asked for again just before the removal, so it is needed now only if the answer is shown or decides.
 */
static int ask_for_file(const struct state *state, const struct choice *choice, int seen)
{
	const struct options *options = state->options;
	int leased, sees_all = proc_sees_all();
	int shown = options->dry_run || (!sees_all && (options->ask || options->orphans || options->around));

	if (seen == 1 || (seen == 0 && !shown))
		return seen;
	leased = removal_in_use(entry_of(state, choice));
	if (leased != -1)
		return leased;
	/* A process of another PID namespace may have it open or mapped. */
	return sees_all ? seen : -1;
}

/* Whether nothing tells of a System V queue whose it is, and a process of another PID namespace may wait for it. */
static int may_be_awaited(const struct state *state, const struct inventory_entry *entry)
{
	/* The command of --around made it, or one of the processes that it started. */
	if (entry->kind != INVENTORY_MSG || state->options->around)
		return 0;
	return entry->times[INVENTORY_USED] <= 0 && entry->times[INVENTORY_USED_TOO] <= 0 && !proc_sees_all();
}

/* Finds out whether one choice is in use: 0, or -1 with ENOMEM. */
static int find_use(struct state *state, struct choice *choice)
{
	const struct inventory_entry *entry = entry_of(state, choice);
	const struct options *options = state->options;
	int used = -1, living;

	/* The kernel is asked about a set again before its removal; it needs no question now unless the answer is shown. */
	if (entry->kind & INVENTORY_SYSV && (entry->kind != INVENTORY_SEM || options->dry_run || options->ask ||
	                                     options->orphans || options->around))
		used = removal_in_use(entry);
	if (used == -1) {
		if (use_look_at_processes(state) == -1)
			return -1;
		used = users_in_use(&state->users, &state->inventory, choice->entry);
		if (entry->kind & INVENTORY_POSIX)
			used = ask_for_file(state, choice, used);
	}
	if (used != 1 && entry->kind & (INVENTORY_MSG | INVENTORY_SEM)) {
		living = has_living_user(state, entry);
		choice->living = living == 1;
		if (living == 1 || used == 0)
			used = living;
	}
	if (used == 0 && may_be_awaited(state, entry))
		used = -1;
	choice->use = used;
	return 0;
}

/*
 * The verdict of --orphans, with its reason as ipcls(1) shows it.  A file is an orphan if no process has it open, which `use`
 * says; about one that may be in use, the look at the processes says why that is not known.
 */
static enum users_orphan judge(const struct state *state, const struct choice *choice, char *reason)
{
	const struct inventory_entry *entry = entry_of(state, choice);

	reason[0] = '\0';
	if (!(entry->kind & INVENTORY_POSIX))
		return users_is_orphan(&state->users, &state->inventory, choice->entry, reason);
	if (choice->use != -1)
		return choice->use == 0 ? USERS_ORPHAN : USERS_NO_ORPHAN;
	if (users_is_orphan(&state->users, &state->inventory, choice->entry, reason) != USERS_ORPHAN_UNKNOWN)
		snprintf(reason, USERS_REASON, "%s", use_unknown_reason(state, entry));
	return USERS_ORPHAN_UNKNOWN;
}

int use_find(struct state *state)
{
	const struct options *options = state->options;
	enum users_orphan verdict;
	char reason[USERS_REASON];
	size_t i, kept = 0;

	if (options->force && !options->orphans)
		return 0;
	state->fate = (struct fate){.pid = -1};
	if (options->orphans && use_look_at_processes(state) == -1)
		return -1;
	for (i = 0; i < state->count; i++) {
		struct choice *choice = &state->choices[i];

		if (find_use(state, choice) == -1)
			return -1;
		verdict = options->orphans ? judge(state, choice, reason) : USERS_ORPHAN;
		if (verdict == USERS_ORPHAN)
			state->choices[kept++] = *choice;
		else
			report_no_orphan(state, choice, verdict, reason);
	}
	state->count = kept;
	return 0;
}
