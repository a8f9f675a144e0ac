/* SPDX-License-Identifier: ISC */
/*
 * Mechanisms: one interface to every way in which a message of a fixed size goes from one process to another.
 *
 * ipcbench opens both ends of a channel, forks a sender and a receiver, which inherit it, and closes its own copy.  No
 * channel has a name once it is open, except a System V queue, which only its owner can remove: mechanism_close().
 */
#ifndef MECHANISM_H
#define MECHANISM_H

#include <stddef.h>
#include <stdint.h>

#define MECHANISM_SIZE_MOST ((size_t)16 << 20)

/* The bytes before each message that send() and receive() may overwrite: msgsnd(2) wants the type of a message there. */
#define MECHANISM_HEADROOM ((size_t)64)

enum mechanism_side { MECHANISM_SENDER, MECHANISM_RECEIVER };

struct mechanism;

/* An open channel in one direction. */
struct channel {
	const struct mechanism *mechanism;
	size_t size;  /* of each message, in bytes */
	int spins;    /* how often a ring looks again before it sleeps; 0 if both processes share one processor */
	int fds[2];   /* by side, or -1 */
	int queue;    /* a System V queue, or -1 */
	void *memory; /* a mapping that both processes share, or NULL */
	size_t room;  /* of `memory`, in bytes */
	/* The reason why open() failed with EMSGSIZE or EOPNOTSUPP, or a hint after another failure; "" if errno says all. */
	char why[96];
};

struct mechanism {
	const char *name, *summary;
	/* The words of --list: records, order, what outlives a process, which users, which machines. */
	const char *records, *order, *persistence, *users, *machines;
	unsigned textbook; /* MB/s that textbooks give, or 0 */
	int duplex;        /* the two ends of a channel also carry messages back */
	int alone;         /* one process both sends and receives */
	/*
	 * Opens both ends in a channel that has its size, and the rest empty.  Returns 0, or -1 with errno: EMSGSIZE if the
	 * mechanism cannot carry such a message.  The caller calls mechanism_close() in both cases.
	 */
	int (*open)(struct channel *channel);
	/* Makes a process the sender or the receiver; NULL: its descriptor of the other side is closed.  0, or -1 with errno. */
	int (*attach)(struct channel *channel, enum mechanism_side side);
	/*
	 * Move one message of `channel->size` bytes, and wait as long as that takes.  Return 0, or -1 with errno; after EINTR
	 * nothing has moved, and the caller tries again.
	 */
	int (*send)(struct channel *channel, char *bytes);
	int (*receive)(struct channel *channel, char *bytes);
};

/* All mechanisms in the order of --list, followed by NULL. */
extern const struct mechanism *const mechanism_all[];

/* Returns the mechanism of that name, `length` bytes, or NULL. */
const struct mechanism *mechanism_find(const char *name, size_t length);

/* Opens a channel for messages of `size` bytes: 0, or -1 with errno and perhaps `why`.  Call mechanism_close() after both. */
int mechanism_open(struct channel *channel, const struct mechanism *mechanism, size_t size, int spins);

/* Makes this process one side of the channel: 0, or -1 with errno. */
int mechanism_attach(struct channel *channel, enum mechanism_side side);

/* Removes the channel: its descriptors, its memory, its queue.  Leaves errno as it was. */
void mechanism_close(struct channel *channel);

/* Maps `room` bytes that this process and its children share: 0, or -1 with errno. */
int mechanism_map(struct channel *channel, size_t room, int fd);

/*
 * Makes a private directory for an object that needs a name, and writes "DIRECTORY/NAME" to `path`: 0, or -1 with errno.
 * mechanism_leave_directory() removes both.
 */
#define MECHANISM_PATH 96
int mechanism_enter_directory(char *path, const char *name);
void mechanism_leave_directory(char *path);

/* The mechanisms, each in the file of its family. */
extern const struct mechanism pipes_pipe, pipes_fifo;
extern const struct mechanism sockets_pair, sockets_seqpacket, sockets_dgram, sockets_unix, sockets_tcp;
extern const struct mechanism queues_posix, queues_sysv;
extern const struct mechanism memory_semaphore, memory_ring, memory_file, memory_futex, memory_copy, memory_spin;
extern const struct mechanism wakeups_signal, wakeups_eventfd;

#endif
