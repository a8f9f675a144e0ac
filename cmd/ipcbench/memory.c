/* SPDX-License-Identifier: ISC */
/*
 * Shared memory: one slot that a semaphore or a futex hands over, a ring in memory or in a mapped file, and memcpy(3) in
 * one process as the limit of all mechanisms that copy.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mechanism.h"

#define LINE 64 /* bytes of a cache line, so that the two sides do not share one unless they must */
#define FULL 0x100 /* a byte has been put there */
#define RING_LEAST ((uint32_t)256 << 10)

/* One slot, handed over by two semaphores. */
struct slot {
	sem_t empty, full;
	_Alignas(LINE) char bytes[];
};

static int open_semaphore(struct channel *channel)
{
	struct slot *slot;

	if (mechanism_map(channel, sizeof(*slot) + channel->size, -1) == -1)
		return -1;
	slot = channel->memory;
	return sem_init(&slot->empty, 1, 1) == -1 ? -1 : sem_init(&slot->full, 1, 0);
}

static int send_semaphore(struct channel *channel, char *bytes)
{
	struct slot *slot = channel->memory;

	if (sem_wait(&slot->empty) == -1)
		return -1;
	memcpy(slot->bytes, bytes, channel->size);
	return sem_post(&slot->full);
}

static int receive_semaphore(struct channel *channel, char *bytes)
{
	struct slot *slot = channel->memory;

	if (sem_wait(&slot->full) == -1)
		return -1;
	memcpy(bytes, slot->bytes, channel->size);
	return sem_post(&slot->empty);
}

/* A count of bytes that one side moves on and the other may sleep on, futex(2). */
struct count {
	_Alignas(LINE) _Atomic uint32_t bytes;
	_Atomic uint32_t awaited;
};

/* A ring of bytes for one sender and one receiver.  The counts wrap around; their difference is what the ring holds. */
struct ring {
	struct count sent, taken;
	_Alignas(LINE) uint32_t mask, limit; /* the ring's size less 1; the bytes that it may hold at a time */
	_Alignas(LINE) char bytes[];
};

/* Waits until the count is not `seen` any more: looks again a few times before it sleeps. */
static int wait_for_change(struct count *count, uint32_t seen, int spins)
{
	int result = 0;

	while (spins-- > 0)
		if (atomic_load_explicit(&count->bytes, memory_order_acquire) != seen)
			return 0;
	atomic_store(&count->awaited, 1);
	if (atomic_load(&count->bytes) == seen)
		result = (int)syscall(SYS_futex, &count->bytes, FUTEX_WAIT, seen, NULL, NULL, 0);
	atomic_store_explicit(&count->awaited, 0, memory_order_relaxed);
	/* EAGAIN: it changed before this process slept.  EINTR: the caller looks again. */
	return result == -1 && errno != EAGAIN && errno != EINTR ? -1 : 0;
}

/* Moves a count on, and wakes the other side only if it sleeps. */
static int move_on(struct count *count, uint32_t size)
{
	atomic_fetch_add(&count->bytes, size);
	if (!atomic_load(&count->awaited))
		return 0;
	return syscall(SYS_futex, &count->bytes, FUTEX_WAKE, 1, NULL, NULL, 0) == -1 ? -1 : 0;
}

/* Returns the size of the ring for this message: a power of two that holds several. */
static uint32_t ring_size(size_t size)
{
	uint32_t room = RING_LEAST;

	while (room < 2 * size)
		room *= 2;
	return room;
}

/* Maps a ring, in the file `fd` or in anonymous memory, that holds at most `limit` bytes at a time. */
static int open_in(struct channel *channel, uint32_t limit, int fd)
{
	struct ring *ring;
	uint32_t room = ring_size(channel->size);

	if (mechanism_map(channel, sizeof(*ring) + room, fd) == -1)
		return -1;
	ring = channel->memory;
	ring->mask = room - 1;
	ring->limit = limit > 0 ? limit : room;
	return 0;
}

static int open_ring(struct channel *channel)
{
	return open_in(channel, 0, -1);
}

/* A ring that holds one message is a slot that a futex hands over. */
static int open_futex(struct channel *channel)
{
	channel->spins = 0;
	return open_in(channel, (uint32_t)channel->size, -1);
}

static int open_file(struct channel *channel)
{
	char path[MECHANISM_PATH];
	int fd = -1, result = -1, err;

	if (mechanism_enter_directory(path, "file") == 0)
		fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	err = errno;
	mechanism_leave_directory(path);
	if (fd == -1) {
		errno = err;
		return -1;
	}
	/* posix_fallocate(3) tells of a full disk here, where a write to the mapping would be SIGBUS. */
	err = posix_fallocate(fd, 0, (off_t)(sizeof(struct ring) + ring_size(channel->size)));
	if (err == 0 && (result = open_in(channel, 0, fd)) == -1)
		err = errno;
	close(fd);
	errno = err;
	return result;
}

/* Copies between the ring, from the count `at` on, and a message, in two pieces where the ring ends in between. */
static void copy_in(struct ring *ring, uint32_t at, const char *bytes, uint32_t size)
{
	uint32_t start = at & ring->mask, first = ring->mask + 1 - start;

	if (first > size)
		first = size;
	memcpy(ring->bytes + start, bytes, first);
	memcpy(ring->bytes, bytes + first, size - first);
}

static void copy_out(const struct ring *ring, uint32_t at, char *bytes, uint32_t size)
{
	uint32_t start = at & ring->mask, first = ring->mask + 1 - start;

	if (first > size)
		first = size;
	memcpy(bytes, ring->bytes + start, first);
	memcpy(bytes + first, ring->bytes, size - first);
}

static int send_ring(struct channel *channel, char *bytes)
{
	struct ring *ring = channel->memory;
	uint32_t size = (uint32_t)channel->size, sent = atomic_load_explicit(&ring->sent.bytes, memory_order_relaxed), taken;

	while (taken = atomic_load_explicit(&ring->taken.bytes, memory_order_acquire), ring->limit - (sent - taken) < size)
		if (wait_for_change(&ring->taken, taken, channel->spins) == -1)
			return -1;
	copy_in(ring, sent, bytes, size);
	return move_on(&ring->sent, size);
}

static int receive_ring(struct channel *channel, char *bytes)
{
	struct ring *ring = channel->memory;
	uint32_t size = (uint32_t)channel->size, taken = atomic_load_explicit(&ring->taken.bytes, memory_order_relaxed), sent;

	while (sent = atomic_load_explicit(&ring->sent.bytes, memory_order_acquire), sent - taken < size)
		if (wait_for_change(&ring->sent, sent, channel->spins) == -1)
			return -1;
	copy_out(ring, taken, bytes, size);
	return move_on(&ring->taken, size);
}

/* One process copies into memory and out of it. */
static int open_copy(struct channel *channel)
{
	return mechanism_map(channel, channel->size, -1);
}

static int send_copy(struct channel *channel, char *bytes)
{
	memcpy(channel->memory, bytes, channel->size);
	/* The compiler must not see through both copies. */
	__asm__ volatile("" : : "r"(channel->memory) : "memory");
	return 0;
}

static int receive_copy(struct channel *channel, char *bytes)
{
	memcpy(bytes, channel->memory, channel->size);
	__asm__ volatile("" : : "r"(bytes) : "memory");
	return 0;
}

/* One byte between two processors that both look for it all the time: the way itself, without the kernel. */
static int open_spin(struct channel *channel)
{
	return mechanism_map(channel, LINE, -1);
}

static int send_spin(struct channel *channel, char *bytes)
{
	_Atomic int *place = channel->memory;

	while (atomic_load(place) != 0)
		;
	atomic_store(place, FULL | (unsigned char)*bytes);
	return 0;
}

static int receive_spin(struct channel *channel, char *bytes)
{
	_Atomic int *place = channel->memory;
	int found;

	while ((found = atomic_load(place)) == 0)
		;
	*bytes = (char)found;
	atomic_store(place, 0);
	return 0;
}

const struct mechanism memory_semaphore = {
	.name = "sem-shm", .summary = "memory, semaphore",
	.records = "own", .order = "own", .persistence = "bytes", .users = "by mode", .machines = "no",
	.textbook = 1000, .open = open_semaphore, .send = send_semaphore, .receive = receive_semaphore,
};

const struct mechanism memory_futex = {
	.name = "futex", .summary = "memory, futex",
	.records = "own", .order = "own", .persistence = "bytes", .users = "by mode", .machines = "no",
	.textbook = 1000, .open = open_futex, .send = send_ring, .receive = receive_ring,
};

const struct mechanism memory_ring = {
	.name = "ring", .summary = "memory, ring",
	.records = "own", .order = "own", .persistence = "bytes", .users = "by mode", .machines = "no",
	.textbook = 1000, .open = open_ring, .send = send_ring, .receive = receive_ring,
};

const struct mechanism memory_file = {
	.name = "mmap", .summary = "mapped file, ring",
	.records = "own", .order = "own", .persistence = "file", .users = "by mode", .machines = "no",
	.textbook = 1000, .open = open_file, .send = send_ring, .receive = receive_ring,
};

const struct mechanism memory_copy = {
	.name = "memcpy", .summary = "two copies alone",
	.records = "-", .order = "-", .persistence = "-", .users = "-", .machines = "-",
	.alone = 1, .open = open_copy, .send = send_copy, .receive = receive_copy,
};

const struct mechanism memory_spin = {
	.name = "spin", .summary = "one byte between two processors",
	.open = open_spin, .send = send_spin, .receive = receive_spin,
};
