/* SPDX-License-Identifier: ISC */
/* The processes that hold tokens of System V sets with slots, as `semctl run` makes them. */
#ifndef USERS_HOLDS_H
#define USERS_HOLDS_H

#include "inventory/users_pass.h"

/* Reads the holders from all sets of the inventory, and flags those that may not be read: 0, or -1. */
int users_holds_know(struct users_pass *pass);

/* Takes the sets of which the process at hand holds a token: 0, or -1. */
int users_holds_take(struct users_pass *pass);

#endif
