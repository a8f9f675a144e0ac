/* SPDX-License-Identifier: ISC */
/*
 * What IPC objects there are, of all kinds, and what can be known of each without touching it: nothing
 * is attached, received, made or mapped, and no time of any object changes.
 *
 * System V objects come from the *_STAT_ANY operations of shmctl(2), msgctl(2) and semctl(2), which
 * need no permission, or else from /proc/sysvipc; POSIX ones are the files in /dev/shm and in the file
 * system of queues.
 *
 * Numbers that are not known, or that the kind does not have, are negative.
 */
#ifndef INVENTORY_H
#define INVENTORY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "ipc/object.h"

/* Kinds are bits, so that several can be asked for. */
enum inventory_kind {
	INVENTORY_SHM = 1,    /* System V segments */
	INVENTORY_PSHM = 2,   /* POSIX segments */
	INVENTORY_MSG = 4,    /* System V queues */
	INVENTORY_PMSG = 8,   /* POSIX queues */
	INVENTORY_SEM = 16,   /* System V semaphore sets */
	INVENTORY_PSEM = 32,  /* POSIX semaphores */
	INVENTORY_FIFO = 64,  /* these have no list: users.h finds those that a process has open */
	INVENTORY_UNIX = 128, /* Unix sockets that are bound to a name, without those that one of them accepted */
	INVENTORY_MEMFD = 256,
};
#define INVENTORY_SYSV (INVENTORY_SHM | INVENTORY_MSG | INVENTORY_SEM)
#define INVENTORY_POSIX (INVENTORY_PSHM | INVENTORY_PMSG | INVENTORY_PSEM)
#define INVENTORY_LISTED (INVENTORY_SYSV | INVENTORY_POSIX)
#define INVENTORY_ALL (INVENTORY_LISTED | INVENTORY_FIFO | INVENTORY_UNIX | INVENTORY_MEMFD)

enum inventory_flag {
	INVENTORY_REMOVED = 1,  /* a System V segment that goes with its last attachment */
	INVENTORY_32BIT = 4,    /* a semaphore of 32-bit programs */
	INVENTORY_UNLINKED = 8, /* memory without a name, that lives by who has it mapped or open */
	INVENTORY_SEM_LIKE = 16, /* a segment whose name is a semaphore's, but whose size is not */
	INVENTORY_LISTENING = 32, /* a Unix socket that takes connections */
	INVENTORY_HOLDERS_HIDDEN = 64, /* a System V set whose values may not be read, and so not who holds a token of it */
};

enum inventory_time {
	INVENTORY_CHANGED,  /* last change of owner, mode, values (sem); a new object's: when it was made */
	INVENTORY_USED,     /* last attach (shm), send (msg), operation (sem; 0: none ever); POSIX: access */
	INVENTORY_USED_TOO, /* last detach (shm), receive (msg); POSIX: modification; -1: sem */
	INVENTORY_TIMES,
};

/* An object.  Small, since there may be a hundred thousand of them. */
struct inventory_entry {
	const char *name; /* POSIX: with its slash; others: what they are called; NULL for System V alone */
	const char *label; /* memfd: the name its maker gave it; of unlinked memory: the path it had; else NULL */
	dev_t dev;        /* with `ino`: the identity of all but System V objects */
	ino_t ino;
	enum inventory_kind kind;
	unsigned flags; /* enum inventory_flag */
	key_t key;      /* System V; IPC_PRIVATE (0) is none */
	int id;         /* System V, else -1 */
	uid_t uid, cuid; /* owner and creator; of others than System V objects both are the owner */
	gid_t gid, cgid;
	mode_t mode;    /* permission bits alone */
	pid_t creator_pid;       /* shm */
	pid_t last_pid;          /* last to attach or detach (shm), to send (msg) */
	pid_t last_receiver_pid; /* msg */
	int value, waiters;      /* psem */
	int message_size;        /* pmsg: bytes of the longest message */
	int64_t size;  /* bytes: of the segment; of all messages that the queue can hold */
	int64_t used;  /* bytes: of memory, swap included (segments); of the messages that are there (msg) */
	int64_t count; /* attachments (shm), messages (msg, pmsg), semaphores (sem) */
	int64_t limit; /* pmsg: messages that it can hold */
	int64_t times[INVENTORY_TIMES]; /* seconds since 1970; 0: never */
};

/* Something that could not be listed or known. */
struct inventory_problem {
	enum inventory_kind kind;
	const char *what;   /* a path or the name of an object */
	const char *reason; /* a text without an errno, or NULL */
	int err;
	int minor;          /* no object is missing: a directory in /dev/shm, for instance */
};

enum inventory_detail {
	INVENTORY_CONTENT = 1,   /* messages in POSIX queues, values of POSIX semaphores: opens each */
	INVENTORY_ALLOCATED = 2, /* memory of System V segments, which only /proc/sysvipc/shm tells */
};

struct inventory_arena;

/* All zero is an empty one. */
struct inventory {
	struct inventory_entry *entries;
	size_t count, room;
	struct inventory_problem *problems;
	size_t problem_count, problem_room;
	struct inventory_arena *arena; /* names: they stay where they are */
};

/*
 * Adds all objects of these kinds (of INVENTORY_LISTED and INVENTORY_UNIX), grouped by kind in the order above.  What
 * cannot be listed is a problem in the inventory.  0, or -1 with ENOMEM.
 */
int inventory_list(struct inventory *inventory, unsigned wanted, unsigned details);

/*
 * Adds the POSIX queue of that name, which takes no list and no mount: 0, or -1 with errno: ENOENT,
 * EACCES where it may neither be opened nor seen in a list, ENOMEM.
 */
int inventory_find_queue(struct inventory *inventory, const char *name, unsigned details);

void inventory_free(struct inventory *inventory);

/* For those who find others: a copy of `entry` (and of its name and label) is added.  Its index, or -1 with ENOMEM. */
ssize_t inventory_add(struct inventory *inventory, const struct inventory_entry *entry);

/* An entry of `kind` with nothing known. */
void inventory_blank(struct inventory_entry *entry, enum inventory_kind kind);

/* Takes identity, owner, mode and times over from what stat(2) says of its file. */
void inventory_set_file(struct inventory_entry *entry, const struct stat *st);

/* Notes a problem; `what` is copied, `reason` (or NULL) is not.  0, or -1 with ENOMEM. */
int inventory_complain(struct inventory *inventory, enum inventory_kind kind, const char *what, const char *reason,
                       int err, int minor);

/* The word for a kind, which is one alone, and its plural for messages ("System V segments"). */
const char *inventory_kind_word(enum inventory_kind kind);
const char *inventory_kind_text(enum inventory_kind kind);

/* The kind of that word, or 0. */
enum inventory_kind inventory_kind_of(const char *word, size_t size);

#define INVENTORY_NAME_ROOM 32 /* for names of System V objects */

/*
 * The name in the form that every tool takes: key:0x%08x where there is a key, else id:N; others as
 * they are.  `room` is INVENTORY_NAME_ROOM bytes; what comes back is in there or in the entry.
 */
const char *inventory_name(const struct inventory_entry *entry, char *room);

/*
 * Whether `object` names this entry: System V by key (`key`: object_key()'s, never IPC_PRIVATE) or id, POSIX by name.
 */
int inventory_is(const struct inventory_entry *entry, const struct object *object, key_t key);

/* The last of all times, or -1: since then nothing has happened to it. */
int64_t inventory_touched(const struct inventory_entry *entry);

/*
 * Looks again at a System V object that was listed.  0: its id is still that of the same object, which is now as
 * `*now` says.  -1 with errno: ENOENT: gone; ESTALE: another one bears that id; or what a call says.
 * The same is what has the same key, creator, creating process and size (shm), size (sem) and time of change, so that
 * one of which the owner or mode was changed meanwhile, or a set given new values by semctl(2), is another one, too.
 */
int inventory_look_again(const struct inventory_entry *entry, struct inventory_entry *now);

#define INVENTORY_SEMS_MOST 65536 /* semaphores in a set: the kernel's own limit is SEMMSL, below 65536 */

/*
 * The values of the semaphores of a System V set, as many as are returned; `values` has room for
 * INVENTORY_SEMS_MOST, whatever the set's size: by now its id may be that of a larger one.  -1 with
 * errno; EACCES where it may not be read.
 */
int inventory_sem_values(const struct inventory_entry *entry, unsigned short *values);

/* For the parts of the inventory: each lists its kinds, looks again at one, as above. */
int inventory_list_sysv(struct inventory *inventory, enum inventory_kind kind, unsigned details);
int inventory_list_files(struct inventory *inventory, unsigned kinds, unsigned details);
int inventory_list_queues(struct inventory *inventory, unsigned details);
int inventory_list_sockets(struct inventory *inventory);
int inventory_stat_sysv(struct inventory_entry *entry, enum inventory_kind kind, int id);
int inventory_stat_queue(const char *name, struct stat *st);

/* Makes room for so many entries more: 0, or -1 with ENOMEM. */
int inventory_reserve(struct inventory *inventory, size_t more);

/* The next entry, blank, to be filled in place; NULL with ENOMEM. */
struct inventory_entry *inventory_next(struct inventory *inventory, enum inventory_kind kind);

/* A copy of `size` bytes, less than 64 kB, with a NUL behind it that lives as long as the inventory, or NULL. */
char *inventory_keep(struct inventory *inventory, const char *bytes, size_t size);

#endif
