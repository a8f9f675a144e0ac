/* SPDX-License-Identifier: ISC */
#include "look.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/cli_inventory.h"

/* The kinds that only a pass over the processes finds. */
#define FOUND_BY_USERS (INVENTORY_FIFO | INVENTORY_MEMFD)

static int needs_users(const struct options *options)
{
	return options->needs & COLUMNS_USERS || options->kinds & FOUND_BY_USERS || options->unnamed;
}

/* The kinds that were listed or that a pass over the processes may find. */
static unsigned kinds_present(const struct options *options, const struct inventory *inventory)
{
	unsigned kinds = options->kinds & FOUND_BY_USERS;
	size_t i;

	for (i = 0; i < inventory->count; i++)
		kinds |= inventory->entries[i].kind;
	return options->unnamed ? kinds | (options->kinds & (INVENTORY_PSHM | INVENTORY_PSEM)) : kinds;
}

/* Adds the FIFOs that operands name, which exist even if no process has them open. */
static int add_fifos(struct look *look, const struct operands *operands)
{
	struct inventory_entry entry;
	size_t i;

	for (i = 0; i < operands->count; i++) {
		const struct operand *operand = &operands->list[i];

		if (operand->object.kind != OBJECT_FILE || operand->err != 0 || !S_ISFIFO(operand->st.st_mode) ||
		    operands_is_repeated(operands, i))
			continue;
		inventory_blank(&entry, INVENTORY_FIFO);
		entry.name = operand->object.path;
		inventory_set_file(&entry, &operand->st);
		if (inventory_add(&look->inventory, &entry) == -1)
			return -1;
	}
	return 0;
}

static int list_objects(struct look *look, const struct options *options, struct operands *operands)
{
	const unsigned before_queues = INVENTORY_SHM | INVENTORY_PSHM | INVENTORY_MSG;
	unsigned kinds = options->kinds & (INVENTORY_LISTED | INVENTORY_UNIX);
	unsigned details = (options->needs & COLUMNS_CONTENT ? INVENTORY_CONTENT : 0) |
	                   (options->needs & COLUMNS_ALLOCATED ? INVENTORY_ALLOCATED : 0) | (options->all ? INVENTORY_PAIRS : 0);

	if (operands->count == 0)
		return inventory_list(&look->inventory, kinds, details);
	if (inventory_list(&look->inventory, kinds & before_queues, details) == -1 ||
	    (kinds & INVENTORY_PMSG && operands_add_queues(operands, &look->inventory, details) == -1) ||
	    (options->kinds & INVENTORY_FIFO && add_fifos(look, operands) == -1))
		return -1;
	return inventory_list(&look->inventory, kinds & ~(before_queues | INVENTORY_PMSG), details);
}

int look_take(struct look *look, const struct options *options, struct operands *operands)
{
	unsigned kinds;

	look->columns.inventory = &look->inventory;
	look->columns.users = &look->users;
	look->columns.numeric = options->namespace != 0;
	if (list_objects(look, options, operands) == -1)
		return -1;
	kinds = kinds_present(options, &look->inventory);
	if (!needs_users(options) || kinds == 0)
		return 0;
	if (users_find(&look->users, &look->inventory, options->kinds, users_needed(kinds) | USERS_WAITS_MAPPED, options->unnamed) == -1)
		return -1;
	return deadlocks_find(&look->deadlocks, &look->users, &look->inventory);
}

void look_free(struct look *look)
{
	int proc = look->users.proc, err = look->users.proc_err;

	look->users.proc = 0;
	users_free(&look->users);
	look->users.proc = proc;
	look->users.proc_err = err;
	inventory_free(&look->inventory);
	deadlocks_free(&look->deadlocks);
	columns_free(&look->columns);
	free(look->rows);
	look->rows = NULL;
	look->row_count = 0;
}

int look_report_problems(const struct options *options, const struct inventory *inventory)
{
	return cli_report_problems(inventory, 0, "") & options->asked_kinds ? CLI_FAILED : CLI_DONE;
}

void look_report_empty(const struct options *options, const struct inventory *inventory)
{
	const char *filter = options->orphans && options->user_count > 0 ? "--orphans and -u" : options->orphans ? "--orphans" : "-u";
	char text[512], *end = text;
	unsigned kind;

	if (inventory->count > 0 && (options->orphans || options->user_count > 0)) {
		cli_warn(NULL, "no objects found: %zu %s listed, and none matches %s", inventory->count,
		         inventory->count == 1 ? "was" : "were", filter);
		return;
	}
	if (options->kinds == INVENTORY_LISTED) {
		cli_warn(NULL, "no objects found: looked for segments, message queues and semaphores "
		               "(-a also lists FIFOs, Unix sockets and memfds)");
		return;
	}
	for (kind = 1; kind <= INVENTORY_ALL; kind <<= 1)
		if (options->kinds & kind)
			end += sprintf(end, "%s%s", end == text ? "" : ", ", inventory_kind_text((enum inventory_kind)kind));
	cli_warn(NULL, "no objects found: looked for %s", text);
}

/* Reports that /proc could not be used; `found` are the objects that only processes know, or NULL. */
static void report_no_processes(const struct users *users, int needed, const char *found)
{
	if (needed)
		cli_warn("/proc", "%s; users are not known", cli_proc_text(users->proc_err));
	if (found != NULL)
		cli_warn("/proc", "%s; %s cannot be listed", cli_proc_text(users->proc_err), found);
}

int look_report_unseen(const struct options *options, const struct operands *operands, const struct users *users)
{
	int fifos = (options->kinds & INVENTORY_FIFO) != 0, memory = options->kinds & INVENTORY_MEMFD || options->unnamed;
	const char *found = fifos && memory ? "FIFOs and memory without a name" : fifos ? "FIFOs" :
	                    memory ? "memory without a name" : NULL;
	int needed = (options->needs & COLUMNS_USERS) != 0;

	if (users->err != 0 && (needed || found != NULL))
		cli_warn("/proc", "%s; %s%s%s may be missing", strerror(users->err), needed ? "users" : "",
		         needed && found != NULL ? ", " : "", found != NULL ? found : "");
	/* Operands are found by their files, or reported as missing. */
	if (operands->count > 0)
		found = NULL;
	/* An ordinary user may not look at other users' processes: that is normal, and marked in the rows. */
	if (users->proc_err != 0)
		report_no_processes(users, needed, found);
	else if (found != NULL && users->err == 0 && (users->hidden > 0 || users->invisible))
		cli_warn(NULL, "not all processes may be looked at; %s of other users may be missing", found);
	return (users->proc_err != 0 || users->err != 0) && options->asked_kinds & FOUND_BY_USERS ? CLI_FAILED : CLI_DONE;
}

int look_report_missing(const struct options *options, const struct operands *operands, const struct inventory *inventory)
{
	int status = CLI_DONE, one;
	size_t i;

	for (i = 0; i < operands->count; i++) {
		const struct operand *operand = &operands->list[i];

		if (operand->found)
			one = CLI_DONE;
		else if (operand->err == 0 && operands_hidden(operand, inventory, options->kinds) != 0)
			one = CLI_FAILED;
		else
			one = cli_fail_missing(operand, inventory);
		status = i == 0 ? one : cli_merge_status(status, one);
	}
	return status;
}
