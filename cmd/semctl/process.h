/* SPDX-License-Identifier: ISC */
/* Other processes, as proc(5) shows them. */
#ifndef PROCESS_H
#define PROCESS_H

#include <sys/types.h>

/* The command of a process, or "-" where it has ended or may not be seen; valid until the next call. */
const char *process_command(pid_t pid);

#endif
