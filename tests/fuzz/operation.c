/* SPDX-License-Identifier: ISC */
/* An operation of `semctl op`, against a second reading: the same words are taken, and mean the same when spelt again. */
#include "tool.h"

#include "../../cmd/semctl/operate.c"

#include <ctype.h>

/* Decimal or hexadecimal up to `most`: what follows it, or NULL. */
static const char *skip_number(const char *p, long most, long *value)
{
	int base = p[0] == '0' && (p[1] == 'x' || p[1] == 'X') ? 16 : 10;
	const char *start = base == 16 ? p += 2 : p;

	for (*value = 0; base == 16 ? isxdigit((unsigned char)*p) : isdigit((unsigned char)*p); p++) {
		*value = *value * base + (isdigit((unsigned char)*p) ? *p - '0' : (*p | 0x20) - 'a' + 10);
		if (*value > most)
			return NULL;
	}
	return p == start ? NULL : p;
}

/* Whether it is one: its parts have room for 23 digits, with which leading zeros count. */
static int is_operation(const char *word, long *at, long *by, int *flags)
{
	const char *p = skip_number(word, VALUES_MOST, at), *sign = p;

	*flags = 0;
	if (p == NULL || *p == '\0' || strchr("-+=", *p) == NULL || p - word > 23)
		return 0;
	p = skip_number(sign + 1, SEMAPHORE_MOST_SYSV, by);
	if (p == NULL || p - sign > 24 || (*sign == '=') != (*by == 0))
		return 0;
	for (; *p == 'u' || *p == 'n'; p++)
		*flags |= *p == 'u' ? SEM_UNDO : IPC_NOWAIT;
	if (*sign == '-')
		*by = -*by;
	return *p == '\0';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	char *word = take_word(&in, in.size), again[64];
	struct sembuf operation, second;
	int flags, wanted;
	long at, by;

	wanted = is_operation(word, &at, &by, &flags);
	if (REFUSED()) {
		CHECK(!wanted);
	} else {
		operation = operation_or_exit(word);
		CHECK(wanted && operation.sem_num == at && operation.sem_op == by && operation.sem_flg == flags);
		snprintf(again, sizeof(again), "%d%c%d%s%s", operation.sem_num, by == 0 ? '=' : by < 0 ? '-' : '+', abs(operation.sem_op),
		         flags & SEM_UNDO ? "u" : "", flags & IPC_NOWAIT ? "n" : "");
		second = operation_or_exit(again);
		CHECK(memcmp(&operation, &second, sizeof(second)) == 0);
	}
	free(word);
	return 0;
}
