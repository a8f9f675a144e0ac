/* SPDX-License-Identifier: ISC */
#include "around.h"

#include <errno.h>
#include <signal.h>

#include "base/command.h"
#include "base/interrupt.h"
#include "base/supervise.h"
#include "cli/cli.h"
#include "choose.h"
#include "remove.h"
#include "report.h"
#include "snapshot.h"
#include "use.h"

/* A file can become a semaphore, so segments and semaphores are looked at together. */
#define FILES (INVENTORY_PSHM | INVENTORY_PSEM)

/* Chooses the new objects.  One that a living process made or used last is not left behind.  0, or -1 with ENOMEM. */
static int choose_new(struct state *state, const struct snapshot *snapshot)
{
	char reason[USERS_REASON];
	size_t i, kept = 0;

	if (choose_all(state) == -1)
		return -1;
	for (i = 0; i < state->count; i++)
		if (snapshot_is(snapshot, entry_of(state, &state->choices[i])))
			state->choices[kept++] = state->choices[i];
	state->count = kept;
	if (state->count == 0)
		return 0;
	if (use_find(state) == -1 || use_look_at_processes(state) == -1)
		return -1;
	for (i = 0; i < state->count; i++)
		if (entry_of(state, &state->choices[i])->kind & INVENTORY_SYSV && state->choices[i].use != 1 &&
		    users_is_orphan(&state->users, &state->inventory, state->choices[i].entry, reason) == USERS_NO_ORPHAN)
			state->choices[i].use = state->choices[i].living = 1;
	return 0;
}

/* Returns the kinds of which not all objects could be listed. */
static unsigned unknown_kinds(const struct inventory *inventory)
{
	unsigned kinds = 0;
	size_t i;

	for (i = 0; i < inventory->problem_count; i++)
		if (!inventory->problems[i].minor)
			kinds |= inventory->problems[i].kind & FILES ? FILES : inventory->problems[i].kind;
	return kinds;
}

/* Removes what is new.  Kinds that could not be listed before the command, which was reported then, would all look new. */
static int clean_after(struct state *state, const struct snapshot *snapshot, unsigned unknown)
{
	state->kinds &= ~unknown;
	if (inventory_list(&state->inventory, state->kinds, 0) == -1 || choose_new(state, snapshot) == -1)
		return report_no_memory();
	report_problems(state);
	if (unknown_kinds(&state->inventory) != 0)
		report_status(state, CLI_FAILED);
	remove_all(state);
	return cli_own_status(state->status);
}

static int run_command(struct state *state, const struct snapshot *snapshot, unsigned unknown, char **words)
{
	int status, cleaned, wait_status;
	sigset_t mask;
	const struct command command = {.argv = words, .mask = &mask};
	pid_t pid;

	supervise_begin(&mask);
	/* A signal that comes before the command exists is meant for the tool alone. */
	if (interrupt_pending() != 0) {
		sigprocmask(SIG_SETMASK, &mask, NULL);
		interrupt_die_if_pending();
	}
	pid = command_start_with(&command);
	if (pid == -1) {
		status = command_status_of(errno);
		cli_warn(words[0], "%s", command_text(words[0], errno));
		return status;
	}
	wait_status = supervise_wait(pid);
	status = wait_status == -1 ? cli_own_status(cli_fail(words[0], errno)) : command_status(wait_status);
	cleaned = clean_after(state, snapshot, unknown);
	return status == 0 ? cleaned : status;
}

int around_run(struct state *state, char **words)
{
	struct state before = {.options = state->options, .operands = state->operands};
	struct snapshot snapshot = {.count = 0};
	int status;

	if (inventory_list(&before.inventory, state->kinds | (state->kinds & FILES ? FILES : 0), 0) == -1 ||
	    snapshot_begin(&snapshot, &before.inventory) == -1) {
		inventory_free(&before.inventory);
		return report_no_memory();
	}
	report_problems(&before);
	status = before.status;
	if (status == CLI_DONE)
		status = run_command(state, &snapshot, unknown_kinds(&before.inventory), words);
	snapshot_end(&snapshot);
	inventory_free(&before.inventory);
	return status;
}
