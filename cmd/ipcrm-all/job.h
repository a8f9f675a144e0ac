/* SPDX-License-Identifier: ISC */
/* The structures that the files of ipcrm-all share. */
#ifndef JOB_H
#define JOB_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "inventory/inventory.h"
#include "inventory/operands.h"
#include "inventory/users.h"
#include "removal.h"

#define UNREPORTED_MOST 16 /* objects that are removed and not yet printed */

/* The command line; constant once it has been parsed and checked. */
struct options {
	unsigned asked_kinds; /* of -t, or 0 */
	int all, ask, around, dry_run, force, missing_ok, null, orphans, verbose;
	int has_user;
	uid_t user;       /* whose objects: the caller's, or of -u */
	int64_t older;    /* nanoseconds, or -1 */
	const char *glob; /* of --name, or NULL */
};

/* An object that is to be removed. */
struct choice {
	size_t entry;        /* in the inventory */
	const char *operand; /* the word that names it, or NULL */
	int use;             /* 1: in use; 0: not in use; -1: that cannot be known */
	int shares_name;     /* with another choice, of another kind */
	int living;          /* no process has it open, but a living one made it or used it last */
};

/* The last answer about a process that objects remember. */
struct fate {
	pid_t pid;    /* -1: none */
	int64_t when; /* seconds since 1970 when an object was used by it */
	int lives;    /* 1, 0, or -1: cannot be known */
};

/* The objects that exist, and what becomes of them. */
struct state {
	const struct options *options;
	struct operands *operands;
	unsigned kinds; /* to list */
	struct inventory inventory;
	struct users users;
	int looked; /* `users` is filled */
	struct fate fate;
	struct removal removal;
	struct choice *choices;
	size_t count, room;
	FILE *terminal; /* of -i, or NULL */
	const struct choice *unreported[UNREPORTED_MOST];
	size_t unreported_count, unreported_most;
	size_t removed, used, unknown, passed, gone, declined, failed;
	size_t unsure; /* objects that --orphans leaves out because it is unknown whether they are orphans */
	int status, has_status;
	int ended; /* standard output takes no more names, so no more is removed */
};

static inline const struct inventory_entry *entry_of(const struct state *state, const struct choice *choice)
{
	return &state->inventory.entries[choice->entry];
}

#endif
