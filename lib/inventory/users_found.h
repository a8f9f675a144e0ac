/* SPDX-License-Identifier: ISC */
/* Objects that no list names, and that a pass over /proc adds to the inventory: FIFOs, memfds, unlinked memory. */
#ifndef USERS_FOUND_H
#define USERS_FOUND_H

#include "inventory/users_pass.h"

/* Whether a path, as the kernel shows it, ends in its mark of a file that was removed. */
int users_found_ends_deleted(const char *path, size_t size);

/*
 * The kind of memory without a name that has this path, of `size` bytes as the kernel shows it, device and inode, or 0
 * where it is no such memory or its kind is not asked for.  `st` may be NULL, where only the mapping is known.  The device
 * is that of memfds, that of /dev/shm, or one for which users_mounts_lack() said 1.
 */
enum inventory_kind users_found_kind(const struct users_pass *pass, const struct statx *st, const char *path, size_t size,
                                     dev_t device, uint64_t inode);

/*
 * Adds memory without a name, as `name`; `st` may be NULL, where only the mapping is known.  0 with the entry in `*out`,
 * or -1.
 */
int users_found_add_memory(struct users_pass *pass, enum inventory_kind kind, const struct statx *st, const char *name,
                           const char *path, size_t path_size, dev_t device, uint64_t inode, uint32_t *out);

/*
 * Names memory that was found by a mapping after a descriptor of the process at hand instead, and takes what stat(2) says:
 * 0, or -1.  Every user may open a descriptor of its own processes, but only root a mapping.
 */
int users_found_set_descriptor(struct users_pass *pass, uint32_t entry, const struct statx *st, const char *number);

#define USERS_FOUND_ROOM 96 /* for names of memory */

/* The name memfd:PID:FD of memory that the process at hand has open: `room`, which has USERS_FOUND_ROOM bytes. */
const char *users_found_name(const struct users_pass *pass, const char *number, char *room);

/* Adds a FIFO: 0 with the entry in `*out`, or -1. */
int users_found_add_fifo(struct users_pass *pass, const struct statx *st, const char *path, dev_t device, uint32_t *out);

#endif
