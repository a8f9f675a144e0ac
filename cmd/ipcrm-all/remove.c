/* SPDX-License-Identifier: ISC */
#include "remove.h"

#include <errno.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "cli/cli.h"
#include "ask.h"
#include "choose.h"
#include "removal.h"
#include "report.h"
#include "use.h"

/* Whether the kernel lets the caller remove it; capabilities of users other than root are not considered. */
static int is_permitted(const struct inventory_entry *entry)
{
	uid_t user = geteuid();

	return user == 0 || entry->uid == user || (entry->kind & INVENTORY_SYSV && entry->cuid == user);
}

static void remove_one(struct state *state, struct choice *choice)
{
	const struct inventory_entry *entry = entry_of(state, choice);
	const struct options *options = state->options;

	if (options->dry_run && !is_permitted(entry)) {
		report_failed(state, choice, EPERM);
		return;
	}
	if (choice->use != 0 && !options->force) {
		report_used(state, choice);
	} else if (options->dry_run || removal_remove(&state->removal, entry, options->force) == 0) {
		report_removed(state, choice);
	} else if ((errno == EBUSY || errno == EAGAIN) && !options->force) {
		choice->use = errno == EBUSY ? 1 : -1;
		report_used(state, choice);
	} else {
		report_failed(state, choice, errno);
	}
}

void remove_all(struct state *state)
{
	size_t i;

	for (i = 0; i < state->count && !state->ended && (state->options->around || interrupt_pending() == 0); i++)
		remove_one(state, &state->choices[i]);
	report_end(state);
}

int remove_chosen(struct state *state)
{
	const struct options *options = state->options;

	if (options->ask && ask_open(state) == -1)
		return CLI_FAILED;
	if (inventory_list(&state->inventory, state->kinds, options->ask || options->verbose ? INVENTORY_CONTENT : 0) == -1)
		return report_no_memory();
	report_problems(state);
	if ((state->operands->count > 0 ? choose_named(state) : choose_all(state)) == -1 || use_find(state) == -1 ||
	    (options->ask && ask_all(state) == -1) || choose_mark_shared_names(state) == -1)
		return report_no_memory();
	remove_all(state);
	return state->status;
}
