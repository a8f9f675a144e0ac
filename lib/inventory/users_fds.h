/* SPDX-License-Identifier: ISC */
/* The objects that a process has open. */
#ifndef USERS_FDS_H
#define USERS_FDS_H

#include "inventory/users_pass.h"

/* Takes the objects that the process at hand has open: 0, or -1 with errno, EACCES where they may not be seen. */
int users_fds_scan(struct users_pass *pass);

#endif
