/* SPDX-License-Identifier: ISC */
/* Deadlocks as sentences on standard error, and as JSON. */
#ifndef DEADLOCK_SHOW_H
#define DEADLOCK_SHOW_H

#include "buffer.h"
#include "look.h"

/* Reports each cycle of a look: "possible deadlock: 12/a waits for ...".  0, or -1 with ENOMEM. */
int deadlock_show_report(const struct look *look);

/*
 * Adds the cycles as a member of a JSON document, with the comma before it:
 * ,"deadlocks":[[{"pid":1,"waits_in":"semop","kind":"sem","name":"key:0x1",...},...]]
 */
void deadlock_show_json(struct buffer *out, const struct look *look);

#endif
