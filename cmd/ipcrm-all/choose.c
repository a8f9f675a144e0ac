/* SPDX-License-Identifier: ISC */
#include "choose.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "cli/cli.h"
#include "cli/cli_inventory.h"
#include "report.h"

/* Times are in whole seconds: the object was touched before the end of that second. */
static int is_older(const struct inventory_entry *entry, int64_t age)
{
	int64_t since = (int64_t)time(NULL) - inventory_touched(entry) - 1;

	return age == 0 || (since >= 0 && since >= age / 1000000000 + (age % 1000000000 != 0));
}

static int has_matching_name(const struct options *options, const struct inventory_entry *entry)
{
	char room[INVENTORY_NAME_ROOM];

	return options->glob == NULL || fnmatch(options->glob, inventory_name(entry, room), 0) == 0;
}

/* Chooses an entry if it is old enough: 0, or -1 with ENOMEM. */
static int choose(struct state *state, size_t entry, const char *operand)
{
	const struct choice choice = {.entry = entry, .operand = operand};
	struct choice *choices;

	if (state->options->older != -1 && !is_older(&state->inventory.entries[entry], state->options->older)) {
		state->passed++;
		if (state->options->verbose)
			report_choice(state, &choice, "touched since then; it stays");
		return 0;
	}
	choices = array_grow(state->choices, &state->room, state->count + 1, sizeof(*choices));
	if (choices == NULL)
		return -1;
	state->choices = choices;
	state->choices[state->count++] = choice;
	return 0;
}

/* Whether the last process that detaches a segment removes it anyway. */
static int is_marked_for_removal(const struct inventory_entry *entry)
{
	return (entry->flags & INVENTORY_REMOVED) != 0;
}

/* Whether it is one of the user's, of these kinds, that stays unless it is removed. */
static int is_candidate(const struct state *state, const struct inventory_entry *entry, unsigned kinds)
{
	return entry->kind & kinds && entry->uid == state->options->user && !is_marked_for_removal(entry);
}

int choose_all(struct state *state)
{
	size_t i;

	for (i = 0; i < state->inventory.count; i++) {
		const struct inventory_entry *entry = &state->inventory.entries[i];

		if (is_candidate(state, entry, state->kinds) && has_matching_name(state->options, entry) &&
		    choose(state, i, NULL) == -1)
			return -1;
	}
	return 0;
}

/* Writes the words of several kinds to `room`. */
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

/* The objects that an operand names. */
struct named {
	unsigned kinds;  /* of the user's own */
	unsigned others; /* of other users' */
	uid_t owner;     /* one of those users */
	unsigned hidden; /* kinds it may be of, and that could not be listed */
};

static struct named look_up(const struct state *state, const struct operand *operand)
{
	struct named named = {0, 0, 0, 0};
	size_t i;

	if (operand->err != 0)
		return named;
	named.hidden = operands_hidden(operand, &state->inventory, state->kinds);
	for (i = 0; i < state->inventory.count; i++) {
		const struct inventory_entry *entry = &state->inventory.entries[i];

		if (is_marked_for_removal(entry) || !operands_name(operand, entry))
			continue;
		if (entry->uid == state->options->user) {
			named.kinds |= entry->kind;
		} else {
			named.others |= entry->kind;
			named.owner = entry->uid;
		}
	}
	return named;
}

/* Reports an operand that means no object of the user's, or more than one kind: whether it does. */
static int refuse(struct state *state, const struct operand *operand, const struct named *named)
{
	const char *word = operand->object.word;
	int several = (named->kinds & (named->kinds - 1)) != 0, status = CLI_FAILED;
	char room[64], others[64];

	if (named->kinds == 0 && named->others == 0) {
		/* A kind that could not be listed was reported already. */
		if (named->hidden == 0)
			status = operands_error(operand, &state->inventory) == ENOENT && state->options->missing_ok ?
			         CLI_DONE : cli_fail_missing(operand, &state->inventory);
	} else if (named->kinds == 0) {
		cli_warn(word, "belongs to user %u: -u %u would choose it", (unsigned)named->owner, (unsigned)named->owner);
	} else if (named->hidden != 0 && state->options->asked_kinds == 0) {
		cli_warn(word, "a %s, and perhaps also one of what cannot be listed (%s): choose with -t",
		         kind_words(named->kinds, room, " "), kind_words(named->hidden, others, " "));
	} else if (several && state->options->asked_kinds == 0) {
		cli_warn(word, "several objects (%s): choose with -t, -t %s takes all",
		         kind_words(named->kinds, room, " "), kind_words(named->kinds, others, ","));
	} else {
		return 0;
	}
	report_status(state, status);
	return 1;
}

/* Chooses what one operand names; an object that is named twice is chosen once. */
static int choose_operand(struct state *state, const struct operand *operand, unsigned char *chosen)
{
	const struct options *options = state->options;
	struct named named = look_up(state, operand);
	size_t i;

	if (refuse(state, operand, &named))
		return 0;
	for (i = 0; i < state->inventory.count; i++) {
		const struct inventory_entry *entry = &state->inventory.entries[i];

		if (chosen[i] || !is_candidate(state, entry, named.kinds) || !operands_name(operand, entry))
			continue;
		chosen[i] = 1;
		if (has_matching_name(options, entry) && choose(state, i, operand->object.word) == -1)
			return -1;
		if (options->verbose && !has_matching_name(options, entry))
			cli_warn(operand->object.word, "%s: not among what is selected; it stays", inventory_kind_word(entry->kind));
	}
	return 0;
}

int choose_named(struct state *state)
{
	unsigned char *chosen;
	size_t i;
	int result;

	if (state->kinds & INVENTORY_PMSG && operands_add_queues(state->operands, &state->inventory, 0) == -1)
		return -1;
	chosen = calloc(state->inventory.count + 1, 1);
	result = chosen == NULL ? -1 : 0;
	for (i = 0; i < state->operands->count && result == 0; i++)
		result = choose_operand(state, &state->operands->list[i], chosen);
	free(chosen);
	return result;
}

/* Two entries: which of their names comes first; 0 if they have the same one.  The names of the two families differ. */
static int compare_names(const struct inventory_entry *one, const struct inventory_entry *other)
{
	const int sysv = (one->kind & INVENTORY_SYSV) != 0;

	if (sysv != ((other->kind & INVENTORY_SYSV) != 0))
		return sysv ? -1 : 1;
	if (!sysv)
		return strcmp(one->name, other->name);
	if (one->key != other->key)
		return one->key < other->key ? -1 : 1;
	return one->key != 0 ? 0 : (one->id > other->id) - (one->id < other->id);
}

static int compare_choices(const void *a, const void *b, void *state)
{
	return compare_names(entry_of(state, *(const struct choice *const *)a), entry_of(state, *(const struct choice *const *)b));
}

int choose_mark_shared_names(struct state *state)
{
	struct choice **sorted = calloc(state->count + 1, sizeof(*sorted));
	size_t i;

	if (sorted == NULL)
		return -1;
	for (i = 0; i < state->count; i++)
		sorted[i] = &state->choices[i];
	qsort_r(sorted, state->count, sizeof(struct choice *), compare_choices, state);
	for (i = 1; i < state->count; i++)
		if (compare_choices(&sorted[i - 1], &sorted[i], state) == 0)
			sorted[i - 1]->shares_name = sorted[i]->shares_name = 1;
	free(sorted);
	return 0;
}
