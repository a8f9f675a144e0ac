/* SPDX-License-Identifier: ISC */
#include "process.h"

#include <stdio.h>

#include "base/proc.h"

/* The descriptor of /proc, or -1. */
static int directory(void)
{
	static int opened;

	if (opened == 0)
		opened = proc_open();
	return opened;
}

const char *process_command(pid_t pid)
{
	static char name[64];
	char path[64];
	ssize_t length;

	if (pid <= 0 || directory() == -1)
		return "-";
	snprintf(path, sizeof(path), "%ld/comm", (long)pid);
	length = proc_read(directory(), path, name, sizeof(name));
	if (length > 0 && name[length - 1] == '\n')
		name[--length] = '\0';
	return length > 0 ? name : "-";
}
