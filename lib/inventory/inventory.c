/* SPDX-License-Identifier: ISC */
#include "inventory/inventory_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sem.h>
#include <sys/stat.h>

#include "base/array.h"

#define CHUNK ((size_t)64 * 1024) /* the longest name is two paths, 8 kB */

/* A chunk of memory for names, in a list that begins with the newest. */
struct inventory_arena {
	struct inventory_arena *before;
	size_t used;
	char bytes[];
};

static const struct {
	enum inventory_kind kind;
	const char *word, *text;
} kinds[] = {
	{INVENTORY_SHM, "shm", "System V segments"},
	{INVENTORY_PSHM, "pshm", "POSIX segments"},
	{INVENTORY_MSG, "msg", "System V queues"},
	{INVENTORY_PMSG, "pmsg", "POSIX queues"},
	{INVENTORY_SEM, "sem", "System V semaphores"},
	{INVENTORY_PSEM, "psem", "POSIX semaphores"},
	{INVENTORY_FIFO, "fifo", "FIFOs"},
	{INVENTORY_UNIX, "unix", "Unix sockets"},
	{INVENTORY_MEMFD, "memfd", "memfds"},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static size_t index_of(enum inventory_kind kind)
{
	size_t i = 0;

	while (kinds[i].kind != kind)
		i++;
	return i;
}

const char *inventory_kind_word(enum inventory_kind kind)
{
	return kinds[index_of(kind)].word;
}

const char *inventory_kind_text(enum inventory_kind kind)
{
	return kinds[index_of(kind)].text;
}

enum inventory_kind inventory_kind_of(const char *word, size_t size)
{
	size_t i;

	for (i = 0; i < KINDS; i++)
		if (strlen(kinds[i].word) == size && memcmp(kinds[i].word, word, size) == 0)
			return kinds[i].kind;
	return 0;
}

char *inventory_keep(struct inventory *inventory, const char *bytes, size_t size)
{
	struct inventory_arena *arena = inventory->arena;
	char *copy;

	if (arena == NULL || size + 1 > CHUNK - arena->used) {
		arena = malloc(sizeof(*arena) + CHUNK);
		if (arena == NULL)
			return NULL;
		arena->before = inventory->arena;
		arena->used = 0;
		inventory->arena = arena;
	}
	copy = arena->bytes + arena->used;
	memcpy(copy, bytes, size);
	copy[size] = '\0';
	arena->used += size + 1;
	return copy;
}

void inventory_blank(struct inventory_entry *entry, enum inventory_kind kind)
{
	memset(entry, 0, sizeof(*entry));
	entry->kind = kind;
	entry->id = -1;
	entry->creator_pid = entry->last_pid = entry->last_receiver_pid = -1;
	entry->value = entry->waiters = entry->message_size = -1;
	entry->size = entry->used = entry->count = entry->limit = -1;
	entry->times[INVENTORY_CHANGED] = entry->times[INVENTORY_USED] = entry->times[INVENTORY_USED_TOO] = -1;
}

int inventory_reserve(struct inventory *inventory, size_t more)
{
	struct inventory_entry *entries;

	entries = array_grow(inventory->entries, &inventory->room, inventory->count + more, sizeof(*entries));
	if (entries == NULL)
		return -1;
	inventory->entries = entries;
	return 0;
}

void inventory_set_file(struct inventory_entry *entry, const struct stat *st)
{
	entry->dev = st->st_dev;
	entry->ino = st->st_ino;
	entry->uid = entry->cuid = st->st_uid;
	entry->gid = entry->cgid = st->st_gid;
	entry->mode = st->st_mode & 07777;
	entry->times[INVENTORY_CHANGED] = st->st_ctime;
	entry->times[INVENTORY_USED] = st->st_atime;
	entry->times[INVENTORY_USED_TOO] = st->st_mtime;
}

struct inventory_entry *inventory_next(struct inventory *inventory, enum inventory_kind kind)
{
	struct inventory_entry *entry;

	if (inventory->count == inventory->room && inventory_reserve(inventory, 1) == -1)
		return NULL;
	entry = &inventory->entries[inventory->count++];
	inventory_blank(entry, kind);
	return entry;
}

struct inventory_entry *inventory_next_file(struct inventory *inventory, enum inventory_kind kind, const char *name,
                                         const struct stat *st)
{
	struct inventory_entry *entry = inventory_next(inventory, kind);

	if (entry == NULL)
		return NULL;
	entry->name = inventory_keep(inventory, name, strlen(name));
	if (entry->name == NULL) {
		inventory->count--;
		return NULL;
	}
	inventory_set_file(entry, st);
	return entry;
}

ssize_t inventory_add(struct inventory *inventory, const struct inventory_entry *entry)
{
	struct inventory_entry *copy = inventory_next(inventory, entry->kind);

	if (copy == NULL)
		return -1;
	*copy = *entry;
	if ((entry->name != NULL && (copy->name = inventory_keep(inventory, entry->name, strlen(entry->name))) == NULL) ||
	    (entry->label != NULL && (copy->label = inventory_keep(inventory, entry->label, strlen(entry->label))) == NULL)) {
		inventory->count--;
		return -1;
	}
	return (ssize_t)inventory->count - 1;
}

int inventory_complain(struct inventory *inventory, enum inventory_kind kind, const char *what, const char *reason,
                       int err, int minor)
{
	struct inventory_problem *problem;

	problem = array_grow(inventory->problems, &inventory->problem_room, inventory->problem_count + 1, sizeof(*problem));
	if (problem == NULL)
		return -1;
	inventory->problems = problem;
	what = inventory_keep(inventory, what, strlen(what));
	if (what == NULL)
		return -1;
	problem = &inventory->problems[inventory->problem_count++];
	*problem = (struct inventory_problem){.kind = kind, .what = what, .reason = reason, .err = err, .minor = minor};
	/* An object is given by its name, which has one slash, and a directory or table by its path, or without a slash. */
	problem->whole = strchr(what, '/') != what || strchr(what + 1, '/') != NULL;
	return 0;
}

void inventory_free(struct inventory *inventory)
{
	while (inventory->arena != NULL) {
		struct inventory_arena *before = inventory->arena->before;

		free(inventory->arena);
		inventory->arena = before;
	}
	free(inventory->entries);
	free(inventory->problems);
	memset(inventory, 0, sizeof(*inventory));
}

const char *inventory_name(const struct inventory_entry *entry, char *room)
{
	static const char hex[] = "0123456789abcdef";
	int i;

	if (entry->name != NULL)
		return entry->name;
	if (entry->key == IPC_PRIVATE) {
		snprintf(room, INVENTORY_NAME_ROOM, "id:%d", entry->id);
		return room;
	}
	/* A key is signed in C and unsigned here.  Written without printf(3), since a list may have 100,000 of them. */
	memcpy(room, "key:0x", 6);
	for (i = 0; i < 8; i++)
		room[6 + i] = hex[(unsigned)entry->key >> (28 - 4 * i) & 15];
	room[14] = '\0';
	return room;
}

const char *inventory_path(const struct inventory_entry *entry, char *room)
{
	snprintf(room, INVENTORY_PATH_ROOM, "/dev/shm/%s%s", entry->kind == INVENTORY_PSEM ? "sem." : "", entry->name + 1);
	return room;
}

int inventory_is_file(const struct inventory_entry *entry, const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_dev == entry->dev && st->st_ino == entry->ino;
}

int inventory_is(const struct inventory_entry *entry, const struct object *object, key_t key)
{
	if (!(entry->kind & INVENTORY_SYSV))
		return object->kind == OBJECT_NAME && strcmp(entry->name, object->name) == 0;
	if (object->kind == OBJECT_ID)
		return entry->id == object->id;
	return object->kind & (OBJECT_KEY | OBJECT_FTOK) && entry->key == key;
}

int64_t inventory_touched(const struct inventory_entry *entry)
{
	int64_t last = -1;
	int i;

	for (i = 0; i < INVENTORY_TIMES; i++)
		if (entry->times[i] > last)
			last = entry->times[i];
	return last;
}
