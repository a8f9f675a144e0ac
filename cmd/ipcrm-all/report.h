/* SPDX-License-Identifier: ISC */
/* Reports: names on standard output, messages on standard error, and the exit status that follows from them. */
#ifndef REPORT_H
#define REPORT_H

#include "job.h"

/* The room for report_description(). */
#define REPORT_ROOM 80

/* Adds the status of one more object.  An object that stays on purpose has none. */
void report_status(struct state *state, int status);

/* Reports a lack of memory, and returns the exit status for that. */
int report_no_memory(void);

/* Reports what could not be listed, and the caller's own files in /dev/shm that are no objects. */
void report_problems(struct state *state);

/* Writes a few words about the object to `room`, such as "msg, 3 messages", and returns `room`. */
const char *report_description(const struct inventory_entry *entry, char *room);

/* Prints a message about one object: "name: description: text". */
void report_choice(const struct state *state, const struct choice *choice, const char *text);

/* Report what became of one object: it stays because it is, or may be, in use; it was removed; it was not, with errno. */
void report_used(struct state *state, const struct choice *choice);
void report_removed(struct state *state, const struct choice *choice);
void report_failed(struct state *state, const struct choice *choice, int err);

/* Counts an object that --orphans leaves out; with -v, prints why, with the reason of users_is_orphan(). */
void report_no_orphan(struct state *state, const struct choice *choice, enum users_orphan verdict, const char *reason);

/* Prints the names that have not been printed yet, and with -v the counts. */
void report_end(struct state *state);

#endif
