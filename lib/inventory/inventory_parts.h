/* SPDX-License-Identifier: ISC */
/*
 * The parts of the inventory, one for each source of objects, and the functions by which they add entries.
 *
 * A part adds what the source lists, and a problem for each object that it cannot list.  It returns 0, or -1 with ENOMEM.
 */
#ifndef INVENTORY_PARTS_H
#define INVENTORY_PARTS_H

#include "inventory/inventory.h"

/* System V objects of one kind, by index or from /proc/sysvipc. */
int inventory_sysv_list(struct inventory *inventory, enum inventory_kind kind, unsigned details);

/* Fills in the System V object with this id: 0, or -1 with errno, ENOENT where there is none. */
int inventory_sysv_stat(struct inventory_entry *entry, enum inventory_kind kind, int id);

/* Files of /dev/shm: `kind` is INVENTORY_PSHM or INVENTORY_PSEM. */
int inventory_files_list(struct inventory *inventory, enum inventory_kind kind, unsigned details);

/* POSIX queues, from their file system. */
int inventory_queues_list(struct inventory *inventory, unsigned details);

/* Unix sockets, from sock_diag(7). */
int inventory_sockets_list(struct inventory *inventory, unsigned details);

#define SEM_PREFIX "sem." /* of the file of a POSIX semaphore */

/*
 * How a part opens a file that it has seen as a regular one: another user may have replaced it since, and open(2) of a
 * FIFO would wait.
 */
#define INVENTORY_OPEN (O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

/* Makes room for `more` further entries: 0, or -1 with ENOMEM. */
int inventory_reserve(struct inventory *inventory, size_t more);

/* Adds an entry of `kind` with nothing known, to be filled in place.  Returns NULL with ENOMEM. */
struct inventory_entry *inventory_next(struct inventory *inventory, enum inventory_kind kind);

/* Adds an entry for a file, with a copy of its name and what stat(2) says.  Returns NULL with ENOMEM. */
struct inventory_entry *inventory_next_file(struct inventory *inventory, enum inventory_kind kind, const char *name,
                                            const struct stat *st);

/*
 * Copies `size` bytes, less than 64 kB, and puts a NUL after them.  The copy lives as long as the inventory.  Returns NULL
 * with ENOMEM.
 */
char *inventory_keep(struct inventory *inventory, const char *bytes, size_t size);

#endif
