/* SPDX-License-Identifier: ISC */
#include "inventory/users_found.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "inventory/inventory_parts.h"
#include "ipc/semaphore_posix.h"

#define DELETED " (deleted)"
#define MEMFD "/memfd:"

int users_found_ends_deleted(const char *path, size_t size)
{
	size_t tail = strlen(DELETED);

	return size > tail && memcmp(path + size - tail, DELETED, tail) == 0;
}

/*
 * Whether the file of a path that ends in " (deleted)" has lost its name.  The kernel adds this text to the former path,
 * but a name can end in it as well.
 */
static int is_unlinked(const char *path, size_t size, dev_t device, uint64_t inode)
{
	char name[PATH_MAX];
	struct stat st;

	if (!users_found_ends_deleted(path, size) || size >= sizeof(name))
		return 0;
	memcpy(name, path, size);
	name[size] = '\0';
	return lstat(name, &st) == -1 || st.st_dev != device || st.st_ino != inode;
}

static int starts_with(const char *text, size_t size, const char *start)
{
	return size >= strlen(start) && memcmp(text, start, strlen(start)) == 0;
}

/* Whether the last part of the path is the name of a semaphore, and the size, if it is known, that of a semaphore. */
static int is_semaphore(const struct statx *st, const char *path, size_t size)
{
	const char *slash = memrchr(path, '/', size);
	const char *file = slash == NULL ? path : slash + 1;

	return starts_with(file, size - (size_t)(file - path), SEM_PREFIX) &&
	       (st == NULL || st->stx_size == SEMAPHORE_POSIX_SIZE || st->stx_size == SEMAPHORE_POSIX_SIZE_32);
}

enum inventory_kind users_found_kind(const struct users_pass *pass, const struct statx *st, const char *path, size_t size,
                                     dev_t device, uint64_t inode)
{
	enum inventory_kind kind;

	if (device == pass->memory)
		return pass->kinds & INVENTORY_MEMFD && starts_with(path, size, MEMFD) ? INVENTORY_MEMFD : 0;
	/* A file of another device lies on an unmounted tmpfs, where no path leads to it. */
	if (!pass->unlinked || (device == pass->files && !is_unlinked(path, size, device, inode)))
		return 0;
	kind = is_semaphore(st, path, size) ? INVENTORY_PSEM : INVENTORY_PSHM;
	return pass->kinds & kind ? kind : 0;
}

static void set_file(struct inventory_entry *entry, const struct statx *st)
{
	entry->uid = entry->cuid = st->stx_uid;
	entry->gid = entry->cgid = st->stx_gid;
	entry->mode = st->stx_mode & 07777;
	entry->times[INVENTORY_CHANGED] = st->stx_ctime.tv_sec;
	entry->times[INVENTORY_USED] = st->stx_atime.tv_sec;
	entry->times[INVENTORY_USED_TOO] = st->stx_mtime.tv_sec;
}

static void set_memory(struct inventory_entry *entry, const struct statx *st)
{
	set_file(entry, st);
	entry->size = (int64_t)st->stx_size;
	if (entry->kind != INVENTORY_PSEM)
		entry->used = (int64_t)st->stx_blocks * 512;
	else if (st->stx_size == SEMAPHORE_POSIX_SIZE_32)
		entry->flags |= INVENTORY_32BIT;
}

int users_found_add_memory(struct users_pass *pass, enum inventory_kind kind, const struct statx *st, const char *name,
                       const char *path, size_t path_size, dev_t device, uint64_t inode, uint32_t *out)
{
	struct inventory_entry entry;
	char label[PATH_MAX];
	ssize_t added;

	inventory_blank(&entry, kind);
	if (users_found_ends_deleted(path, path_size))
		path_size -= strlen(DELETED);
	if (path_size >= sizeof(label))
		path_size = sizeof(label) - 1;
	memcpy(label, path, path_size);
	label[path_size] = '\0';
	entry.name = name;
	entry.label = kind == INVENTORY_MEMFD ? label + strlen(MEMFD) : label;
	entry.dev = device;
	entry.ino = (ino_t)inode;
	entry.flags = INVENTORY_UNLINKED | (starts_with(name, strlen(name), "file:") ? INVENTORY_MAPPED : 0) |
	              (device != pass->memory && device != pass->files ? INVENTORY_UNMOUNTED : 0);
	entry.uid = entry.cuid = entry.gid = entry.cgid = (uid_t)-1;
	entry.mode = (mode_t)-1;
	if (st != NULL)
		set_memory(&entry, st);
	added = inventory_add(pass->inventory, &entry);
	if (added == -1 || users_pass_know(pass) == -1)
		return -1;
	*out = (uint32_t)added;
	return 0;
}

const char *users_found_name(const struct users_pass *pass, const char *number, char *room)
{
	snprintf(room, USERS_FOUND_ROOM, "memfd:%d:%.20s", (int)pass->thread, number);
	return room;
}

int users_found_set_descriptor(struct users_pass *pass, uint32_t entry, const struct statx *st, const char *number)
{
	struct inventory_entry *found = &pass->inventory->entries[entry];
	char room[USERS_FOUND_ROOM];
	const char *name = users_found_name(pass, number, room);

	name = inventory_keep(pass->inventory, name, strlen(name));
	if (name == NULL)
		return -1;
	found->name = name;
	found->flags &= ~(unsigned)INVENTORY_MAPPED;
	set_memory(found, st);
	return 0;
}

int users_found_add_fifo(struct users_pass *pass, const struct statx *st, const char *path, dev_t device, uint32_t *out)
{
	struct inventory_entry entry;
	ssize_t added;

	inventory_blank(&entry, INVENTORY_FIFO);
	entry.name = path;
	entry.dev = device;
	entry.ino = (ino_t)st->stx_ino;
	set_file(&entry, st);
	added = inventory_add(pass->inventory, &entry);
	if (added == -1 || users_pass_know(pass) == -1)
		return -1;
	*out = (uint32_t)added;
	return 0;
}
