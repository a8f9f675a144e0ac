/* SPDX-License-Identifier: ISC */
/*
 * An inventory of the IPC objects of all kinds that exist, with all that can be known of each without touching it: no
 * function attaches, receives, creates or maps an object, or changes one of its times.
 *
 * System V objects come from the *_STAT_ANY operations of shmctl(2), msgctl(2) and semctl(2), which need no permission, or
 * else from /proc/sysvipc.  POSIX objects are the files in /dev/shm and in the file system of queues.
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
	INVENTORY_FIFO = 64,  /* have no list: users.h finds those that a process has open */
	INVENTORY_UNIX = 128, /* Unix sockets that are bound to a name, except accepted ones; with INVENTORY_PAIRS also pairs */
	INVENTORY_MEMFD = 256,
};
#define INVENTORY_SYSV (INVENTORY_SHM | INVENTORY_MSG | INVENTORY_SEM)
#define INVENTORY_POSIX (INVENTORY_PSHM | INVENTORY_PMSG | INVENTORY_PSEM)
#define INVENTORY_LISTED (INVENTORY_SYSV | INVENTORY_POSIX)
#define INVENTORY_ALL (INVENTORY_LISTED | INVENTORY_FIFO | INVENTORY_UNIX | INVENTORY_MEMFD)

enum inventory_flag {
	INVENTORY_REMOVED = 1,  /* a System V segment that the kernel frees with its last attachment */
	INVENTORY_32BIT = 4,    /* a semaphore of 32-bit programs */
	INVENTORY_UNLINKED = 8, /* memory without a name, which lasts until no process has it mapped or open */
	INVENTORY_SEM_LIKE = 16, /* a segment with the name of a semaphore, but not its size */
	INVENTORY_LISTENING = 32, /* a Unix socket that accepts connections */
	INVENTORY_MAPPED = 128, /* unlinked memory that no process was seen to have open: its name is that of a mapping */
	INVENTORY_UNMOUNTED = 256, /* memory without a name because its tmpfs was unmounted */
	INVENTORY_HOLDERS_HIDDEN = 64, /* a System V set whose values, and so the holders of its tokens, may not be read */
};

enum inventory_time {
	INVENTORY_CHANGED,  /* last change of owner, mode, values (sem), or the creation */
	INVENTORY_USED,     /* last attach (shm), send (msg), operation (sem; 0: never); POSIX: access */
	INVENTORY_USED_TOO, /* last detach (shm), receive (msg); POSIX: modification; -1: sem */
	INVENTORY_TIMES,
};

/* An object.  Small, since a system may have a hundred thousand of them. */
struct inventory_entry {
	const char *name; /* POSIX: with its slash; others: a path, or the form of object.h; System V: NULL */
	const char *label; /* memfd: the name of memfd_create(2); unlinked memory: the path that it had; unmounted: its path in the tmpfs; else NULL */
	dev_t dev;        /* with `ino`: the identity of all but System V objects */
	ino_t ino;
	ino_t peer; /* the other socket of a pair without a name, else 0 */
	enum inventory_kind kind;
	unsigned flags; /* enum inventory_flag */
	key_t key;      /* System V; IPC_PRIVATE (0): without a key */
	int id;         /* System V, else -1 */
	uid_t uid, cuid; /* owner and creator; for others than System V objects both are the owner */
	gid_t gid, cgid;
	mode_t mode;    /* permission bits */
	pid_t creator_pid;       /* shm */
	pid_t last_pid;          /* last to attach or detach (shm), to send (msg) */
	pid_t last_receiver_pid; /* msg */
	int value, waiters;      /* psem */
	int message_size;        /* pmsg: bytes of the longest message */
	int64_t size;  /* bytes of the segment, or of all messages that the queue can hold */
	int64_t used;  /* bytes of memory, swap included (segments), or of the messages in the queue (msg) */
	int64_t count; /* attachments (shm), messages (msg, pmsg), semaphores (sem) */
	int64_t limit; /* pmsg: messages that it can hold */
	int64_t times[INVENTORY_TIMES]; /* seconds since 1970; 0: never */
};

/* An object or a directory that could not be listed or looked at. */
struct inventory_problem {
	enum inventory_kind kind;
	const char *what;   /* a path or the name of an object */
	const char *reason; /* a text in place of an errno, or NULL */
	int err;
	int minor;          /* no object is missing from the list: a directory in /dev/shm, for instance */
	int whole;          /* `what` is a directory or table of objects, and not one object */
};

enum inventory_detail {
	INVENTORY_CONTENT = 1,   /* messages in POSIX queues, values of POSIX semaphores: opens each */
	INVENTORY_ALLOCATED = 2, /* memory of System V segments, which only /proc/sysvipc/shm has */
	INVENTORY_PAIRS = 4,     /* pairs of Unix sockets without a name, as socketpair(2) makes them */
};

struct inventory_arena;

/* All zero is an empty inventory. */
struct inventory {
	struct inventory_entry *entries;
	size_t count, room;
	struct inventory_problem *problems;
	size_t problem_count, problem_room;
	struct inventory_arena *arena; /* names and labels, which never move */
};

/*
 * Adds all objects of these kinds (of INVENTORY_LISTED and INVENTORY_UNIX), grouped by kind in the order above, and a
 * problem for each that cannot be listed.  0, or -1 with ENOMEM.
 */
int inventory_list(struct inventory *inventory, unsigned wanted, unsigned details);

/*
 * Adds the POSIX queue with this name, which takes no list and no mount: 0, or -1 with errno: ENOENT, EACCES where it may
 * neither be opened nor seen in a list, ENOMEM.
 */
int inventory_find_queue(struct inventory *inventory, const char *name, unsigned details);

void inventory_free(struct inventory *inventory);

/* Adds a copy of `entry`, its name and its label, for an object that was found elsewhere.  Its index, or -1 with ENOMEM. */
ssize_t inventory_add(struct inventory *inventory, const struct inventory_entry *entry);

/* Makes `entry` one of `kind` with nothing known. */
void inventory_blank(struct inventory_entry *entry, enum inventory_kind kind);

/* Takes identity, owner, mode and times from stat(2). */
void inventory_set_file(struct inventory_entry *entry, const struct stat *st);

/* Adds a problem: `what` is copied, `reason` (or NULL) is not.  0, or -1 with ENOMEM. */
int inventory_complain(struct inventory *inventory, enum inventory_kind kind, const char *what, const char *reason,
                       int err, int minor);

/* Looks up the owner, mode and identity of the POSIX queue of that name: 0, or -1 with errno as inventory_find_queue(). */
int inventory_stat_queue(const char *name, struct stat *st);

/* The word for a single kind ("shm"), and its plural for messages ("System V segments"). */
const char *inventory_kind_word(enum inventory_kind kind);
const char *inventory_kind_text(enum inventory_kind kind);

/* The kind with this word, or 0. */
enum inventory_kind inventory_kind_of(const char *word, size_t size);

#define INVENTORY_NAME_ROOM 32 /* for names of System V objects */

/*
 * The name in the form that every tool takes: for System V objects key:0x%08x, or id:N for one without a key; others as
 * they are.  `room` has INVENTORY_NAME_ROOM bytes; the result lies in it or in the entry.
 */
const char *inventory_name(const struct inventory_entry *entry, char *room);

#define INVENTORY_PATH_ROOM 288 /* for paths in /dev/shm */

/* The path of the file of a POSIX segment or semaphore that has a name, in `room`, INVENTORY_PATH_ROOM bytes. */
const char *inventory_path(const struct inventory_entry *entry, char *room);

/* Whether stat(2) has given `st` for the file of this entry. */
int inventory_is_file(const struct inventory_entry *entry, const struct stat *st);

/*
 * Whether `object` names this entry: a System V object by key (`key` is that of object_key(), never IPC_PRIVATE) or id, a
 * POSIX object by name.
 */
int inventory_is(const struct inventory_entry *entry, const struct object *object, key_t key);

/* The last of all times of the object, or -1. */
int64_t inventory_touched(const struct inventory_entry *entry);

/*
 * Looks again at a System V object that was listed.  0: the id still belongs to the same object, and `*now` is its state.
 * -1 with errno: ENOENT where it was removed; ESTALE where another object has the id; or the errno of a call.
 * The object is the same if it has the same key, creator, creating process and size (shm), size (sem) and time of change.
 * So an object whose owner or mode was changed meanwhile, or a set whose values semctl(2) has set, counts as another one.
 */
int inventory_look_again(const struct inventory_entry *entry, struct inventory_entry *now);

#define INVENTORY_SEMS_MOST 65536 /* semaphores in a set: the limit of the kernel, SEMMSL, is below 65536 */

/*
 * Reads the values of a System V set: their number, or -1 with errno, EACCES where the set may not be read.  `values` has
 * room for INVENTORY_SEMS_MOST, whatever the size of the set: the id may belong to a larger set by now.
 */
int inventory_sem_values(const struct inventory_entry *entry, unsigned short *values);

#endif
