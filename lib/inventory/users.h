/* SPDX-License-Identifier: ISC */
/*
 * The processes that use the objects of an inventory: those that map them, have them open, hold a token of them, or are
 * blocked in a call on them.  One pass over /proc finds them, by reading alone, each process at its own moment.
 *
 * The pass counts the processes that may not be looked at.  If there are any, the users that were found may not be all.
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
	USER_WAITS = 8,   /* one of its threads is blocked in a call on it */
	USER_GUESSED = 16, /* it is known to wait, and uses no other object of the kind for which it could wait */
	USER_TIMED = 32,   /* the wait has a timeout */
	USER_HOLDS = 64,   /* holds a token of a set with slots, which the kernel knows for certain */
};
#define USER_OPEN (USER_READS | USER_WRITES)

#define USER_COMMAND 16 /* comm, proc_pid_comm(5), and its NUL */

struct user_process {
	pid_t pid;
	uid_t uid;
	char command[USER_COMMAND]; /* any bytes; "?" where it may not be seen, and `nameless` */
	unsigned char nameless;
	unsigned char waits_hidden; /* the object that it waits for may not be seen */
	unsigned char busy;         /* a thread runs, or waits for something that is no object of the inventory */
	unsigned char waiting;      /* a thread waits for an object */
	unsigned char for_children; /* a thread waits for its children */
};

/* The use of an object by a process. */
struct user {
	uint32_t entry, process; /* indices into the inventory and `processes` */
	unsigned char how;       /* enum user_how */
	unsigned char call;      /* enum user_call; of USER_WAITS */
	short semaphore;         /* the number of the semaphore of a System V set that it waits for, or -1 */
	int fd;                  /* one of the descriptors that have it open, or -1 */
	uint32_t mappings;       /* the number of its mappings */
	pid_t holder;            /* the process that holds the mutex that it waits for in a segment (USER_FUTEX); 0: not known */
};

/* The calls in which a process waits. */
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
	USER_OPEN_CALL, /* a FIFO whose other end no process has open */
};

/* users_find() begins with one that is all zero. */
struct users {
	struct user_process *processes; /* processes that use an object */
	size_t process_count, process_room;
	struct user *users; /* in the order of `entry` */
	size_t count, room;
	size_t *first;      /* the index of the first user of each entry, and after the last entry, their number */
	uint32_t *attached; /* the number of mappings of each entry that were found */
	size_t hidden;      /* processes whose memory or descriptors may not be seen */
	size_t waits_hidden; /* processes whose waits may not be seen */
	int elsewhere;      /* processes of other PID namespaces may use objects, and /proc never shows them */
	int invisible;      /* /proc does not show all processes (hidepid), or is missing */
	int err;            /* the first cause, other than a missing permission, why a process was not looked at; or 0 */
	int proc;           /* the descriptor of /proc once that is open (never 0), or -1 */
	int proc_err;       /* the errno of proc_open(), or 0 */
};

/*
 * Opens /proc, as users_find() does, before the caller enters another mount namespace: users_find() then looks at the
 * processes of the present one.
 */
void users_open(struct users *users);

enum users_wanted {
	USERS_MAPS = 1,
	USERS_FDS = 2,
	USERS_WAITS = 4, /* needs the other two, except for System V queues and sets */
	USERS_WAITS_MAPPED = 8, /* the waits of those processes alone that map an object; needs USERS_MAPS */
};

/*
 * The parts of a process (enum users_wanted) that a verdict on objects of these kinds needs.  A process that waits for a futex
 * in a segment maps it as well, so USERS_WAITS_MAPPED is not among them.
 */
unsigned users_needed(unsigned kinds);

/*
 * Finds the users of all entries.  If `kinds` has INVENTORY_FIFO or INVENTORY_MEMFD, it also adds the FIFOs and memfds that
 * it finds to the inventory; if `unlinked`, segments and semaphores without a name.  Without a /proc of our pid namespace it
 * finds no users, and `proc_err` is the cause.  0, or -1 with ENOMEM.
 */
int users_find(struct users *users, struct inventory *inventory, unsigned kinds, unsigned wanted, int unlinked);

/* The users of the entry with this index; `*count` is their number. */
const struct user *users_of(const struct users *users, size_t entry, size_t *count);

/* The reason why an entry may have users that were not found. */
enum users_unknown {
	USERS_COMPLETE = 0, /* it has none */
	USERS_HIDDEN,       /* some processes may not be looked at */
	USERS_ELSEWHERE,    /* a process of another PID namespace, which nobody here can see, may use it */
};

/*
 * Whether an entry may have users that were not found.  All users of a System V segment are known if as many mappings were
 * found as the kernel counts.  System V queues and sets have only waiting processes and holders as users.
 */
enum users_unknown users_unknown(const struct users *users, const struct inventory *inventory, size_t entry);

void users_free(struct users *users);

/* The word for a call ("msgrcv"). */
const char *users_call_word(enum user_call call);

/* The fate of a process that an object remembers. */
enum users_fate {
	USERS_UNKNOWN, /* the object remembers none (0), or one of another pid namespace */
	USERS_ALIVE,
	USERS_GONE,    /* the pid is free, or belongs to a process that started after `when` */
};

/* The fate of process `pid`, which existed at `when`, in seconds since 1970.  Call it after users_open(). */
enum users_fate users_fate(const struct users *users, pid_t pid, int64_t when);

/* The verdict on an object. */
enum users_orphan {
	USERS_NO_ORPHAN,
	USERS_ORPHAN,
	USERS_ORPHAN_UNKNOWN, /* cannot be known: assume that it is in use */
};

#define USERS_REASON 160

/*
 * Whether no process is left that would use the object.  `reason` (USERS_REASON bytes) becomes the reason for the verdict.
 * `users` must have looked at all parts that users_needed() says for the kind.  Where the processes that can be seen do not
 * suffice for a verdict on a file, it asks the kernel for a lease, see inventory_lease.h.  With the verdict
 * USERS_ORPHAN_UNKNOWN, errno is that of the call which failed to find it out; 0 where that is normal, as without permission.
 */
enum users_orphan users_is_orphan(const struct users *users, const struct inventory *inventory, size_t entry,
                                  char *reason);

/*
 * Whether a process of this PID namespace uses the object at this moment: 1, 0, or -1 where that cannot be known.  The count
 * of the kernel says more about a System V segment, and a lease about a file.
 */
int users_in_use(const struct users *users, const struct inventory *inventory, size_t entry);

#endif
