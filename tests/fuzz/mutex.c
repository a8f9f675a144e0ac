/* SPDX-License-Identifier: ISC */
/*
 * Bytes where a mutex is looked for: one that the tools would lock can be locked by the C library within no time, and
 * what is said of its holder fits its bytes.  Mutexes that the C library makes are recognised.
 */
#include <errno.h>
#include <time.h>

#include "fuzz.h"
#include "ipc/mutex_bytes.h"

/* Makes a mutex of the kind that the byte chooses, and locks it perhaps: the tools must recognise it. */
static void check_own(uint8_t choice)
{
	static const int types[] = {PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_ADAPTIVE_NP};
	int shared = (choice & 4) != 0, robust = (choice & 8) != 0, inherit = (choice & 16) != 0, locked = (choice & 32) != 0;
	pthread_mutexattr_t attributes;
	pthread_mutex_t mutex;
	const char *wrong;

	CHECK(pthread_mutexattr_init(&attributes) == 0 && pthread_mutexattr_settype(&attributes, types[choice & 3]) == 0);
	CHECK(pthread_mutexattr_setpshared(&attributes, shared ? PTHREAD_PROCESS_SHARED : PTHREAD_PROCESS_PRIVATE) == 0);
	CHECK(pthread_mutexattr_setrobust(&attributes, robust ? PTHREAD_MUTEX_ROBUST : PTHREAD_MUTEX_STALLED) == 0);
	CHECK(pthread_mutexattr_setprotocol(&attributes, inherit ? PTHREAD_PRIO_INHERIT : PTHREAD_PRIO_NONE) == 0);
	CHECK(pthread_mutex_init(&mutex, &attributes) == 0);
	CHECK(!locked || pthread_mutex_lock(&mutex) == 0);
	wrong = mutex_bytes_examine(&mutex);
	/* The C library makes every robust mutex as one that is shared. */
	CHECK((wrong == NULL) == (shared || robust));
	if (wrong == NULL) {
		CHECK(mutex_bytes_are_robust(&mutex) == robust);
		CHECK(mutex_bytes_are_recursive(&mutex) == ((choice & 3) == 1));
		CHECK(mutex_bytes_inherit_priority(&mutex) == inherit);
		CHECK((mutex_bytes_holder(&mutex) != 0) == locked);
		CHECK(!mutex_bytes_are_orphaned(&mutex) && !mutex_bytes_are_lost(&mutex));
	}
	if (locked)
		CHECK(pthread_mutex_unlock(&mutex) == 0);
	pthread_mutex_destroy(&mutex);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	pthread_mutex_t *bytes;
	const char *wrong;

	check_own(take_byte(&in));
	bytes = calloc(1, sizeof(pthread_mutex_t));
	CHECK(bytes != NULL);
	memcpy(bytes, in.bytes, in.size < sizeof(pthread_mutex_t) ? in.size : sizeof(pthread_mutex_t));
	wrong = mutex_bytes_examine(bytes);
	if (wrong != NULL) {
		CHECK(*wrong != '\0' && strlen(wrong) < 160);
	} else {
		CHECK(mutex_bytes_holder(bytes) >= 0 && mutex_bytes_holder(bytes) <= 1 << 22);
		CHECK(!mutex_bytes_are_orphaned(bytes) || mutex_bytes_are_robust(bytes));
		/* Those with lists of pointers and those that the kernel locks are not for any bytes. */
		if (!mutex_bytes_are_robust(bytes) && !mutex_bytes_inherit_priority(bytes)) {
			int err = pthread_mutex_trylock(bytes);

			CHECK(err == 0 || err == EBUSY || err == EAGAIN || err == EDEADLK);
		}
	}
	free(bytes);
	return 0;
}
