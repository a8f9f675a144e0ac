/* SPDX-License-Identifier: ISC */
/*
 * ipcrm-all - remove IPC objects, one's own, and those alone that nobody uses.
 *
 * All is decided on one listing: which objects are chosen, and which of them somebody uses.  Then they go one
 * by one, each after a last look, and no more than a few before they are told: where standard output takes no
 * more, nothing more goes, and the last few are told on standard error.
 */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/command.h"
#include "base/escape.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/proc.h"
#include "base/supervise.h"
#include "base/timestamp.h"
#include "cli/cli.h"
#include "cli/cli_inventory.h"
#include "inventory/inventory.h"
#include "inventory/users.h"
#include "ipc/object.h"
#include "removal.h"
#include "snapshot.h"

#define OBJECTS (OBJECT_NAME | OBJECT_KEY | OBJECT_ID | OBJECT_FTOK)
#define FILES (INVENTORY_PSHM | INVENTORY_PSEM)
#define WHO_ROOM 256 /* for the processes that use an object */
#define UNTOLD_MOST 16 /* objects that are gone, and not yet told */

enum {
	OPTION_ALL = CLI_FIRST_OWN,
	OPTION_AROUND,
	OPTION_FORCE,
	OPTION_NAME,
	OPTION_OLDER,
	OPTION_ORPHANS,
};

static const char usage[] =
	"ipcrm-all [-0finv] [-t types] [-u user] [--all] [--force] [--name=glob] [--older=duration]\n"
	"                 [--orphans] [object ...]\n"
	"       ipcrm-all --around [-nv] [-t types] [--force] [--name=glob] command [argument ...]";
static const char help[] =
	"Remove your own IPC objects that are chosen and not in use, or named.\n"
	"\n"
	"  -f, --ignore-missing  do not report named objects that are missing (this is not --force)\n"
	"  -i, --interactive     ask on the terminal before removing each object\n"
	"  -n, --dry-run         remove nothing, print what would be removed\n"
	"  -0, --null            end names with NULs and escape nothing\n"
	"  -v, --verbose         report what is removed and what stays, and why\n"
	"      --force           remove objects that are in use, too\n"
	"  -h, --help            print this help\n"
	"  -V, --version         print the version\n"
	"\n"
	"What to remove (several of these narrow each other; without any, name the objects):\n"
	"      --all             everything\n"
	"  -t, --types=TYPES     only these types, with commas between them: shm pshm msg pmsg sem psem\n"
	"  -u, --user=USER       objects of USER instead of your own\n"
	"      --name=GLOB       objects whose names match, such as '/test-*' or 'key:0x14*'\n"
	"      --older=DURATION  objects that nothing has touched for DURATION: 90s, 10m, 2h, 7d\n"
	"      --orphans         objects that no process is left to use, as ipcls --orphans lists them\n"
	"\n"
	"      --around          run a command, then remove the objects that it created and left\n";

static const struct option long_options[] = {
	{"all", no_argument, NULL, OPTION_ALL},
	{"around", no_argument, NULL, OPTION_AROUND},
	{"dry-run", no_argument, NULL, 'n'},
	{"force", no_argument, NULL, OPTION_FORCE},
	{"help", no_argument, NULL, 'h'},
	{"ignore-missing", no_argument, NULL, 'f'},
	{"interactive", no_argument, NULL, 'i'},
	{"name", required_argument, NULL, OPTION_NAME},
	{"null", no_argument, NULL, '0'},
	{"older", required_argument, NULL, OPTION_OLDER},
	{"orphans", no_argument, NULL, OPTION_ORPHANS},
	{"types", required_argument, NULL, 't'},
	{"user", required_argument, NULL, 'u'},
	{"verbose", no_argument, NULL, 'v'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

/* An operand. */
struct wanted {
	struct object object;
	key_t key;
	int err; /* it cannot even be looked for */
	int queue_err; /* why there is no POSIX queue of that name as far as we can see, or 0 */
};

/* What was asked for. */
struct job {
	unsigned kinds, asked_kinds; /* to list; of -t */
	int all, ask, around, dry_run, force, missing_ok, null, orphans, verbose;
	int has_user;
	uid_t user;
	int64_t older; /* nanoseconds, or -1 */
	const char *glob;
	struct wanted *wanted;
	size_t wanted_count;
};

/* An object that is to go. */
struct choice {
	size_t entry;
	const char *operand; /* as which it was named, or NULL */
	int use;             /* 1: in use; 0: not; -1: that cannot be known */
	int living;          /* not in use, but of a living process */
};

/* What there is, and what becomes of it. */
struct state {
	struct inventory inventory;
	struct users users;
	int looked; /* for users */
	struct removal removal;
	struct choice *choices;
	size_t count, room;
	FILE *terminal;
	size_t untold[UNTOLD_MOST], untold_count, untold_most; /* entries */
	size_t removed, used, unknown, passed, gone, declined, failed;
	int status, has_status;
	int ended; /* no more can be told, so no more is removed */
};

/* Of several objects; those that stay as they should have no status. */
static void add_status(struct state *state, int status)
{
	state->status = state->has_status ? cli_merge_status(state->status, status) : status;
	state->has_status = 1;
}

static const struct inventory_entry *entry_of(const struct state *state, const struct choice *choice)
{
	return &state->inventory.entries[choice->entry];
}

/* --- listing --- */

/* A file in /dev/shm that is no object is told to its owner, who may have meant it; it stays. */
static int is_own_file(const struct job *job, const struct inventory_problem *problem)
{
	char path[NAME_MAX + 16];
	struct stat st;

	snprintf(path, sizeof(path), "/dev/shm%s", problem->what);
	return lstat(path, &st) == 0 && st.st_uid == job->user;
}

static void tell_problems(const struct job *job, struct state *state)
{
	size_t i;

	for (i = 0; i < state->inventory.problem_count; i++) {
		const struct inventory_problem *problem = &state->inventory.problems[i];
		const char *reason = problem->reason ? problem->reason : cli_text(problem->err);

		if (problem->minor) {
			if (job->wanted_count == 0 && !job->around && !job->orphans && job->older == -1 && is_own_file(job, problem) &&
			    (job->glob == NULL || fnmatch(job->glob, problem->what, 0) == 0))
				cli_warn(problem->what, "%s; it stays", reason);
			continue;
		}
		/* A queue that is named can be looked for by its name. */
		if (problem->kind == INVENTORY_PMSG && job->wanted_count > 0)
			continue;
		cli_warn(problem->what, "%s; %s cannot be listed", reason, inventory_kind_text(problem->kind));
		if (job->asked_kinds & problem->kind)
			add_status(state, cli_own_status(CLI_FAILED));
	}
}

/* --- telling of one --- */

/* What an object is, in a few words: "msg, 3 messages". */
static const char *describe(const struct inventory_entry *entry, char *room, size_t size)
{
	int length = snprintf(room, size, "%s", inventory_kind_word(entry->kind));
	char *end = room + length;
	size_t left = size - (size_t)length;

	if (entry->kind & (INVENTORY_SHM | INVENTORY_PSHM))
		snprintf(end, left, ", %lld byte%s", (long long)entry->size, entry->size == 1 ? "" : "s");
	else if (entry->kind & (INVENTORY_MSG | INVENTORY_PMSG) && entry->count >= 0)
		snprintf(end, left, ", %lld message%s", (long long)entry->count, entry->count == 1 ? "" : "s");
	else if (entry->kind == INVENTORY_SEM)
		snprintf(end, left, ", %lld semaphore%s", (long long)entry->count, entry->count == 1 ? "" : "s");
	return room;
}

static void tell(const struct state *state, const struct choice *choice, const char *what)
{
	char name[INVENTORY_NAME_ROOM], room[80];
	const struct inventory_entry *entry = entry_of(state, choice);

	cli_warn(choice->operand ? choice->operand : inventory_name(entry, name), "%s: %s",
	         describe(entry, room, sizeof(room)), what);
}

/* --- choosing --- */

/* Times are cut to seconds: it was touched before the end of that second. */
static int is_older(const struct inventory_entry *entry, int64_t age)
{
	int64_t since = (int64_t)time(NULL) - inventory_touched(entry) - 1;

	return age == 0 || (since >= 0 && since >= age / 1000000000 + (age % 1000000000 != 0));
}

static int has_matching_name(const struct job *job, const struct inventory_entry *entry)
{
	char room[INVENTORY_NAME_ROOM];

	return job->glob == NULL || fnmatch(job->glob, inventory_name(entry, room), 0) == 0;
}

/* 0, or -1 with ENOMEM. */
static int choose(struct state *state, size_t entry, const char *operand)
{
	if (state->count == state->room) {
		size_t room = state->room ? 2 * state->room : 64;
		struct choice *choices = reallocarray(state->choices, room, sizeof(*choices));

		if (choices == NULL)
			return -1;
		state->choices = choices;
		state->room = room;
	}
	state->choices[state->count++] = (struct choice){.entry = entry, .operand = operand};
	return 0;
}

/* The same, if it is old enough; else it is passed by. */
static int choose_old(const struct job *job, struct state *state, size_t entry, const char *operand)
{
	const struct choice young = {.entry = entry, .operand = operand};

	if (job->older == -1 || is_older(&state->inventory.entries[entry], job->older))
		return choose(state, entry, operand);
	state->passed++;
	if (job->verbose)
		tell(state, &young, "touched since then; it stays");
	return 0;
}

/* What is marked for removal goes by itself, with its last user. */
static int is_gone_already(const struct inventory_entry *entry)
{
	return (entry->flags & INVENTORY_REMOVED) != 0;
}

/* Whether it is one of the user's, of these kinds, that stays unless it is removed. */
static int is_candidate(const struct job *job, const struct inventory_entry *entry, unsigned kinds)
{
	return entry->kind & kinds && entry->uid == job->user && !is_gone_already(entry);
}

static int choose_all(const struct job *job, struct state *state)
{
	size_t i;

	for (i = 0; i < state->inventory.count; i++) {
		const struct inventory_entry *entry = &state->inventory.entries[i];

		if (is_candidate(job, entry, job->kinds) && has_matching_name(job, entry) &&
		    choose_old(job, state, i, NULL) == -1)
			return -1;
	}
	return 0;
}

/* The words of several kinds. */
static const char *kind_words(unsigned kinds, char *room, const char *between)
{
	char *end = room;
	unsigned kind;

	*end = '\0';
	for (kind = 1; kind <= INVENTORY_PSEM; kind <<= 1)
		if (kinds & kind)
			end = stpcpy(stpcpy(end, end == room ? "" : between), inventory_kind_word((enum inventory_kind)kind));
	return room;
}

static int tell_missing(const struct job *job, const struct state *state, const struct wanted *wanted)
{
	const char *name = wanted->object.kind == OBJECT_NAME ? wanted->object.name : NULL;
	int err = wanted->err ? wanted->err : ENOENT;
	size_t i;

	for (i = 0; wanted->err == 0 && name != NULL && i < state->inventory.problem_count; i++)
		if (state->inventory.problems[i].minor && strcmp(state->inventory.problems[i].what, name) == 0)
			err = state->inventory.problems[i].err;
	/* Another user's queue, where none are listed, is there all the same. */
	if (err == ENOENT && wanted->queue_err != 0)
		err = wanted->queue_err;
	if (err == ENOENT && job->missing_ok)
		return CLI_DONE;
	return cli_fail(wanted->object.word, err);
}

/* The kinds that the operand can be, and that could not be listed; that was told. */
static unsigned unlisted_kinds(const struct job *job, const struct state *state, const struct wanted *wanted)
{
	unsigned can_be = wanted->object.kind == OBJECT_NAME ? INVENTORY_POSIX : INVENTORY_SYSV, kinds = 0;
	size_t i;

	for (i = 0; i < state->inventory.problem_count; i++) {
		const struct inventory_problem *problem = &state->inventory.problems[i];
		/* A directory or table as a whole, or one file. */
		int whole = strchr(problem->what + 1, '/') != NULL;

		/* A queue that is named was looked for by its name. */
		if (!problem->minor && problem->kind != INVENTORY_PMSG && problem->kind & can_be & job->kinds &&
		    (whole || (wanted->object.kind == OBJECT_NAME && strcmp(problem->what, wanted->object.name) == 0)))
			kinds |= problem->kind;
	}
	return kinds;
}

/* What one operand names: ids of different kinds are often the same number, so one that fits several chooses none. */
static int choose_named(const struct job *job, struct state *state, const struct wanted *wanted, unsigned char *chosen)
{
	char room[64], others[64];
	unsigned kinds = 0, foreign = 0, unlisted = wanted->err == 0 ? unlisted_kinds(job, state, wanted) : 0;
	uid_t owner = 0;
	size_t i;

	for (i = 0; wanted->err == 0 && i < state->inventory.count; i++) {
		const struct inventory_entry *entry = &state->inventory.entries[i];

		if (is_gone_already(entry) || !inventory_is(entry, &wanted->object, wanted->key))
			continue;
		if (entry->uid == job->user) {
			kinds |= entry->kind;
			continue;
		}
		foreign |= entry->kind;
		owner = entry->uid;
	}
	if (kinds == 0 && foreign == 0 && unlisted != 0) {
		add_status(state, CLI_FAILED);
	} else if (kinds == 0 && foreign == 0) {
		add_status(state, tell_missing(job, state, wanted));
	} else if (kinds == 0) {
		cli_warn(wanted->object.word, "belongs to user %u: -u %u would choose it", (unsigned)owner, (unsigned)owner);
		add_status(state, CLI_FAILED);
	} else if (unlisted != 0 && job->asked_kinds == 0) {
		cli_warn(wanted->object.word, "a %s, and perhaps also one of what cannot be listed (%s): choose with -t",
		         kind_words(kinds, room, " "), kind_words(unlisted, others, " "));
		add_status(state, CLI_FAILED);
	} else if ((kinds & (kinds - 1)) != 0 && job->asked_kinds == 0) {
		cli_warn(wanted->object.word, "several objects (%s): choose with -t, -t %s takes all",
		         kind_words(kinds, room, " "), kind_words(kinds, others, ","));
		add_status(state, CLI_FAILED);
	} else {
		for (i = 0; i < state->inventory.count; i++) {
			const struct inventory_entry *entry = &state->inventory.entries[i];

			/* Whoever names an object twice wants it removed once. */
			if (chosen[i] || !is_candidate(job, entry, kinds) || !inventory_is(entry, &wanted->object, wanted->key))
				continue;
			chosen[i] = 1;
			if (has_matching_name(job, entry) && choose_old(job, state, i, wanted->object.word) == -1)
				return -1;
			if (job->verbose && !has_matching_name(job, entry))
				cli_warn(wanted->object.word, "%s: not among what is selected; it stays", inventory_kind_word(entry->kind));
		}
	}
	return 0;
}

static int has_queue(const struct state *state, const char *name)
{
	size_t i;

	for (i = 0; i < state->inventory.count; i++)
		if (state->inventory.entries[i].kind == INVENTORY_PMSG && strcmp(state->inventory.entries[i].name, name) == 0)
			return 1;
	return 0;
}

/* POSIX queues that are named and not in the list, which may be missing as a whole: 0, or -1 with ENOMEM. */
static int find_queues(const struct job *job, struct state *state)
{
	size_t i;

	for (i = 0; i < job->wanted_count; i++) {
		struct wanted *wanted = &job->wanted[i];

		if (wanted->err != 0 || wanted->object.kind != OBJECT_NAME || !(job->kinds & INVENTORY_PMSG) ||
		    has_queue(state, wanted->object.name) ||
		    inventory_find_queue(&state->inventory, wanted->object.name, 0) == 0)
			continue;
		if (errno == ENOMEM)
			return -1;
		wanted->queue_err = errno;
	}
	return 0;
}

static int choose_wanted(const struct job *job, struct state *state)
{
	unsigned char *chosen;
	size_t i;
	int result;

	if (find_queues(job, state) == -1)
		return -1;
	chosen = calloc(state->inventory.count + 1, 1);
	result = chosen == NULL ? -1 : 0;

	for (i = 0; i < job->wanted_count && result == 0; i++)
		result = choose_named(job, state, &job->wanted[i], chosen);
	free(chosen);
	return result;
}

/* --- who uses it --- */

/* One look at all processes, the first time that something must be known that the kernel itself does not tell. */
static int look_at_processes(struct state *state)
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
	/* That it is not allowed is nothing special, and told of each object that stays. */
	if (state->users.err != 0)
		cli_warn("/proc", "%s; not all processes could be looked at", strerror(state->users.err));
	return 0;
}

/* "12/sleep, 13/cat and 4 more", or an empty text. */
static void name_users(const struct state *state, size_t entry, char *text)
{
	size_t count, i;
	const struct user *user = users_of(&state->users, entry, &count);
	char command[4 * USER_COMMAND + 1], *end = text;

	*text = '\0';
	for (i = 0; i < count && i < 3; i++) {
		const struct user_process *process = &state->users.processes[user[i].process];

		escape_put(command, process->command);
		end += sprintf(end, "%s%d/%s", i == 0 ? "" : ", ", (int)process->pid, command);
	}
	if (count > i)
		sprintf(end, " and %zu more", count - i);
}

/* Whether that process lives: 1, 0, or -1 where it cannot be seen, as those of other pid namespaces, whose pid is 0. */
static int is_living(const struct state *state, pid_t pid, int64_t when)
{
	switch (users_fate(&state->users, pid, when)) {
	case USERS_ALIVE: return 1;
	case USERS_GONE: return 0;
	default: return -1;
	}
}

/*
 * Nobody has a System V queue or set open.  Who used it last may want it again, or hold a semaphore of it, so
 * as long as that process lives it is in use: 1, 0, or -1 where that cannot be known.
 */
static int has_living_user(struct state *state, const struct inventory_entry *entry)
{
	const int64_t sent = entry->times[INVENTORY_USED], received = entry->times[INVENTORY_USED_TOO];
	int one, other, unknown = 0, gone = 0;
	int64_t i;

	users_open(&state->users);
	if (entry->kind == INVENTORY_MSG) {
		one = sent > 0 ? is_living(state, entry->last_pid, sent) : 0;
		other = received > 0 ? is_living(state, entry->last_receiver_pid, received) : 0;
		return one == 1 || other == 1 ? 1 : one == -1 || other == -1 ? -1 : 0;
	}
	/* Until its first operation nobody can hold it.  A semaphore that was never used has the pid 0. */
	if (entry->times[INVENTORY_USED] <= 0)
		return 0;
	for (i = 0; i < entry->count; i++) {
		pid_t pid = semctl(entry->id, (int)i, GETPID);

		one = pid == 0 ? 0 : is_living(state, pid, inventory_touched(entry));
		if (one == 1)
			return 1;
		unknown |= one == -1;
		gone |= one == 0 && pid > 0;
	}
	return unknown || !gone ? -1 : 0;
}

/*
 * Whether it is in use, by processes that were seen or by the kernel's word: 0, or -1 with ENOMEM.  What the
 * kernel is asked for again before it goes is not asked for now, if nobody is told now.
 */
static int find_use(const struct job *job, struct state *state, struct choice *choice)
{
	const struct inventory_entry *entry = entry_of(state, choice);
	int told = 0, living;

	if (entry->kind != INVENTORY_SEM || job->dry_run || job->ask || job->orphans || job->around)
		told = entry->kind & INVENTORY_SYSV ? removal_in_use(&state->removal, entry) : -1;
	if (told == -1) {
		if (look_at_processes(state) == -1)
			return -1;
		told = users_in_use(&state->users, &state->inventory, choice->entry);
		/* A file is asked for again before it goes. */
		if (entry->kind & INVENTORY_POSIX && (told == -1 || (told == 0 && job->dry_run))) {
			int leased = removal_in_use(&state->removal, entry);

			told = leased == -1 ? told : leased;
		}
	}
	if (told != 1 && entry->kind & (INVENTORY_MSG | INVENTORY_SEM)) {
		living = has_living_user(state, entry);
		choice->living = living == 1;
		if (living == 1 || told == 0)
			told = living;
	}
	choice->use = told;
	return 0;
}

/* Whether nobody is left to use it; who has it open decides of a file, and that `use` says. */
static int is_orphan(const struct state *state, const struct choice *choice)
{
	char reason[USERS_REASON];

	if (entry_of(state, choice)->kind & INVENTORY_POSIX)
		return choice->use == 0;
	return users_is_orphan(&state->users, &state->inventory, choice->entry, reason) == USERS_ORPHAN;
}

/* Drops what is no orphan where only those are wanted: 0, or -1 with ENOMEM. */
static int find_uses(const struct job *job, struct state *state)
{
	size_t i, kept = 0;

	if (job->orphans && look_at_processes(state) == -1)
		return -1;
	for (i = 0; i < state->count && (!job->force || job->orphans); i++) {
		struct choice *choice = &state->choices[i];

		if (find_use(job, state, choice) == -1)
			return -1;
		if (!job->orphans || is_orphan(state, choice)) {
			state->choices[kept++] = *choice;
			continue;
		}
		state->passed++;
		if (job->verbose)
			tell(state, choice, "no orphan, as far as can be known; it stays");
	}
	if (!job->force || job->orphans)
		state->count = kept;
	return 0;
}

/* --- telling --- */

/* What is in use stays; that is an error only of what was named. */
static void tell_used(const struct job *job, struct state *state, const struct choice *choice)
{
	char who[WHO_ROOM], text[WHO_ROOM + 160];

	if (choice->use == 1)
		state->used++;
	else
		state->unknown++;
	if (!job->verbose && !job->around && choice->operand == NULL)
		return;
	/* Without the memory for it, nobody is named. */
	look_at_processes(state);
	name_users(state, choice->entry, who);
	if (choice->living)
		snprintf(text, sizeof(text), "a living process made it or used it last; it stays (--force would remove it)");
	else if (choice->use == 1)
		snprintf(text, sizeof(text), "in use%s%s; it stays (--force would remove it)", who[0] ? " by " : "", who);
	else
		snprintf(text, sizeof(text), "perhaps in use, not all processes may be looked at; it stays (--force would remove it)");
	tell(state, choice, text);
	if (choice->operand != NULL)
		add_status(state, CLI_FAILED);
}

/* A name as ipcls(1) shows it, or as it is; the end. */
static char *put_name(const struct job *job, const struct inventory_entry *entry, char *out)
{
	char room[INVENTORY_NAME_ROOM];
	const char *name = inventory_name(entry, room);

	if (job->null)
		return stpcpy(out, name) + 1;
	out = escape_put(out, name);
	*out++ = '\n';
	return out;
}

/* Writes the names that are due.  One at first, since an output that takes nothing is mostly such from the start. */
static void tell_names(const struct job *job, struct state *state)
{
	static char lines[UNTOLD_MOST * (4 * (NAME_MAX + 2) + 2)];
	char name[INVENTORY_NAME_ROOM], *end = lines;
	size_t i;

	for (i = 0; i < state->untold_count; i++)
		end = put_name(job, &state->inventory.entries[state->untold[i]], end);
	if (io_write_all(1, lines, (size_t)(end - lines)) == 0) {
		state->untold_most = state->untold_most < UNTOLD_MOST / 2 ? 2 * state->untold_most : UNTOLD_MOST;
	} else {
		state->ended = 1;
		add_status(state, CLI_FAILED);
		cli_warn("standard output", job->dry_run ? "%s" : "%s; nothing more is removed", strerror(errno));
		for (i = 0; i < state->untold_count && !job->dry_run; i++)
			cli_warn(inventory_name(&state->inventory.entries[state->untold[i]], name), "removed");
	}
	state->untold_count = 0;
}

static void tell_removed(const struct job *job, struct state *state, const struct choice *choice)
{
	state->removed++;
	add_status(state, CLI_DONE);
	if (job->around) {
		tell(state, choice, job->dry_run ? "left behind" : "left behind, removed");
		return;
	}
	if (job->verbose)
		tell(state, choice, job->dry_run ? "would be removed" : "removed");
	state->untold[state->untold_count++] = choice->entry;
	if (state->untold_count >= state->untold_most)
		tell_names(job, state);
}

static void tell_failed(const struct job *job, struct state *state, const struct choice *choice, int err)
{
	char name[INVENTORY_NAME_ROOM];
	const char *word = choice->operand ? choice->operand : inventory_name(entry_of(state, choice), name);

	/* What was to go is gone; a name that was given is missing as if it had been so from the start. */
	if (err == ENOENT && (choice->operand == NULL || job->missing_ok)) {
		state->gone++;
		add_status(state, CLI_DONE);
		if (job->verbose)
			cli_warn(word, "gone already");
		return;
	}
	state->failed++;
	if (err == ESTALE)
		cli_warn(word, "changed since it was listed, or another one by now; it stays");
	else
		cli_warn(word, "%s", cli_text(err));
	add_status(state, err == ESTALE ? cli_own_status(CLI_FAILED) : cli_status_of(err));
}

/* --- asking --- */

static int open_terminal(struct state *state)
{
	state->terminal = fopen("/dev/tty", "r+e");
	if (state->terminal != NULL)
		return 0;
	cli_warn("/dev/tty", "%s; -i asks on the terminal", strerror(errno));
	return -1;
}

/* Reads again after an EINTR that is of no signal of ours. */
static char *read_line(char *line, int room, FILE *stream)
{
	char *result;

	while ((result = fgets(line, room, stream)) == NULL && ferror(stream) && errno == EINTR && interrupt_pending() == 0)
		clearerr(stream);
	return result;
}

/* 1: yes; 0: no; -1: end of input, or a signal: no more is asked. */
static int ask(struct state *state, const struct choice *choice)
{
	const struct inventory_entry *entry = entry_of(state, choice);
	char name[INVENTORY_NAME_ROOM], shown[4 * (NAME_MAX + 2)], room[80], when[40], answer[64];
	char first;

	*escape_put(shown, inventory_name(entry, name)) = '\0';
	/* The stream is only read: one that is written in between would have to be repositioned. */
	dprintf(fileno(state->terminal), "remove %s (%s, last touched %s)? ", shown, describe(entry, room, sizeof(room)),
	        timestamp_local(when, inventory_touched(entry)));
	if (read_line(answer, sizeof(answer), state->terminal) == NULL) {
		if (ferror(state->terminal) && interrupt_pending() == 0)
			add_status(state, cli_fail("/dev/tty", errno));
		dprintf(fileno(state->terminal), "\n");
		return -1;
	}
	first = answer[0];
	while (strchr(answer, '\n') == NULL && read_line(answer, sizeof(answer), state->terminal) != NULL)
		continue;
	return first == 'y' || first == 'Y';
}

/*
 * All questions come first.  An answer takes its time, in which processes come and go, so they are looked at
 * again behind the last one.  0, or -1 with ENOMEM.
 */
static int ask_all(const struct job *job, struct state *state)
{
	size_t i, kept = 0;
	int answer = 0;

	for (i = 0; i < state->count; i++) {
		if ((job->force || state->choices[i].use == 0) && answer != -1 && interrupt_pending() == 0)
			answer = ask(state, &state->choices[i]);
		else if (job->force || state->choices[i].use == 0)
			answer = -1;
		else {
			state->choices[kept++] = state->choices[i];
			continue;
		}
		if (answer == 1)
			state->choices[kept++] = state->choices[i];
		else
			state->declined++;
	}
	state->count = kept;
	users_free(&state->users);
	state->looked = 0;
	return find_uses(job, state);
}

/* --- removing --- */

/* Whether the kernel lets us remove it; of another's capabilities nothing is known here. */
static int is_permitted(const struct inventory_entry *entry)
{
	uid_t user = geteuid();

	return user == 0 || entry->uid == user || (entry->kind & INVENTORY_SYSV && entry->cuid == user);
}

static void remove_one(const struct job *job, struct state *state, struct choice *choice)
{
	const struct inventory_entry *entry = entry_of(state, choice);

	if (job->dry_run && !is_permitted(entry)) {
		tell_failed(job, state, choice, EPERM);
		return;
	}
	if (choice->use != 0 && !job->force) {
		tell_used(job, state, choice);
	} else if (job->dry_run || removal_remove(&state->removal, entry, job->force) == 0) {
		tell_removed(job, state, choice);
	} else if (errno == EBUSY && !job->force) {
		choice->use = 1;
		tell_used(job, state, choice);
	} else {
		tell_failed(job, state, choice, errno);
	}
}

static void tell_counts(const struct job *job, const struct state *state)
{
	if (job->verbose)
		cli_warn(NULL, "%zu %s, %zu in use, %zu perhaps in use, %zu passed by, %zu gone already, %zu declined, %zu failed",
		         state->removed, job->dry_run ? "to remove" : "removed", state->used, state->unknown, state->passed,
		         state->gone, state->declined, state->failed);
	else if (state->unknown > 0 && job->wanted_count == 0 && !job->around)
		cli_warn(NULL, "%zu stay%s: perhaps in use, not all processes may be looked at (%s--force would remove %s)",
		         state->unknown, state->unknown == 1 ? "s" : "", geteuid() != 0 && state->users.proc_err == 0 ? "root may; " : "",
		         state->unknown == 1 ? "it" : "them");
	if ((state->unknown > 0 || job->orphans) && state->users.proc_err != 0)
		cli_warn("/proc", "%s; users are not known", cli_proc_text(state->users.proc_err));
}

static void remove_all(const struct job *job, struct state *state)
{
	size_t i;

	for (i = 0; i < state->count && !state->ended && (job->around || interrupt_pending() == 0); i++)
		remove_one(job, state, &state->choices[i]);
	if (state->untold_count > 0)
		tell_names(job, state);
	tell_counts(job, state);
}

static int fail_memory(void)
{
	return cli_own_status(cli_fail(NULL, ENOMEM));
}

static int clean_up(const struct job *job, struct state *state)
{
	if (job->ask && open_terminal(state) == -1)
		return CLI_FAILED;
	if (inventory_list(&state->inventory, job->kinds, job->ask || job->verbose ? INVENTORY_CONTENT : 0) == -1)
		return fail_memory();
	tell_problems(job, state);
	if ((job->wanted_count > 0 ? choose_wanted(job, state) : choose_all(job, state)) == -1 ||
	    find_uses(job, state) == -1 || (job->ask && ask_all(job, state) == -1))
		return fail_memory();
	remove_all(job, state);
	return state->status;
}

/* --- around a command --- */

/* What a living process made or was the last to use is not left over. */
static int choose_new(const struct job *job, struct state *state, const struct snapshot *snapshot)
{
	char reason[USERS_REASON];
	size_t i, kept = 0;

	if (choose_all(job, state) == -1)
		return -1;
	for (i = 0; i < state->count; i++)
		if (snapshot_is(snapshot, entry_of(state, &state->choices[i])))
			state->choices[kept++] = state->choices[i];
	state->count = kept;
	if (state->count == 0)
		return 0;
	if (find_uses(job, state) == -1 || look_at_processes(state) == -1)
		return -1;
	for (i = 0; i < state->count; i++)
		if (entry_of(state, &state->choices[i])->kind & INVENTORY_SYSV && state->choices[i].use != 1 &&
		    users_is_orphan(&state->users, &state->inventory, state->choices[i].entry, reason) == USERS_NO_ORPHAN)
			state->choices[i].use = state->choices[i].living = 1;
	return 0;
}

/* The kinds of which not all could be listed.  A file can become a semaphore, so those are one. */
static unsigned unknown_kinds(const struct inventory *inventory)
{
	unsigned kinds = 0;
	size_t i;

	for (i = 0; i < inventory->problem_count; i++)
		if (!inventory->problems[i].minor)
			kinds |= inventory->problems[i].kind & FILES ? FILES : inventory->problems[i].kind;
	return kinds;
}

/* What was not listed before the command, which was told then, would look new now. */
static int clean_after(const struct job *job, struct state *state, const struct snapshot *snapshot, unsigned unknown)
{
	struct job known = *job;

	known.kinds &= ~unknown;
	if (inventory_list(&state->inventory, known.kinds, 0) == -1 || choose_new(&known, state, snapshot) == -1)
		return fail_memory();
	tell_problems(&known, state);
	if (unknown_kinds(&state->inventory) != 0)
		add_status(state, CLI_FAILED);
	remove_all(&known, state);
	return cli_own_status(state->status);
}

/* The command's status; a failure of ours shows only where the command had none. */
static int run_around(const struct job *job, struct state *state, char **words)
{
	struct state before = {.count = 0};
	struct snapshot snapshot = {.count = 0};
	int status, cleaned, wait_status;
	sigset_t mask;
	const struct command command = {.argv = words, .mask = &mask};
	pid_t pid;

	/* A file can become a semaphore, so those are looked at together. */
	if (inventory_list(&before.inventory, job->kinds | (job->kinds & FILES ? FILES : 0), 0) == -1 ||
	    snapshot_begin(&snapshot, &before.inventory) == -1) {
		inventory_free(&before.inventory);
		return fail_memory();
	}
	tell_problems(job, &before);
	status = before.status;
	if (status == CLI_DONE) {
		supervise_begin(&mask);
		/* Whoever ends us before there is a command means us alone. */
		if (interrupt_pending() != 0) {
			sigprocmask(SIG_SETMASK, &mask, NULL);
			interrupt_die_if_pending();
		}
		pid = command_start_with(&command);
		if (pid == -1) {
			status = command_status_of(errno);
			cli_warn(words[0], "%s", command_text(words[0], errno));
		} else {
			wait_status = supervise_wait(pid);
			status = wait_status == -1 ? cli_own_status(cli_fail(words[0], errno)) : command_status(wait_status);
			cleaned = clean_after(job, state, &snapshot, unknown_kinds(&before.inventory));
			status = status == 0 ? cleaned : status;
		}
	}
	snapshot_end(&snapshot);
	inventory_free(&before.inventory);
	return status;
}

/* --- the command line --- */

/* What stands before the first special character must fit a name, or the pattern matches nothing. */
static void check_glob(const char *glob)
{
	static const char *const starts[] = {"/", "key:0x", "id:"};
	size_t literal = strcspn(glob, "*?[\\"), i;

	for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		size_t length = strlen(starts[i]);

		if (strncmp(glob, starts[i], literal < length ? literal : length) == 0 && (literal >= length || glob[literal] != '\0'))
			return;
	}
	if (*glob == '\0')
		cli_usage_exit("--name: which names?");
	glob = cli_shown_word(glob, strlen(glob));
	cli_usage_exit("--name: %s: names begin with / or key:0x or id: (do you mean '/%s'?)", glob, glob);
}

static void parse_options(struct job *job, struct cli_line *line, int argc, char **argv)
{
	int option;

	while ((option = cli_option(line, argc, argv, "0fhint:u:vV", long_options, job->around ? 0 : CLI_NO_COMMAND)) != -1) {
		switch (option) {
		case '0': job->null = 1; break;
		case 'f': job->missing_ok = 1; break;
		case 'h': cli_help_exit();
		case 'i': job->ask = 1; break;
		case 'n': job->dry_run = 1; break;
		case 't': job->asked_kinds = cli_kinds_or_exit(optarg, INVENTORY_LISTED); break;
		case 'u':
			job->user = cli_user_or_exit(optarg);
			job->has_user = 1;
			break;
		case 'v': job->verbose = 1; break;
		case 'V': cli_version_exit();
		case OPTION_ALL: job->all = 1; break;
		case OPTION_AROUND:
			job->around = 1;
			cli_runs_command();
			break;
		case OPTION_FORCE: job->force = 1; break;
		case OPTION_NAME:
			job->glob = optarg;
			check_glob(optarg);
			break;
		case OPTION_OLDER: job->older = cli_duration_or_exit("--older", optarg); break;
		case OPTION_ORPHANS: job->orphans = 1; break;
		}
	}
}

static void check_options(const struct job *job, const struct cli_line *line)
{
	int operands = line->count;

	if (job->ask && job->dry_run)
		cli_usage_exit("-n removes nothing for which -i could ask");
	if (job->around && (job->all || job->ask || job->has_user || job->missing_ok || job->null || job->orphans ||
	                    job->older != -1))
		cli_usage_exit("--around goes with none of -0, -f, -i, -u, --all, --older, --orphans");
	if (!job->around && operands == 0 && !job->all && job->asked_kinds == 0 && !job->has_user && job->glob == NULL &&
	    job->older == -1 && !job->orphans)
		cli_usage_exit("what to remove? (--all: all that is yours and not in use)");
	if (job->all && operands > 0)
		cli_usage_exit("--all and objects that are named");
	if (job->around && operands > 0)
		cli_usage_exit("%s: --around takes no objects, and stands before its command", line->operands[0]);
	if (job->around && (line->command == NULL || line->command[0] == NULL))
		cli_usage_exit("the command of --around is missing");
}

/* All names are right before the first one is used. */
static unsigned parse_objects(struct job *job, int count, char **words)
{
	unsigned kinds = 0;
	int i;

	job->wanted = calloc((size_t)count + 1, sizeof(*job->wanted));
	if (job->wanted == NULL)
		exit(fail_memory());
	for (i = 0; i < count; i++) {
		struct wanted *wanted = &job->wanted[job->wanted_count++];

		cli_object_or_exit(&wanted->object, words[i], OBJECTS);
		kinds |= wanted->object.kind == OBJECT_NAME ? INVENTORY_POSIX : INVENTORY_SYSV;
	}
	for (i = 0; i < count; i++) {
		struct wanted *wanted = &job->wanted[i];

		if (wanted->object.kind & (OBJECT_KEY | OBJECT_FTOK) && object_key(&wanted->object, &wanted->key) == -1)
			wanted->err = errno;
	}
	return kinds;
}

int main(int argc, char **argv)
{
	static struct job job = {.older = -1};
	static struct cli_line line;
	static struct state state = {.untold_most = 1};
	unsigned kinds = INVENTORY_LISTED;
	int status;

	cli_start(argv, usage, help);
	parse_options(&job, &line, argc, argv);
	check_options(&job, &line);
	if (line.count > 0)
		kinds = parse_objects(&job, line.count, line.operands);
	job.kinds = job.asked_kinds ? job.asked_kinds : kinds;
	if (!job.has_user)
		job.user = geteuid();
	if (!proc_has_user(job.user)) {
		cli_warn(NULL, "user %u stands for all that have no number in this user namespace; whose objects these are is not known",
		         (unsigned)job.user);
		return cli_own_status(CLI_FAILED);
	}
	if (!job.around && cli_was_closed(1))
		return cli_fail("standard output", EBADF);

	cli_disarm(SIGPIPE);
	interrupt_catch();
	status = job.around ? run_around(&job, &state, line.command) : clean_up(&job, &state);
	if (state.terminal != NULL)
		fclose(state.terminal);
	removal_close(&state.removal);
	users_free(&state.users);
	inventory_free(&state.inventory);
	free(state.choices);
	free(job.wanted);
	if (job.around)
		return status;
	interrupt_die_if_pending();
	return cli_finish(status);
}
