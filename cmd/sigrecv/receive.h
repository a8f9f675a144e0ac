/* SPDX-License-Identifier: ISC */
/* The loop of sigrecv: takes signals and hands them on, to standard output or to commands. */
#ifndef RECEIVE_H
#define RECEIVE_H

#include "job.h"

/* Receives the signals that the options ask for.  Returns the status to exit with, after a message if it is not CLI_DONE. */
int receive_all(struct job *job);

/* Reports how many signals were received. */
void receive_report(const struct job *job);

#endif
