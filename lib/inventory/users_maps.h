/* SPDX-License-Identifier: ISC */
/* The objects that a process maps. */
#ifndef USERS_MAPS_H
#define USERS_MAPS_H

#include "inventory/users_pass.h"

/*
 * Takes the objects that the process at hand maps, and their ranges: 0, or -1 with errno, EACCES where they may not be
 * seen.
 */
int users_maps_scan(struct users_pass *pass);

#endif
