/* SPDX-License-Identifier: ISC */
#include "operands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "ipc/object.h"

static unsigned kinds_of(const struct object *object)
{
	switch (object->kind) {
	case OBJECT_NAME: return INVENTORY_POSIX;
	case OBJECT_FILE: return INVENTORY_FIFO | INVENTORY_UNIX | INVENTORY_PSHM | INVENTORY_PSEM | INVENTORY_MEMFD;
	case OBJECT_MEMFD: return INVENTORY_MEMFD | INVENTORY_PSHM | INVENTORY_PSEM;
	default: return INVENTORY_SYSV;
	}
}

void operands_prepare(struct operands *operands)
{
	char path[64];
	size_t i;

	for (i = 0; i < operands->count; i++) {
		struct wanted *wanted = &operands->list[i];
		const struct object *object = &wanted->object;
		int result = 0;

		if (object->kind & (OBJECT_KEY | OBJECT_FTOK)) {
			result = object_key(object, &wanted->key);
		} else if (object->kind == OBJECT_FILE) {
			result = stat(object->path, &wanted->st);
		} else if (object->kind == OBJECT_MEMFD) {
			snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)object->pid, object->fd);
			result = stat(path, &wanted->st);
		}
		wanted->err = result == -1 ? errno : 0;
	}
}

unsigned operands_kinds(const struct operands *operands)
{
	unsigned kinds = 0;
	size_t i;

	for (i = 0; i < operands->count; i++)
		kinds |= kinds_of(&operands->list[i].object);
	return kinds;
}

int operands_is_repeated(const struct operands *operands, size_t operand)
{
	size_t i;

	for (i = 0; i < operand; i++)
		if (strcmp(operands->list[i].object.word, operands->list[operand].object.word) == 0)
			return 1;
	return 0;
}

static int names(const struct wanted *wanted, const struct inventory_entry *entry)
{
	if (wanted->err != 0)
		return 0;
	if (entry->kind == INVENTORY_UNIX)
		/* The mode is known only where the file is this socket's.  Names of other sockets are relative to any directory. */
		return wanted->object.kind == OBJECT_FILE && strcmp(entry->name, wanted->object.path) == 0 &&
		       entry->mode != (mode_t)-1;
	if (wanted->object.kind & (OBJECT_FILE | OBJECT_MEMFD))
		return !(entry->kind & INVENTORY_SYSV) && entry->dev == wanted->st.st_dev && entry->ino == wanted->st.st_ino;
	return inventory_is(entry, &wanted->object, wanted->key);
}

int operands_find(struct operands *operands, const struct inventory_entry *entry)
{
	size_t i;
	int any = 0;

	for (i = 0; i < operands->count; i++)
		if (names(&operands->list[i], entry))
			any = operands->list[i].found = 1;
	return any;
}

/* Whether the object may exist among those that could not be listed. */
static int may_be_hidden(const struct wanted *wanted, const struct inventory *inventory, unsigned kinds)
{
	size_t i;

	for (i = 0; i < inventory->problem_count; i++)
		if (!inventory->problems[i].minor && inventory->problems[i].kind & kinds & kinds_of(&wanted->object))
			return 1;
	return 0;
}

int operands_report_missing(const struct operands *operands, const struct inventory *inventory, unsigned kinds)
{
	int status = CLI_DONE, one;
	size_t i;

	for (i = 0; i < operands->count; i++) {
		const struct wanted *wanted = &operands->list[i];

		if (wanted->found) {
			one = CLI_DONE;
		} else if (wanted->err == 0 && may_be_hidden(wanted, inventory, kinds)) {
			one = CLI_FAILED;
		} else if (wanted->object.kind & (OBJECT_FILE | OBJECT_MEMFD) && wanted->err == 0) {
			cli_warn(wanted->object.word, "not an IPC object, or not of a kind that is listed");
			one = CLI_MISSING;
		} else {
			one = cli_fail(wanted->object.word, wanted->err ? wanted->err : wanted->queue_err ? wanted->queue_err : ENOENT);
		}
		status = i == 0 ? one : cli_merge_status(status, one);
	}
	return status;
}
