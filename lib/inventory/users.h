/* SPDX-License-Identifier: ISC */
/*
 * Which processes use the objects of an inventory: who maps them, has them open, or is blocked in a
 * call on them.  It comes from one pass over /proc, by reading alone, and tells of the moment at which
 * each process was looked at.
 *
 * A process that may not be looked at is counted: where there is one, the users that were found
 * need not be all.
 */
#ifndef USERS_H
#define USERS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "inventory/inventory.h"

enum user_how {
	USER_MAPS = 1,    /* has it mapped or attached */
	USER_READS = 2,   /* has it open for reading */
	USER_WRITES = 4,  /* has it open for writing */
	USER_WAITS = 8,   /* a thread of it is blocked in a call on it */
	USER_GUESSED = 16, /* that it waits is known, and for what is inferred: it has no other object of the kind */
	USER_TIMED = 32,   /* it does not wait for ever */
	USER_HOLDS = 64,   /* has a token of a set of slots.h, which is known for sure */
};
#define USER_OPEN (USER_READS | USER_WRITES)

#define USER_COMMAND 16 /* comm, proc_pid_comm(5), and its NUL */

struct user_process {
	pid_t pid;
	uid_t uid;
	char command[USER_COMMAND]; /* any bytes; "?" where it may not be seen, and `nameless` */
	unsigned char nameless;
	unsigned char waits_hidden; /* what it waits for may not be seen */
	unsigned char busy;         /* a thread runs, or waits for something that is no object here */
	unsigned char waiting;      /* a thread waits for an object */
	unsigned char for_children; /* a thread waits for its children */
};

/* That a process uses an object. */
struct user {
	uint32_t entry, process; /* indices into the inventory and `processes` */
	unsigned char how;       /* enum user_how */
	unsigned char call;      /* enum user_call; of USER_WAITS */
	short semaphore;         /* the number of the semaphore of a System V set that it waits for, or -1 */
	int fd;                  /* one of the descriptors that have it open, or -1 */
	uint32_t mappings;       /* how often it has it mapped */
};

/* Calls that wait. */
enum user_call {
	USER_NO_CALL,
	USER_SEMOP_TAKE, /* for a value to become large enough */
	USER_SEMOP_ZERO, /* for it to become 0 */
	USER_MSGRCV,
	USER_MSGSND,
	USER_MQ_RECEIVE,
	USER_MQ_SEND,
	USER_SEM_WAIT, /* futex(2) in a POSIX semaphore */
	USER_FUTEX,    /* futex(2) in a segment: a mutex, a condition */
	USER_READ,     /* a FIFO, a socket */
	USER_WRITE,
	USER_POLL,
	USER_OPEN_CALL, /* a FIFO that nobody has open at its other end */
};

/* All zero is what users_find() begins with. */
struct users {
	struct user_process *processes; /* those that use an object */
	size_t process_count, process_room;
	struct user *users; /* in the order of `entry` */
	size_t count, room;
	size_t *first;      /* of each entry: where its users begin; entry + 1: where they end */
	uint32_t *attached; /* of each entry: how many mappings were found */
	size_t hidden;      /* processes of which the memory or the descriptors may not be seen */
	size_t waits_hidden; /* processes of which it may not be seen what they wait for */
	int invisible;      /* /proc does not show all processes (hidepid), or is not there */
	int err;            /* why a process could not be looked at, the first cause but that it is not allowed; or 0 */
	int proc;           /* /proc, once it is open (then not 0), or -1 */
	int proc_err;       /* why it is not, of proc_open() */
};

/*
 * Opens /proc, which users_find() does, too: for who is about to enter another mount namespace and
 * wants to see the processes of this one.
 */
void users_open(struct users *users);

enum users_wanted {
	USERS_MAPS = 1,
	USERS_FDS = 2,
	USERS_WAITS = 4, /* needs the other two for all but System V queues and sets */
};

/* What of a process must be looked at for objects of these kinds. */
unsigned users_needed(unsigned kinds);

/*
 * Finds the users of all entries.  Of `kinds`, INVENTORY_FIFO and INVENTORY_MEMFD add those that are
 * found to the inventory, and `unlinked` those segments and semaphores that have no name any more.
 * Without a /proc of our pid namespace nobody is found, and `proc_err` says why.  0, or -1 with ENOMEM.
 */
int users_find(struct users *users, struct inventory *inventory, unsigned kinds, unsigned wanted, int unlinked);

/* The users of the entry with this index, `*count` of them. */
const struct user *users_of(const struct users *users, size_t entry, size_t *count);

/*
 * Whether the users of an entry that were found may not be all.  Of a System V segment all are known
 * where as many mappings were found as the kernel counts; System V queues and sets have no users but those
 * that wait.
 */
int users_unknown(const struct users *users, const struct inventory *inventory, size_t entry);

void users_free(struct users *users);

/* The word for a call ("msgrcv"). */
const char *users_call_word(enum user_call call);

/* What became of a process that an object remembers. */
enum users_fate {
	USERS_UNKNOWN, /* the object does not say (0: none, or of another pid namespace) */
	USERS_ALIVE,
	USERS_GONE,    /* there is none with that pid, or one that started after `when` */
};

/* The fate of process `pid`, which was there at `when`, in seconds since 1970.  After users_open(). */
enum users_fate users_fate(const struct users *users, pid_t pid, int64_t when);

/* What a verdict on an orphan can be. */
enum users_orphan {
	USERS_NO_ORPHAN,
	USERS_ORPHAN,
	USERS_ORPHAN_UNKNOWN, /* it cannot be known: in doubt it is in use */
};

#define USERS_REASON 160

/*
 * Whether nobody is left who would use the object: `reason` (USERS_REASON bytes) says why, or why it is
 * not known.  `users` must have looked for all that users_needed() says of its kind.
 */
enum users_orphan users_is_orphan(const struct users *users, const struct inventory *inventory, size_t entry,
                                  char *reason);

/*
 * Whether somebody uses it at this moment: 1, 0, or -1 where that cannot be known.  Of a System V segment the kernel's
 * count tells more.
 */
int users_in_use(const struct users *users, const struct inventory *inventory, size_t entry);

#endif
