/* SPDX-License-Identifier: ISC */
/* The loop around the one poll(2) that fifotee waits in. */
#ifndef LOOP_H
#define LOOP_H

#include "job.h"

/* Copies until all outputs have ended, or a signal has come. */
void loop_pass_on(struct job *job);

/* After a signal: gives the readers the rest of the records that they have begun, for GRACE at most. */
void loop_finish_records(struct job *job);

#endif
