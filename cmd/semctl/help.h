/* SPDX-License-Identifier: ISC */
/* The texts of --help: of semctl as a whole, and of each of its commands. */
#ifndef HELP_H
#define HELP_H

extern const char help_semctl[], help_run[], help_create[], help_wait[], help_post[], help_get[], help_set[], help_op[], help_barrier[],
	help_resize[], help_rm[];

#endif
