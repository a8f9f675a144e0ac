/* SPDX-License-Identifier: ISC */
#include "ask.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "base/interrupt.h"
#include "base/timestamp.h"
#include "cli/cli.h"
#include "report.h"
#include "use.h"

int ask_open(struct state *state)
{
	state->terminal = fopen("/dev/tty", "r+e");
	if (state->terminal != NULL)
		return 0;
	cli_warn("/dev/tty", "%s; -i asks on the terminal", strerror(errno));
	return -1;
}

/* Reads a line, and again after an EINTR of a signal that does not end the tool. */
static char *read_line(char *line, int room, FILE *stream)
{
	char *result;

	while ((result = fgets(line, room, stream)) == NULL && ferror(stream) && errno == EINTR && interrupt_pending() == 0)
		clearerr(stream);
	return result;
}

/* Returns 1 for yes, 0 for no, -1 for the end of input or a signal, after which nothing more is asked. */
static int ask(struct state *state, const struct choice *choice)
{
	const struct inventory_entry *entry = entry_of(state, choice);
	char name[INVENTORY_NAME_ROOM], shown[4 * (NAME_MAX + 2)], room[REPORT_ROOM], when[TIMESTAMP_ROOM], answer[64];
	char first;

	*escape_put(shown, inventory_name(entry, name)) = '\0';
	/* The stream is only read: one that is written in between would have to be repositioned. */
	dprintf(fileno(state->terminal), "remove %s (%s, last touched %s)? ", shown, report_description(entry, room),
	        timestamp_local(when, inventory_touched(entry)));
	if (read_line(answer, sizeof(answer), state->terminal) == NULL) {
		if (ferror(state->terminal) && interrupt_pending() == 0)
			report_status(state, cli_fail("/dev/tty", errno));
		dprintf(fileno(state->terminal), "\n");
		return -1;
	}
	first = answer[0];
	while (strchr(answer, '\n') == NULL && read_line(answer, sizeof(answer), state->terminal) != NULL)
		continue;
	return first == 'y' || first == 'Y';
}

int ask_all(struct state *state)
{
	size_t i, kept = 0;
	int answer = 0;

	for (i = 0; i < state->count; i++) {
		int would_go = state->options->force || state->choices[i].use == 0;

		if (would_go)
			answer = answer == -1 || interrupt_pending() != 0 ? -1 : ask(state, &state->choices[i]);
		if (!would_go || answer == 1)
			state->choices[kept++] = state->choices[i];
		else
			state->declined++;
	}
	state->count = kept;
	users_free(&state->users);
	state->looked = 0;
	return use_find(state);
}
