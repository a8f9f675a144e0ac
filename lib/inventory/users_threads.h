/* SPDX-License-Identifier: ISC */
/*
 * Threads that see what the directory of their process does not show.  The memory and the descriptors of a process whose
 * first thread has ended appear only at its other threads, and a thread can have descriptors of its own (CLONE_FILES of
 * unshare(2) and clone(2)).
 */
#ifndef USERS_THREADS_H
#define USERS_THREADS_H

#include "inventory/users_pass.h"

/*
 * The number of threads of the process at hand, including a first one that has ended while others go on; 0 where it may
 * not be seen.
 */
unsigned users_threads_count(const struct users_pass *pass);

/*
 * Replaces the directory and the thread of the process at hand by those of a living thread, if the first one has ended.
 */
void users_threads_choose(struct users_pass *pass);

/* Takes what the threads have open that do not share the descriptors of the thread at hand: 0, or -1 with ENOMEM. */
int users_threads_scan(struct users_pass *pass);

#endif
