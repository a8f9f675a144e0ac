/* SPDX-License-Identifier: ISC */
#include "inventory/users_pass.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/array.h"

int users_pass_is_gone(int err)
{
	return err == ENOENT || err == ESRCH;
}

/* Keeps the first cause that is not a missing permission. */
static void note(struct users_pass *pass, int err)
{
	if (err != EACCES && err != EPERM && pass->err == 0)
		pass->err = err;
}

void users_pass_hide(struct users_pass *pass, int err)
{
	pass->hidden = 1;
	note(pass, err);
}

void users_pass_hide_wait(struct users_pass *pass, int err)
{
	pass->process.waits_hidden = 1;
	note(pass, err);
}

/* Gives a System V object its kind as the device and its id as the inode. */
static void identity_of(const struct inventory_entry *entry, uint64_t *device, uint64_t *inode)
{
	if (entry->kind & INVENTORY_SYSV) {
		*device = UINT64_MAX - (uint64_t)entry->kind;
		*inode = (uint64_t)entry->id;
	} else {
		/* No file tells the device of sockets. */
		*device = entry->kind == INVENTORY_UNIX ? UINT64_MAX : (uint64_t)entry->dev;
		*inode = (uint64_t)entry->ino;
	}
}

static size_t slot_of(const struct users_pass *pass, uint64_t device, uint64_t inode)
{
	uint64_t mixed = (inode ^ device << 40 ^ device >> 24) * UINT64_C(0x9e3779b97f4a7c15);

	return (size_t)(mixed >> 32) & (pass->slot_count - 1);
}

static void put_slot(struct users_pass *pass, uint32_t entry)
{
	uint64_t device, inode;
	size_t slot;

	identity_of(&pass->inventory->entries[entry], &device, &inode);
	for (slot = slot_of(pass, device, inode); pass->slots[slot] != 0; slot = (slot + 1) & (pass->slot_count - 1))
		;
	pass->slots[slot] = entry + 1;
}

/* Makes `last` and `attached` as long as the table of slots. */
static int grow_counts(struct users_pass *pass, size_t room)
{
	size_t *last = reallocarray(pass->last, room, sizeof(*last));
	uint32_t *attached;

	if (last == NULL)
		return -1;
	pass->last = last;
	attached = reallocarray(pass->attached, room, sizeof(*attached));
	if (attached == NULL)
		return -1;
	pass->attached = attached;
	memset(last + pass->last_room, 0, (room - pass->last_room) * sizeof(*last));
	memset(attached + pass->last_room, 0, (room - pass->last_room) * sizeof(*attached));
	pass->last_room = room;
	return 0;
}

int users_pass_know(struct users_pass *pass)
{
	size_t count = pass->inventory->count, room = pass->slot_count ? pass->slot_count : 64;

	if (count >= NO_ENTRY - 1) {
		errno = ENOMEM;
		return -1;
	}
	while (room < 2 * count)
		room *= 2;
	if (room != pass->slot_count) {
		free(pass->slots);
		pass->slots = calloc(room, sizeof(*pass->slots));
		if (pass->slots == NULL)
			return -1;
		pass->slot_count = room;
		pass->known = 0;
	}
	for (; pass->known < count; pass->known++)
		put_slot(pass, (uint32_t)pass->known);
	return count > pass->last_room ? grow_counts(pass, room) : 0;
}

uint32_t users_pass_find(const struct users_pass *pass, uint64_t device, uint64_t inode)
{
	uint64_t its_device, its_inode;
	size_t slot;

	for (slot = slot_of(pass, device, inode); pass->slots[slot] != 0; slot = (slot + 1) & (pass->slot_count - 1)) {
		identity_of(&pass->inventory->entries[pass->slots[slot] - 1], &its_device, &its_inode);
		if (its_device == device && its_inode == inode)
			return pass->slots[slot] - 1;
	}
	return NO_ENTRY;
}

/*
 * Whether the process at hand is of another IPC namespace, for instance a container's: there the same ids name other
 * objects.
 */
static int is_stranger(struct users_pass *pass)
{
	struct stat st;

	if (pass->stranger == -1)
		pass->stranger = pass->namespace != 0 && fstatat(pass->directory, "ns/ipc", &st, 0) == 0 &&
		                 st.st_ino != pass->namespace;
	return pass->stranger;
}

uint32_t users_pass_find_id(const struct users_pass *pass, enum inventory_kind kind, uint64_t id)
{
	return id > INT32_MAX ? NO_ENTRY : users_pass_find(pass, UINT64_MAX - (uint64_t)kind, id);
}

uint32_t users_pass_find_sysv(struct users_pass *pass, enum inventory_kind kind, uint64_t id)
{
	uint32_t entry = users_pass_find_id(pass, kind, id);

	return entry != NO_ENTRY && is_stranger(pass) ? NO_ENTRY : entry;
}

struct user *users_pass_use(struct users_pass *pass, uint32_t entry, unsigned how)
{
	struct users *users = pass->users;
	struct user *user;

	if (pass->last[entry] > pass->began) {
		user = &users->users[pass->last[entry] - 1];
		user->how |= (unsigned char)how;
		return user;
	}
	user = array_grow(users->users, &users->room, users->count + 1, sizeof(*user));
	if (user == NULL)
		return NULL;
	users->users = user;
	user = &users->users[users->count++];
	*user = (struct user){.entry = entry, .process = (uint32_t)users->process_count, .how = (unsigned char)how,
	                      .semaphore = -1, .fd = -1};
	pass->last[entry] = users->count;
	return user;
}

int users_pass_read_link(struct users_pass *pass, const char *link, size_t *size)
{
	ssize_t length = readlinkat(pass->directory, link, pass->path, sizeof(pass->path) - 1);

	if (length == -1)
		return -1;
	pass->path[length] = '\0';
	*size = (size_t)length;
	return 0;
}

dev_t users_pass_device(const struct statx *st)
{
	return makedev(st->stx_dev_major, st->stx_dev_minor);
}

DIR *users_pass_open(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd == -1 ? NULL : fdopendir(fd);

	if (fd != -1 && directory == NULL)
		close(fd);
	return directory;
}

int users_pass_is_number(const char *name)
{
	return name[0] >= '1' && name[0] <= '9';
}
