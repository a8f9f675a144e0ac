/* SPDX-License-Identifier: ISC */
/*
 * The layout and the bits are those of glibc since version 2.4, nptl/pthreadP.h: they are part of its binary interface, since
 * programs that were linked with one version share mutexes with programs of the next one.
 */
#include "ipc/mutex_bytes.h"

#include <limits.h>
#include <linux/futex.h>
#include <stdint.h>
#include <string.h>

/* The kind: two bits of the type, and flags. */
enum {
	TYPE = 3,
	TYPE_RECURSIVE = 1,
	ROBUST = 16,
	INHERIT = 32,
	CEILING = 64,
	SHARED = 128,
	ELISION = 256, /* locked by transactional memory, by instructions that a processor may lack; a normal mutex, neither
	                  robust nor with a protocol */
	NO_ELISION = 512, /* pthread_mutexattr_settype(3) sets it for PTHREAD_MUTEX_NORMAL */
	FLAGS = TYPE | ROBUST | INHERIT | CEILING | SHARED | ELISION | NO_ELISION,
	DESTROYED = -1,
};

/* What stands for the owner of a robust mutex whose holder has died. */
enum { INCONSISTENT = INT_MAX, NOT_RECOVERABLE = INT_MAX - 1 };

/* The highest number of a thread, PID_MAX_LIMIT of the kernel. */
enum { MOST_THREAD = 1 << 22 };

/* The first words of a mutex: lock, count, owner; then users and kind, in 32-bit programs kind and users. */
enum { WORD_LOCK, WORD_COUNT, WORD_OWNER, WORDS = 6 };
#if __SIZEOF_POINTER__ == 8
enum { WORD_KIND = 4, WORD_OTHER_KIND = 3 };
#define OTHER_SIZE "32-bit"
#else
enum { WORD_KIND = 3, WORD_OTHER_KIND = 4 };
#define OTHER_SIZE "64-bit"
#endif

/* musl: the first word has the type, and these flags. */
enum { MUSL_ROBUST = 4, MUSL_INHERIT = 8 };

static int is_kind(uint32_t kind)
{
	return (kind & ~(uint32_t)FLAGS) == 0 && !(kind & ELISION && kind & (TYPE | ROBUST | INHERIT | CEILING));
}

/* Whether the lock holds the number of a thread, and bits that the kernel knows. */
static int has_thread(uint32_t kind)
{
	return (kind & (ROBUST | INHERIT)) != 0;
}

/* Whether the other words can stand beside this kind. */
static int is_plausible(const uint32_t *words, uint32_t kind)
{
	uint32_t lock = words[WORD_LOCK], owner = words[WORD_OWNER];

	if (has_thread(kind) ? (lock & FUTEX_TID_MASK) > MOST_THREAD : !(kind & CEILING) && lock > 2)
		return 0;
	if (owner > MOST_THREAD && !(kind & ROBUST && (owner == INCONSISTENT || owner == NOT_RECOVERABLE)))
		return 0;
	return (kind & TYPE) == TYPE_RECURSIVE || words[WORD_COUNT] <= 1;
}

static int is_shared_mutex(const uint32_t *words, uint32_t kind)
{
	return is_kind(kind) && kind & SHARED && is_plausible(words, kind);
}

/* Whether these are the words of a process-shared mutex of musl: all but the first are zero where it is free. */
static int is_musl(const uint32_t *words)
{
	return words[0] & SHARED && (words[0] & ~(uint32_t)(SHARED | TYPE | MUSL_ROBUST | MUSL_INHERIT)) == 0 &&
	       (words[1] & FUTEX_TID_MASK) <= MOST_THREAD && words[3] == 0 && words[4] == 0;
}

static int is_swapped(const uint32_t *words)
{
	uint32_t swapped[WORDS];
	int i;

	for (i = 0; i < WORDS; i++)
		swapped[i] = __builtin_bswap32(words[i]);
	return is_shared_mutex(swapped, swapped[3]) || is_shared_mutex(swapped, swapped[4]);
}

static int are_zero(const pthread_mutex_t *bytes)
{
	const unsigned char *byte = (const unsigned char *)bytes;
	size_t i;

	for (i = 0; i < sizeof(pthread_mutex_t); i++)
		if (byte[i] != 0)
			return 0;
	return 1;
}

const char *mutex_bytes_examine(const pthread_mutex_t *bytes)
{
	uint32_t words[WORDS], kind;

	memcpy(words, bytes, sizeof(words));
	kind = words[WORD_KIND];
	if (is_shared_mutex(words, kind))
		return kind & CEILING ? "a mutex with a priority ceiling (PTHREAD_PRIO_PROTECT), which only real-time threads can lock" :
		       kind & ELISION ? "a mutex that is locked by transactional memory (the tunable glibc.elision.enable)" :
		                        NULL;
	if (are_zero(bytes))
		return "all bytes are zero there: no mutex was initialised, or one that is not process-shared (pthread_mutexattr_setpshared(3))";
	if (kind == (uint32_t)DESTROYED)
		return "the mutex there was destroyed (pthread_mutex_destroy(3))";
	if (is_shared_mutex(words, words[WORD_OTHER_KIND]))
		return "a mutex of a " OTHER_SIZE " program, whose layout is another one";
	if (is_musl(words))
		return "a mutex of the C library musl, whose layout is another one";
	if (is_swapped(words))
		return "a mutex of a machine with another byte order";
	if (is_kind(kind) && is_plausible(words, kind))
		return "a mutex that is not process-shared (pthread_mutexattr_setpshared(3))";
	return "the bytes there are not a mutex of this C library";
}

int mutex_bytes_are_robust(const pthread_mutex_t *bytes)
{
	return (bytes->__data.__kind & ROBUST) != 0;
}

int mutex_bytes_are_recursive(const pthread_mutex_t *bytes)
{
	return (bytes->__data.__kind & TYPE) == TYPE_RECURSIVE;
}

int mutex_bytes_inherit_priority(const pthread_mutex_t *bytes)
{
	return (bytes->__data.__kind & INHERIT) != 0;
}

int mutex_bytes_are_orphaned(const pthread_mutex_t *bytes)
{
	return mutex_bytes_are_robust(bytes) && (bytes->__data.__lock & FUTEX_OWNER_DIED) != 0;
}

int mutex_bytes_are_lost(const pthread_mutex_t *bytes)
{
	return mutex_bytes_are_robust(bytes) && bytes->__data.__owner == NOT_RECOVERABLE && !mutex_bytes_are_orphaned(bytes);
}

pid_t mutex_bytes_holder(const pthread_mutex_t *bytes)
{
	if (has_thread((uint32_t)bytes->__data.__kind))
		return bytes->__data.__lock & FUTEX_TID_MASK;
	return bytes->__data.__lock != 0 ? bytes->__data.__owner : 0;
}
