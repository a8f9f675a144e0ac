/* SPDX-License-Identifier: ISC */
/* A signal that arrived, as output and as the environment of a command. */
#ifndef SHOW_H
#define SHOW_H

#include "job.h"

/* The bytes that show_record() writes at most. */
#define SHOW_ROOM 256

/* The variables that show_environment() gives: "SIG_NAME=..." and so on, and a NULL. */
struct show_environment {
	char text[5][40];
	const char *variables[6];
};

/* Writes the line or the JSON object for a signal, as the options say, without a NUL; returns the end. */
char *show_record(char *out, const struct options *options, const struct arrival *arrival);

/*
 * Sets SIG_NAME, SIG_PID, SIG_UID, SIG_VALUE and SIG_CODE in `environment`, in the form that command_start() takes.  A
 * variable whose value the kernel does not give is removed.
 */
void show_environment(struct show_environment *environment, const struct arrival *arrival);

#endif
