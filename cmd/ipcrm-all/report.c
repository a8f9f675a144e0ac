/* SPDX-License-Identifier: ISC */
#include "report.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/io.h"
#include "cli/cli.h"
#include "cli/cli_inventory.h"
#include "use.h"

#define USERS_ROOM 256 /* for the processes that use an object */

void report_status(struct state *state, int status)
{
	state->status = state->has_status ? cli_merge_status(state->status, status) : status;
	state->has_status = 1;
}

int report_no_memory(void)
{
	return cli_own_status(cli_fail(NULL, ENOMEM));
}

/* Whether a file in /dev/shm that is no object belongs to the user, who may have meant it. */
static int is_own_file(const struct options *options, const struct inventory_problem *problem)
{
	char path[NAME_MAX + 16];
	struct stat st;

	snprintf(path, sizeof(path), "/dev/shm%s", problem->what);
	return lstat(path, &st) == 0 && st.st_uid == options->user;
}

void report_problems(struct state *state)
{
	const struct options *options = state->options;
	/* operands_add_queues() finds a POSIX queue that is named without a list. */
	unsigned kinds = cli_report_problems(&state->inventory, state->operands->count > 0 ? INVENTORY_PMSG : 0, "; it stays");
	size_t i;

	if (kinds & options->asked_kinds)
		report_status(state, cli_own_status(CLI_FAILED));
	if (state->operands->count > 0 || options->around || options->orphans || options->older != -1)
		return;
	for (i = 0; i < state->inventory.problem_count; i++) {
		const struct inventory_problem *problem = &state->inventory.problems[i];

		if (problem->minor && is_own_file(options, problem) &&
		    (options->glob == NULL || fnmatch(options->glob, problem->what, 0) == 0))
			cli_warn(problem->what, "%s; it stays", cli_text(problem->err));
	}
}

const char *report_description(const struct inventory_entry *entry, char *room)
{
	int length = snprintf(room, REPORT_ROOM, "%s", inventory_kind_word(entry->kind));
	char *end = room + length;
	size_t left = REPORT_ROOM - (size_t)length;

	if (entry->kind & (INVENTORY_SHM | INVENTORY_PSHM))
		snprintf(end, left, ", %lld byte%s", (long long)entry->size, entry->size == 1 ? "" : "s");
	else if (entry->kind & (INVENTORY_MSG | INVENTORY_PMSG) && entry->count >= 0)
		snprintf(end, left, ", %lld message%s", (long long)entry->count, entry->count == 1 ? "" : "s");
	else if (entry->kind == INVENTORY_SEM)
		snprintf(end, left, ", %lld semaphore%s", (long long)entry->count, entry->count == 1 ? "" : "s");
	return room;
}

void report_choice(const struct state *state, const struct choice *choice, const char *text)
{
	char name[INVENTORY_NAME_ROOM], room[REPORT_ROOM];
	const struct inventory_entry *entry = entry_of(state, choice);

	cli_warn(choice->operand ? choice->operand : inventory_name(entry, name), "%s: %s", report_description(entry, room), text);
}

/* Writes "12/sleep, 13/cat and 4 more", or an empty text if no user is known. */
static void name_users(const struct state *state, size_t entry, char *text)
{
	size_t count, i;
	const struct user *user = users_of(&state->users, entry, &count);
	char *end = text;

	*text = '\0';
	for (i = 0; i < count && i < 3; i++) {
		const struct user_process *process = &state->users.processes[user[i].process];

		end += sprintf(end, "%s%d/", i == 0 ? "" : ", ", (int)process->pid);
		end = escape_put(end, process->command);
		*end = '\0';
	}
	if (count > i)
		sprintf(end, " and %zu more", count - i);
}

void report_used(struct state *state, const struct choice *choice)
{
	const struct options *options = state->options;
	char users[USERS_ROOM], text[USERS_ROOM + 160];

	if (choice->use == 1)
		state->used++;
	else
		state->unknown++;
	if (!options->verbose && !options->around && choice->operand == NULL)
		return;
	/* If memory is short, no user is named. */
	use_look_at_processes(state);
	name_users(state, choice->entry, users);
	if (choice->living)
		snprintf(text, sizeof(text), "a living process made it or used it last; it stays (--force would remove it)");
	else if (choice->use == 1)
		snprintf(text, sizeof(text), "in use%s%s; it stays (--force would remove it)", users[0] ? " by " : "", users);
	else
		snprintf(text, sizeof(text), "perhaps in use, %s; it stays (--force would remove it)",
		         use_unknown_reason(state, entry_of(state, choice)));
	report_choice(state, choice, text);
	/* Only an object that was named had to go. */
	if (choice->operand != NULL)
		report_status(state, CLI_FAILED);
}

void report_no_orphan(struct state *state, const struct choice *choice, enum users_orphan verdict, const char *reason)
{
	char users[USERS_ROOM], text[USERS_ROOM + 160];

	if (verdict == USERS_ORPHAN_UNKNOWN)
		state->unsure++;
	else
		state->passed++;
	if (!state->options->verbose)
		return;
	name_users(state, choice->entry, users);
	if (verdict == USERS_ORPHAN_UNKNOWN)
		snprintf(text, sizeof(text), "perhaps in use, %s; it stays", reason);
	else if (users[0] != '\0' || (choice->use == 1 && !choice->living))
		snprintf(text, sizeof(text), "no orphan, in use%s%s; it stays", users[0] ? " by " : "", users);
	else
		snprintf(text, sizeof(text), "no orphan, a living process made it or used it last; it stays");
	report_choice(state, choice, text);
}

/* Writes a name as ipcls(1) shows it, with its kind if it is ambiguous, or with -0 as it is.  Returns the end. */
static char *put_name(const struct state *state, const struct choice *choice, char *out)
{
	const struct inventory_entry *entry = entry_of(state, choice);
	char room[INVENTORY_NAME_ROOM];
	const char *name = inventory_name(entry, room);

	if (state->options->null)
		return stpcpy(out, name) + 1;
	out = escape_put(out, name);
	if (choice->shares_name)
		out = stpcpy(stpcpy(out, "\t"), inventory_kind_word(entry->kind));
	*out++ = '\n';
	return out;
}

/* Prints the names that are due: one at first, since an output that fails mostly fails from the start, then more. */
static void print_names(struct state *state)
{
	static char lines[UNREPORTED_MOST * (4 * (NAME_MAX + 2) + 16)];
	char name[INVENTORY_NAME_ROOM], *end = lines;
	int dry_run = state->options->dry_run;
	size_t i;

	for (i = 0; i < state->unreported_count; i++)
		end = put_name(state, state->unreported[i], end);
	if (io_write_all(1, lines, (size_t)(end - lines)) == 0) {
		state->unreported_most = state->unreported_most < UNREPORTED_MOST / 2 ? 2 * state->unreported_most : UNREPORTED_MOST;
	} else {
		state->ended = 1;
		report_status(state, CLI_FAILED);
		cli_warn("standard output", dry_run ? "%s" : "%s; nothing more is removed", strerror(errno));
		for (i = 0; i < state->unreported_count && !dry_run; i++)
			cli_warn(inventory_name(entry_of(state, state->unreported[i]), name), "removed");
	}
	state->unreported_count = 0;
}

void report_removed(struct state *state, const struct choice *choice)
{
	const struct options *options = state->options;

	state->removed++;
	report_status(state, CLI_DONE);
	if (options->around) {
		report_choice(state, choice, options->dry_run ? "left behind" : "left behind, removed");
		return;
	}
	if (options->verbose)
		report_choice(state, choice, options->dry_run ? "would be removed" : "removed");
	state->unreported[state->unreported_count++] = choice;
	if (state->unreported_count >= state->unreported_most)
		print_names(state);
}

void report_failed(struct state *state, const struct choice *choice, int err)
{
	char name[INVENTORY_NAME_ROOM];
	const char *word = choice->operand ? choice->operand : inventory_name(entry_of(state, choice), name);

	/* An object that was to go is gone; but a name that was given is missing as if it had been so from the start. */
	if (err == ENOENT && (choice->operand == NULL || state->options->missing_ok)) {
		state->gone++;
		report_status(state, CLI_DONE);
		if (state->options->verbose)
			cli_warn(word, "gone already");
		return;
	}
	state->failed++;
	if (err == ESTALE)
		cli_warn(word, "changed since it was listed, or another one by now; it stays");
	else
		cli_warn(word, "%s", cli_text(err));
	report_status(state, err == ESTALE ? cli_own_status(CLI_FAILED) : cli_status_of(err));
}

static void report_counts(const struct state *state)
{
	const struct options *options = state->options;

	if (options->verbose)
		cli_warn(NULL, "%zu %s, %zu in use, %zu perhaps in use, %zu passed by, %zu gone already, %zu declined, %zu failed",
		         state->removed, options->dry_run ? "to remove" : "removed", state->used, state->unknown + state->unsure, state->passed,
		         state->gone, state->declined, state->failed);
	else if (state->unknown > 0 && state->operands->count == 0 && !options->around)
		cli_warn(NULL, "%zu stay%s: perhaps in use, not all processes may be looked at (%s--force would remove %s)",
		         state->unknown, state->unknown == 1 ? "s" : "", geteuid() != 0 && state->users.proc_err == 0 ? "root may; " : "",
		         state->unknown == 1 ? "it" : "them");
	if ((state->unknown > 0 || options->orphans) && state->users.proc_err != 0)
		cli_warn("/proc", "%s; users are not known", cli_proc_text(state->users.proc_err));
}

void report_end(struct state *state)
{
	if (state->unreported_count > 0)
		print_names(state);
	report_counts(state);
}
