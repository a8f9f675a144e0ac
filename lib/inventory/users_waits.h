/* SPDX-License-Identifier: ISC */
/* The objects that the threads of a process wait for, by the calls in which they are blocked. */
#ifndef USERS_WAITS_H
#define USERS_WAITS_H

#include "inventory/users_pass.h"

/* Looks at the calls of all threads of the process at hand, after its maps and descriptors: 0, or -1. */
int users_waits_scan(struct users_pass *pass);

#endif
