/* SPDX-License-Identifier: ISC */
/* The holders of pthread mutexes in segments, which are the futexes that most programs wait for. */
#ifndef USERS_MUTEX_H
#define USERS_MUTEX_H

#include "inventory/users_pass.h"

/*
 * The process that holds the mutex at this address of the process at hand, by the thread that the mutex names; 0 if no
 * process-shared mutex of this C library is there, or if its holder is not known.
 */
pid_t users_mutex_holder(const struct users_pass *pass, uint64_t address);

#endif
