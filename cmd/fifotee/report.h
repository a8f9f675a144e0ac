/* SPDX-License-Identifier: ISC */
/* The counts of all outputs, for -v and SIGUSR1. */
#ifndef REPORT_H
#define REPORT_H

#include "job.h"

/* Blocks SIGUSR1; returns a signalfd(2) for it, or -1 if the signal is ignored and stays so. */
int report_open(void);

/* Prints the counts of standard input and of each output. */
void report_print(const struct job *job);

/* Prints them once for each SIGUSR1 that has come. */
void report_answer(const struct job *job);

#endif
