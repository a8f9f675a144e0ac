/* SPDX-License-Identifier: ISC */
#include "inventory/users_found.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#define DELETED " (deleted)"
#define MEMFD "/memfd:"

static int ends_deleted(const char *path, size_t size)
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

	if (!ends_deleted(path, size) || size >= sizeof(name))
		return 0;
	memcpy(name, path, size);
	name[size] = '\0';
	return lstat(name, &st) == -1 || st.st_dev != device || st.st_ino != inode;
}

static int starts_with(const char *text, size_t size, const char *start)
{
	return size >= strlen(start) && memcmp(text, start, strlen(start)) == 0;
}

enum inventory_kind users_found_kind(const struct users_pass *pass, const char *path, size_t size, dev_t device, uint64_t inode)
{
	if (device == pass->memory && pass->kinds & INVENTORY_MEMFD && starts_with(path, size, MEMFD))
		return INVENTORY_MEMFD;
	if (pass->unlinked && device == pass->files && is_unlinked(path, size, device, inode))
		return INVENTORY_PSHM;
	return 0;
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

int users_found_add_memory(struct users_pass *pass, enum inventory_kind kind, const struct statx *st, const char *name,
                       const char *path, size_t path_size, dev_t device, uint64_t inode, uint32_t *out)
{
	struct inventory_entry entry;
	char label[PATH_MAX];
	ssize_t added;

	inventory_blank(&entry, kind);
	if (ends_deleted(path, path_size))
		path_size -= strlen(DELETED);
	if (path_size >= sizeof(label))
		path_size = sizeof(label) - 1;
	memcpy(label, path, path_size);
	label[path_size] = '\0';
	entry.name = name;
	entry.label = kind == INVENTORY_MEMFD ? label + strlen(MEMFD) : label;
	entry.dev = device;
	entry.ino = (ino_t)inode;
	entry.flags = INVENTORY_UNLINKED;
	entry.uid = entry.cuid = entry.gid = entry.cgid = (uid_t)-1;
	entry.mode = (mode_t)-1;
	if (st != NULL) {
		set_file(&entry, st);
		entry.size = (int64_t)st->stx_size;
		entry.used = (int64_t)st->stx_blocks * 512;
	}
	added = inventory_add(pass->inventory, &entry);
	if (added == -1 || users_pass_know(pass) == -1)
		return -1;
	*out = (uint32_t)added;
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
