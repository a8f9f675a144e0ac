/* SPDX-License-Identifier: ISC */
#include "inventory/operands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

unsigned operands_kinds_of(const struct operand *operand)
{
	switch (operand->object.kind) {
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
		struct operand *operand = &operands->list[i];
		const struct object *object = &operand->object;
		int result = 0;

		if (object->kind & (OBJECT_KEY | OBJECT_FTOK)) {
			result = object_key(object, &operand->key);
		} else if (object->kind == OBJECT_FILE) {
			result = stat(object->path, &operand->st);
		} else if (object->kind == OBJECT_MEMFD) {
			snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)object->pid, object->fd);
			result = stat(path, &operand->st);
		}
		operand->err = result == -1 ? errno : 0;
	}
}

unsigned operands_kinds(const struct operands *operands)
{
	unsigned kinds = 0;
	size_t i;

	for (i = 0; i < operands->count; i++)
		kinds |= operands_kinds_of(&operands->list[i]);
	return kinds;
}

int operands_is_repeated(const struct operands *operands, size_t at)
{
	size_t i;

	for (i = 0; i < at; i++)
		if (strcmp(operands->list[i].object.word, operands->list[at].object.word) == 0)
			return 1;
	return 0;
}

int operands_name(const struct operand *operand, const struct inventory_entry *entry)
{
	if (operand->err != 0)
		return 0;
	if (entry->kind == INVENTORY_UNIX)
		/* The mode is known only where the file is this socket's.  Names of other sockets are relative to any directory. */
		return operand->object.kind == OBJECT_FILE && strcmp(entry->name, operand->object.path) == 0 &&
		       entry->mode != (mode_t)-1;
	if (operand->object.kind & (OBJECT_FILE | OBJECT_MEMFD))
		return !(entry->kind & INVENTORY_SYSV) && entry->dev == operand->st.st_dev && entry->ino == operand->st.st_ino;
	return inventory_is(entry, &operand->object, operand->key);
}

int operands_find(struct operands *operands, const struct inventory_entry *entry)
{
	size_t i;
	int any = 0;

	for (i = 0; i < operands->count; i++)
		if (operands_name(&operands->list[i], entry))
			any = operands->list[i].found = 1;
	return any;
}

static int has_queue(const struct inventory *inventory, const char *name)
{
	size_t i;

	for (i = 0; i < inventory->count; i++)
		if (inventory->entries[i].kind == INVENTORY_PMSG && strcmp(inventory->entries[i].name, name) == 0)
			return 1;
	return 0;
}

int operands_add_queues(struct operands *operands, struct inventory *inventory, unsigned details)
{
	size_t i;

	for (i = 0; i < operands->count; i++) {
		struct operand *operand = &operands->list[i];

		if (operand->err != 0 || operand->object.kind != OBJECT_NAME || has_queue(inventory, operand->object.name) ||
		    inventory_find_queue(inventory, operand->object.name, details) == 0)
			continue;
		if (errno == ENOMEM)
			return -1;
		operand->queue_err = errno;
	}
	return 0;
}

unsigned operands_hidden(const struct operand *operand, const struct inventory *inventory, unsigned kinds)
{
	unsigned hidden = 0;
	size_t i;

	for (i = 0; i < inventory->problem_count; i++) {
		const struct inventory_problem *problem = &inventory->problems[i];

		if (!problem->minor && (problem->whole || operand->object.kind != OBJECT_NAME ||
		                        strcmp(problem->what, operand->object.name) == 0))
			hidden |= problem->kind;
	}
	return hidden & kinds & operands_kinds_of(operand) & ~(unsigned)INVENTORY_PMSG;
}

int operands_error(const struct operand *operand, const struct inventory *inventory)
{
	size_t i;

	if (operand->err != 0)
		return operand->err;
	for (i = 0; operand->object.kind == OBJECT_NAME && i < inventory->problem_count; i++)
		if (inventory->problems[i].minor && strcmp(inventory->problems[i].what, operand->object.name) == 0)
			return inventory->problems[i].err;
	return operand->queue_err != 0 ? operand->queue_err : ENOENT;
}
