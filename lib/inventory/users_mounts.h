/* SPDX-License-Identifier: ISC */
/* The file systems that are mounted, and memory on a tmpfs that is not any more. */
#ifndef USERS_MOUNTS_H
#define USERS_MOUNTS_H

#include "inventory/users_pass.h"

/*
 * Whether a regular file on `device`, to which `link` of the process at hand leads, lies on a tmpfs that is mounted neither
 * here nor where the process runs: 1, 0, or -1 with ENOMEM.  `guess` is the answer about the file system for a link that
 * may not be followed.  Always 0 in a pass that does not look for memory without a name.
 */
int users_mounts_lack(struct users_pass *pass, dev_t device, const char *link, int guess);

#endif
