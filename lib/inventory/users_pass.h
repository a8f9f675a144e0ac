/* SPDX-License-Identifier: ISC */
/*
 * The state of one pass over /proc, which the parts of users_find() share: the entries by identity, the uses that were
 * found, and the process that is looked at.
 *
 * Functions that can fail for lack of memory return -1 with ENOMEM.  A part that may not see something notes that by
 * users_pass_hide() and goes on.
 */
#ifndef USERS_PASS_H
#define USERS_PASS_H

#include <dirent.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "inventory/users.h"

#define NO_ENTRY UINT32_MAX

/* A mapping of an object in the process at hand. */
struct users_range {
	uint64_t start, end;
	uint32_t entry;
};

/* A process that holds a token of a set with slots. */
struct users_holder {
	pid_t pid;
	uint32_t entry;
};

struct users_pass {
	struct users *users;
	struct inventory *inventory;
	unsigned kinds, wanted;
	int unlinked;
	int only_shm; /* only System V segments can be mapped, and the kernel answers for those alone */
	dev_t files;  /* the device of /dev/shm */
	dev_t memory; /* the kernel's own device, of System V segments and memfds */
	ino_t namespace; /* our IPC namespace, or 0 where that is not known */
	char *buffer;    /* PROC_BUFFER bytes */
	char path[PATH_MAX];

	/* Entries by their identities, open addressing; 0 is free, else the index and 1. */
	uint32_t *slots;
	size_t slot_count, known;

	/* The last use of each entry, and 1; it is a use by the process at hand if it is after `began`. */
	size_t *last;
	uint32_t *attached; /* mappings of each entry that were found */
	size_t last_room;

	/* Devices, sorted, whose files are not memory of an unmounted tmpfs, because they are mounted. */
	dev_t *settled;
	size_t settled_count, settled_room;
	pid_t mounts_thread; /* the last thread whose mounts are among them, or 0 before our own are */

	struct users_holder *holders;
	size_t holder_count, holder_room;

	int patience; /* how often the pass still waits for a process that seems to be ending */

	/* The process at hand. */
	int directory; /* /proc/THREAD */
	pid_t pid, thread; /* `thread` is the thread whose memory and descriptors are looked at, mostly the first one */
	unsigned threads; /* of the process at hand; 0: unknown */
	size_t began; /* uses that were found before it */
	struct user_process process;
	struct users_range *ranges;
	size_t range_count, range_room;
	int no_memory; /* a kernel thread, or a process that is dead */
	int hidden;    /* something that it uses may not be seen */
	int err;       /* the cause, unless it is a missing permission; or 0 */
	int stranger;  /* of another IPC namespace: 1, 0, or -1 before that was looked up */
};

/* Whether this errno says that a process, thread or descriptor has gone. */
int users_pass_is_gone(int err);

/* Note that objects which the process at hand uses, or the object that it waits for, may not be seen. */
void users_pass_hide(struct users_pass *pass, int err);
void users_pass_hide_wait(struct users_pass *pass, int err);

/* Makes all entries of the inventory findable, also those that were added since the last call: 0, or -1. */
int users_pass_know(struct users_pass *pass);

/* The entry of a file, or NO_ENTRY.  `device` is UINT64_MAX for a socket. */
uint32_t users_pass_find(const struct users_pass *pass, uint64_t device, uint64_t inode);

/* The entry of a System V object, or NO_ENTRY; the second function also checks that the process is of our namespace. */
uint32_t users_pass_find_id(const struct users_pass *pass, enum inventory_kind kind, uint64_t id);
uint32_t users_pass_find_sysv(struct users_pass *pass, enum inventory_kind kind, uint64_t id);

/*
 * Adds `how` to the one record of the process at hand using this entry.  Returns the record, valid until the next call, or
 * NULL with ENOMEM.
 */
struct user *users_pass_use(struct users_pass *pass, uint32_t entry, unsigned how);

/* Puts the text of a link of the process at hand into `pass->path`: 0, or -1 with the errno of readlinkat(2). */
int users_pass_read_link(struct users_pass *pass, const char *link, size_t *size);

dev_t users_pass_device(const struct statx *st);

/* Opens a directory below `at`, for closedir(3); or NULL with errno. */
DIR *users_pass_open(int at, const char *name);

/* Whether a file name of /proc is a process or thread id. */
int users_pass_is_number(const char *name);

#endif
