/* SPDX-License-Identifier: ISC */
/* The pass over /proc. */
#include "inventory/users.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "base/proc.h"
#include "ipc/semset.h"

#define NOBODY UINT32_MAX
#define DELETED " (deleted)"
#define MEMFD "/memfd:"
#define SEM_OPERATIONS 16 /* of a semop(2) that are looked at */
#define PATIENCE 50
#define POLLED 64 /* descriptors of a poll(2) that are looked at */

/* Of <linux/fs.h> from Linux 6.11 on, which the C library's headers may not have yet. */
struct map_query {
	uint64_t size, flags, address, start, end, vma_flags, page_size, offset, inode;
	uint32_t major, minor, name_size, build_id_size;
	uint64_t name, build_id;
};
#define MAP_QUERY _IOWR('f', 17, struct map_query)
enum { QUERY_SHARED = 8, QUERY_THIS_OR_NEXT = 16, QUERY_FILE = 32 };

/* Where an object is mapped in the process that is looked at. */
struct range {
	uint64_t start, end;
	uint32_t entry;
};

struct holder {
	pid_t pid;
	uint32_t entry;
};

struct scan {
	struct users *users;
	struct inventory *inventory;
	unsigned kinds, wanted;
	int unlinked;
	int only_shm; /* nothing but System V segments can be mapped, and the kernel can be asked for those */
	dev_t files;  /* the device of /dev/shm */
	dev_t memory; /* the kernel's own, of System V segments and memfds */
	ino_t namespace; /* our IPC namespace, or 0 where that is not known */
	char *buffer;
	char path[PATH_MAX];

	/* Entries by their identities, open addressing; 0 is free, else the index and 1. */
	uint32_t *slots;
	size_t slot_count, known;

	/* Of each entry, its last use and 1; it is of the process at hand if it is `began` or later. */
	size_t *last;
	uint32_t *attached; /* mappings that were found */
	size_t last_room;

	/* Who holds a token of a set of slots.h. */
	struct holder *holders;
	size_t holder_count, holder_room;

	int patience; /* how often one that seems to be ending is looked at again */

	/* The process at hand. */
	int directory;
	pid_t pid;
	size_t began; /* uses that there were before it */
	struct user_process process;
	struct range *ranges;
	size_t range_count, range_room;
	int no_memory; /* a kernel thread, or one that is dead */
	int hidden;    /* of what it has something may not be seen */
	int err;       /* why, if it is not that it is not allowed; or 0 */
	int stranger;  /* of another IPC namespace: 1, 0, -1: not asked yet */
};

static int is_gone(int err)
{
	return err == ENOENT || err == ESRCH;
}

/* Something that the process at hand has may not be seen, or what it waits for. */
static void note(struct scan *scan, int err)
{
	if (err != EACCES && err != EPERM && scan->err == 0)
		scan->err = err;
}

static void hide(struct scan *scan, int err)
{
	scan->hidden = 1;
	note(scan, err);
}

static void hide_wait(struct scan *scan, int err)
{
	scan->process.waits_hidden = 1;
	note(scan, err);
}

/* --- entries by identity --- */

/* System V objects have ids of each kind, in place of inodes on a device. */
static void identity_of(const struct inventory_entry *entry, uint64_t *device, uint64_t *inode)
{
	if (entry->kind & INVENTORY_SYSV) {
		*device = UINT64_MAX - (uint64_t)entry->kind;
		*inode = (uint64_t)entry->id;
	} else {
		/* The device of sockets has no name by which it could be asked for. */
		*device = entry->kind == INVENTORY_UNIX ? UINT64_MAX : (uint64_t)entry->dev;
		*inode = (uint64_t)entry->ino;
	}
}

static size_t slot_of(const struct scan *scan, uint64_t device, uint64_t inode)
{
	uint64_t mixed = (inode ^ device << 40 ^ device >> 24) * UINT64_C(0x9e3779b97f4a7c15);

	return (size_t)(mixed >> 32) & (scan->slot_count - 1);
}

static void put_slot(struct scan *scan, uint32_t entry)
{
	uint64_t device, inode;
	size_t slot;

	identity_of(&scan->inventory->entries[entry], &device, &inode);
	for (slot = slot_of(scan, device, inode); scan->slots[slot] != 0; slot = (slot + 1) & (scan->slot_count - 1))
		;
	scan->slots[slot] = entry + 1;
}

/* Makes sure that all entries can be found: 0, or -1 with ENOMEM. */
static int know_entries(struct scan *scan)
{
	size_t count = scan->inventory->count, room = scan->slot_count ? scan->slot_count : 64;

	if (count >= NOBODY - 1) {
		errno = ENOMEM;
		return -1;
	}
	while (room < 2 * count)
		room *= 2;
	if (room != scan->slot_count) {
		free(scan->slots);
		scan->slots = calloc(room, sizeof(*scan->slots));
		if (scan->slots == NULL)
			return -1;
		scan->slot_count = room;
		scan->known = 0;
	}
	for (; scan->known < count; scan->known++)
		put_slot(scan, (uint32_t)scan->known);
	if (count > scan->last_room) {
		size_t *last = reallocarray(scan->last, room, sizeof(*last));
		uint32_t *attached;

		if (last == NULL)
			return -1;
		scan->last = last;
		attached = reallocarray(scan->attached, room, sizeof(*attached));
		if (attached == NULL)
			return -1;
		scan->attached = attached;
		memset(last + scan->last_room, 0, (room - scan->last_room) * sizeof(*last));
		memset(attached + scan->last_room, 0, (room - scan->last_room) * sizeof(*attached));
		scan->last_room = room;
	}
	return 0;
}

static uint32_t find_entry(const struct scan *scan, uint64_t device, uint64_t inode)
{
	uint64_t its_device, its_inode;
	size_t slot;

	for (slot = slot_of(scan, device, inode); scan->slots[slot] != 0; slot = (slot + 1) & (scan->slot_count - 1)) {
		identity_of(&scan->inventory->entries[scan->slots[slot] - 1], &its_device, &its_inode);
		if (its_device == device && its_inode == inode)
			return scan->slots[slot] - 1;
	}
	return NOBODY;
}

/* Ids are of a namespace: a container's processes use the same numbers for objects of their own. */
static int is_stranger(struct scan *scan)
{
	struct stat st;

	if (scan->stranger == -1)
		scan->stranger = scan->namespace != 0 && fstatat(scan->directory, "ns/ipc", &st, 0) == 0 &&
		                 st.st_ino != scan->namespace;
	return scan->stranger;
}

static uint32_t find_id(const struct scan *scan, enum inventory_kind kind, uint64_t id)
{
	return id > INT32_MAX ? NOBODY : find_entry(scan, UINT64_MAX - (uint64_t)kind, id);
}

static uint32_t find_sysv(struct scan *scan, enum inventory_kind kind, uint64_t id)
{
	uint32_t entry = find_id(scan, kind, id);

	return entry != NOBODY && is_stranger(scan) ? NOBODY : entry;
}

/* --- uses --- */

/* The process at hand uses this entry: the one record of that, or NULL with ENOMEM. */
static struct user *use_entry(struct scan *scan, uint32_t entry, unsigned how)
{
	struct users *users = scan->users;
	struct user *user;

	if (scan->last[entry] > scan->began) {
		user = &users->users[scan->last[entry] - 1];
		user->how |= (unsigned char)how;
		return user;
	}
	if (users->count == users->room) {
		size_t room = users->room ? 2 * users->room : 256;

		user = reallocarray(users->users, room, sizeof(*user));
		if (user == NULL)
			return NULL;
		users->users = user;
		users->room = room;
	}
	user = &users->users[users->count++];
	*user = (struct user){.entry = entry, .process = (uint32_t)users->process_count, .how = (unsigned char)how,
	                      .semaphore = -1, .fd = -1};
	scan->last[entry] = users->count;
	return user;
}

/* --- what a process maps --- */

static int ends_deleted(const char *path, size_t size)
{
	size_t tail = strlen(DELETED);

	return size > tail && memcmp(path + size - tail, DELETED, tail) == 0;
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

/* Adds memory that has no name; `st` may be NULL, where all that is known is what is mapped. */
static int add_unnamed(struct scan *scan, enum inventory_kind kind, const struct statx *st, const char *name,
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
	added = inventory_add(scan->inventory, &entry);
	if (added == -1 || know_entries(scan) == -1)
		return -1;
	*out = (uint32_t)added;
	return 0;
}

/* The kernel shows the path that was; a name can end just so itself, and is then still there. */
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

/* The kind of memory without a name that this path is of, if it is wanted, or 0. */
static enum inventory_kind unnamed_kind(const struct scan *scan, const char *path, size_t size, dev_t device, uint64_t inode)
{
	if (device == scan->memory && scan->kinds & INVENTORY_MEMFD && starts_with(path, size, MEMFD))
		return INVENTORY_MEMFD;
	if (scan->unlinked && device == scan->files && is_unlinked(path, size, device, inode))
		return INVENTORY_PSHM;
	return 0;
}

static int add_range(struct scan *scan, const struct proc_map *map, uint32_t entry)
{
	if (scan->range_count == scan->range_room) {
		size_t room = scan->range_room ? 2 * scan->range_room : 64;
		struct range *ranges = reallocarray(scan->ranges, room, sizeof(*ranges));

		if (ranges == NULL)
			return -1;
		scan->ranges = ranges;
		scan->range_room = room;
	}
	scan->ranges[scan->range_count++] = (struct range){map->start, map->end, entry};
	return 0;
}

static int take_map(struct scan *scan, const struct proc_map *map)
{
	struct user *user;
	uint32_t entry;

	if (map->device == scan->memory && starts_with(map->path, map->path_size, "/SYSV"))
		entry = find_id(scan, INVENTORY_SHM, map->inode);
	else
		entry = find_entry(scan, map->device, map->inode);
	/* Whether these are ours drop_strangers() asks, once it is known how many there are. */
	if (entry != NOBODY)
		scan->attached[entry]++;
	if (entry == NOBODY) {
		enum inventory_kind kind = unnamed_kind(scan, map->path, map->path_size, map->device, map->inode);
		char name[96], link[64];
		struct statx st;
		int known;

		if (kind == 0)
			return 0;
		/* This link leads to what is mapped, and file: takes it, for who may follow it: CAP_CHECKPOINT_RESTORE. */
		snprintf(link, sizeof(link), "map_files/%llx-%llx", (unsigned long long)map->start, (unsigned long long)map->end);
		snprintf(name, sizeof(name), "file:/proc/%d/%s", (int)scan->pid, link);
		known = statx(scan->directory, link, AT_STATX_DONT_SYNC, STATX_BASIC_STATS, &st) == 0;
		if (add_unnamed(scan, kind, known ? &st : NULL, name, map->path, map->path_size, map->device, map->inode, &entry) == -1)
			return -1;
	}
	user = use_entry(scan, entry, USER_MAPS);
	if (user == NULL)
		return -1;
	user->mappings++;
	return add_range(scan, map, entry);
}

/*
 * Asks for the shared mappings alone, which spares the kernel the text of all others: 0 with the last
 * one, or -1 with errno, ENOTTY before Linux 6.11.
 */
static int query_maps(struct scan *scan, int fd)
{
	char path[64] = "";
	struct map_query query = {.size = sizeof(query), .flags = QUERY_SHARED | QUERY_THIS_OR_NEXT | QUERY_FILE};
	struct proc_map map;

	for (;;) {
		query.name = (uint64_t)(uintptr_t)path;
		query.name_size = sizeof(path);
		query.build_id_size = 0;
		if (ioctl(fd, MAP_QUERY, &query) == -1) {
			/* A path that is longer is no segment's. */
			if (errno == ENAMETOOLONG) {
				query.name = query.name_size = 0;
				if (ioctl(fd, MAP_QUERY, &query) == -1)
					return errno == ENOENT ? 0 : -1;
				query.address = query.end;
				continue;
			}
			return errno == ENOENT ? 0 : -1;
		}
		map = (struct proc_map){.start = query.start, .end = query.end, .inode = query.inode, .shared = 1,
		                        .device = makedev(query.major, query.minor), .path = path, .path_size = strlen(path)};
		if (map.device == scan->memory && take_map(scan, &map) == -1)
			return -1;
		query.address = query.end;
	}
}

/* 0, or -1 with errno; EACCES where it may not be seen. */
static int scan_maps(struct scan *scan)
{
	int fd = openat(scan->directory, "maps", O_RDONLY | O_CLOEXEC), result, saved, some = 0;
	struct proc_lines lines;
	struct proc_map map;
	const char *line;
	size_t size;

	if (fd == -1)
		return -1;
	if (scan->only_shm) {
		if (query_maps(scan, fd) == 0) {
			close(fd);
			return 0;
		}
		/* ESRCH is a process without memory, which the text tells, too. */
		scan->only_shm = errno == ESRCH;
	}
	proc_lines_open(&lines, fd, scan->buffer);
	while ((result = proc_lines_next(&lines, &line, &size)) == 1) {
		some = 1;
		/* What cannot be shared memory is most of it.  (An inode of 0 is the segment with the id 0.) */
		if (proc_parse_map(line, size, &map) == 0 &&
		    (map.device == scan->memory || map.device == scan->files) && take_map(scan, &map) == -1) {
			result = -1;
			break;
		}
	}
	scan->no_memory = result == 0 && !some;
	saved = errno;
	close(fd);
	errno = saved;
	return result;
}

/* --- what it has open --- */

/* The text of a link: 0, or -1 with errno. */
static int read_link(struct scan *scan, const char *link, size_t *size)
{
	ssize_t length = readlinkat(scan->directory, link, scan->path, sizeof(scan->path) - 1);

	if (length == -1)
		return -1;
	scan->path[length] = '\0';
	*size = (size_t)length;
	return 0;
}

static int add_fifo(struct scan *scan, const struct statx *st, const char *path, dev_t device, uint32_t *out)
{
	struct inventory_entry entry;
	ssize_t added;

	inventory_blank(&entry, INVENTORY_FIFO);
	entry.name = path;
	entry.dev = device;
	entry.ino = (ino_t)st->stx_ino;
	set_file(&entry, st);
	added = inventory_add(scan->inventory, &entry);
	if (added == -1 || know_entries(scan) == -1)
		return -1;
	*out = (uint32_t)added;
	return 0;
}

static dev_t device_of(const struct statx *st)
{
	return makedev(st->stx_dev_major, st->stx_dev_minor);
}

/* The entry of a descriptor, which is added where its kind is wanted: 0, or -1 with ENOMEM; NOBODY: none. */
static int entry_of_descriptor(struct scan *scan, const char *link, const struct statx *st, uint32_t *entry)
{
	dev_t device = device_of(st);
	enum inventory_kind kind;
	char name[64];
	size_t size;

	*entry = find_entry(scan, S_ISSOCK(st->stx_mode) ? UINT64_MAX : device, st->stx_ino);
	if (*entry != NOBODY)
		return 0;
	if (S_ISFIFO(st->stx_mode)) {
		/* Pipes are FIFOs without a path. */
		if (!(scan->kinds & INVENTORY_FIFO))
			return 0;
		if (read_link(scan, link, &size) == 0)
			return scan->path[0] == '/' ? add_fifo(scan, st, scan->path, device, entry) : 0;
		if (!is_gone(errno))
			hide(scan, errno);
		return 0;
	}
	if (!S_ISREG(st->stx_mode) || (device != scan->memory && device != scan->files))
		return 0;
	if (read_link(scan, link, &size) == -1) {
		if (!is_gone(errno))
			hide(scan, errno);
		return 0;
	}
	kind = unnamed_kind(scan, scan->path, size, device, st->stx_ino);
	if (kind == 0)
		return 0;
	snprintf(name, sizeof(name), "memfd:%d:%s", (int)scan->pid, link + strlen("fd/"));
	return add_unnamed(scan, kind, st, name, scan->path, size, device, st->stx_ino, entry);
}

static int take_descriptor(struct scan *scan, const char *number)
{
	char link[32];
	struct statx st;
	struct stat itself;
	struct user *user;
	uint32_t entry;
	unsigned how = 0;

	snprintf(link, sizeof(link), "fd/%.20s", number);
	/* The size of a file on a server that is gone must not be waited for. */
	if (statx(scan->directory, link, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, &st) == -1) {
		/* Closed meanwhile, or not to be seen. */
		if (!is_gone(errno))
			hide(scan, errno);
		return 0;
	}
	if (entry_of_descriptor(scan, link, &st, &entry) == -1)
		return -1;
	if (entry == NOBODY)
		return 0;
	/* The permission of the link itself is what the descriptor was opened for. */
	if (fstatat(scan->directory, link, &itself, AT_SYMLINK_NOFOLLOW) == 0)
		how = (itself.st_mode & 0400 ? USER_READS : 0) | (itself.st_mode & 0200 ? USER_WRITES : 0);
	else if (!is_gone(errno))
		hide(scan, errno);
	user = use_entry(scan, entry, how ? how : USER_READS);
	if (user == NULL)
		return -1;
	if (user->fd == -1)
		user->fd = atoi(number);
	return 0;
}

static DIR *open_directory(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd == -1 ? NULL : fdopendir(fd);

	if (fd != -1 && directory == NULL)
		close(fd);
	return directory;
}

static int is_number(const char *name)
{
	return name[0] >= '1' && name[0] <= '9';
}

static int scan_descriptors(struct scan *scan)
{
	DIR *directory = open_directory(scan->directory, "fd");
	struct dirent *file;
	int result = 0;

	if (directory == NULL)
		return -1;
	while (result == 0 && (errno = 0, file = readdir(directory)) != NULL)
		if (is_number(file->d_name) || file->d_name[0] == '0')
			result = take_descriptor(scan, file->d_name);
	if (result == 0 && errno != 0 && !is_gone(errno))
		hide(scan, errno);
	closedir(directory);
	return result;
}

/* --- what it holds --- */

static int add_holder(struct scan *scan, pid_t pid, uint32_t entry)
{
	if (scan->holder_count == scan->holder_room) {
		size_t room = scan->holder_room ? 2 * scan->holder_room : 16;
		struct holder *holders = reallocarray(scan->holders, room, sizeof(*holders));

		if (holders == NULL)
			return -1;
		scan->holders = holders;
		scan->holder_room = room;
	}
	scan->holders[scan->holder_count++] = (struct holder){pid, entry};
	return 0;
}

/* The slots of the sets that have them tell who has taken them: the kernel frees a slot together with its holder. */
static int know_holders(struct scan *scan)
{
	unsigned short *values = NULL;
	int result = 0;
	uint32_t i;

	for (i = 0; i < scan->inventory->count && result == 0; i++) {
		struct inventory_entry *entry = &scan->inventory->entries[i];
		int slot, count, pid = 0;

		if (entry->kind != INVENTORY_SEM)
			continue;
		errno = 0;
		if (semset_kind_of(entry->id, (int)entry->count) != SEMSET_SLOTS) {
			if (errno != 0 && errno != EINVAL && errno != EIDRM)
				entry->flags |= INVENTORY_HOLDERS_HIDDEN;
			continue;
		}
		if (values == NULL && (values = calloc(INVENTORY_SEMS_MOST, sizeof(*values))) == NULL)
			return -1;
		count = inventory_sem_values(entry, values);
		for (slot = 1; slot < count - 1 && result == 0 && pid != -1; slot++)
			if (values[slot] == 1 && (pid = semctl(entry->id, slot, GETPID)) != -1)
				result = add_holder(scan, (pid_t)pid, i);
		if (count == -1 || pid == -1)
			entry->flags |= INVENTORY_HOLDERS_HIDDEN;
	}
	free(values);
	return result;
}

static int take_holds(struct scan *scan)
{
	size_t i;

	for (i = 0; i < scan->holder_count; i++)
		if (scan->holders[i].pid == scan->pid && use_entry(scan, scan->holders[i].entry, USER_HOLDS) == NULL)
			return -1;
	return 0;
}

/* --- what it waits for --- */

/* Copies memory of the process: how much of it, or -1. */
static ssize_t read_memory(const struct scan *scan, uint64_t address, void *buffer, size_t size)
{
	struct iovec ours = {buffer, size}, theirs = {(void *)(uintptr_t)address, size};

	return process_vm_readv(scan->pid, &ours, 1, &theirs, 1, 0);
}

static int wait_for(struct scan *scan, uint32_t entry, enum user_call call, int timed, int semaphore)
{
	struct user *user;

	if (entry == NOBODY)
		return 0;
	user = use_entry(scan, entry, USER_WAITS | (timed ? USER_TIMED : 0));
	if (user == NULL)
		return -1;
	user->call = (unsigned char)call;
	user->semaphore = (short)semaphore;
	return 1;
}

/*
 * The first of the operations that cannot be done is what is waited for; which that is, the values tell,
 * or that there is only one.  NULL where it is not known.
 */
static const struct sembuf *blocking_operation(const struct sembuf *operations, size_t count, int id)
{
	size_t i;
	int value;

	if (count == 1)
		return operations;
	for (i = 0; i < count; i++) {
		if (operations[i].sem_op > 0)
			continue;
		value = semctl(id, operations[i].sem_num, GETVAL);
		if (value == -1)
			return NULL;
		if (operations[i].sem_op == 0 ? value != 0 : value < -operations[i].sem_op)
			return &operations[i];
	}
	return NULL;
}

static int wait_for_set(struct scan *scan, const struct proc_syscall *call, int timed)
{
	uint32_t entry = find_sysv(scan, INVENTORY_SEM, call->arguments[0]);
	const struct sembuf *blocking = NULL;
	struct sembuf operations[SEM_OPERATIONS];
	size_t count = call->arguments[2] < SEM_OPERATIONS ? (size_t)call->arguments[2] : SEM_OPERATIONS;
	size_t size = count * sizeof(*operations);

	if (entry == NOBODY)
		return 0;
	if (read_memory(scan, call->arguments[1], operations, size) == (ssize_t)size)
		blocking = blocking_operation(operations, count, (int)call->arguments[0]);
	return wait_for(scan, entry, blocking != NULL && blocking->sem_op == 0 ? USER_SEMOP_ZERO : USER_SEMOP_TAKE, timed,
	                blocking != NULL && blocking->sem_num <= INT16_MAX ? (int)blocking->sem_num : -1);
}

static int wait_for_descriptor(struct scan *scan, uint64_t fd, enum user_call call, int timed)
{
	struct inventory_entry *entry;
	uint32_t index;
	struct statx st;
	char link[32];

	if (fd > INT32_MAX)
		return 0;
	snprintf(link, sizeof(link), "fd/%d", (int)fd);
	if (statx(scan->directory, link, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, &st) == -1) {
		if (!is_gone(errno))
			hide_wait(scan, errno);
		return 0;
	}
	index = find_entry(scan, S_ISSOCK(st.stx_mode) ? UINT64_MAX : device_of(&st), st.stx_ino);
	if (index == NOBODY)
		return 0;
	entry = &scan->inventory->entries[index];
	/* To read a queue's file is no waiting, nor is it with memory. */
	if ((call == USER_READ || call == USER_WRITE) && !(entry->kind & (INVENTORY_FIFO | INVENTORY_UNIX)))
		return 0;
	return wait_for(scan, index, call, timed, -1);
}

static int wait_for_polled(struct scan *scan, const struct proc_syscall *call, int timed)
{
	struct pollfd polled[POLLED];
	size_t count = call->arguments[1] < POLLED ? (size_t)call->arguments[1] : POLLED, i;
	int waits = 0, one;

	if (count == 0)
		return 0;
	if (read_memory(scan, call->arguments[0], polled, count * sizeof(*polled)) != (ssize_t)(count * sizeof(*polled))) {
		scan->process.waits_hidden = 1;
		return 0;
	}
	for (i = 0; i < count; i++) {
		if (polled[i].fd < 0 || polled[i].events == 0)
			continue;
		one = wait_for_descriptor(scan, (uint64_t)polled[i].fd, USER_POLL, timed);
		if (one == -1)
			return -1;
		waits |= one;
	}
	return waits;
}

/* A futex lies in memory that is shared, or it is the process's own business. */
static int wait_for_futex(struct scan *scan, uint64_t address, int timed)
{
	size_t i;

	for (i = 0; i < scan->range_count; i++)
		if (address >= scan->ranges[i].start && address < scan->ranges[i].end) {
			uint32_t entry = scan->ranges[i].entry;
			enum user_call call = scan->inventory->entries[entry].kind == INVENTORY_PSEM ? USER_SEM_WAIT : USER_FUTEX;

			return wait_for(scan, entry, call, timed, -1);
		}
	/* It may lie in what could not be seen. */
	scan->process.waits_hidden |= scan->hidden != 0;
	return 0;
}

/* Copies a string of the process; what lies behind its page may not be there. */
static int read_string(const struct scan *scan, uint64_t address, char *text, size_t size)
{
	size_t page = 4096 - (size_t)(address & 4095);
	ssize_t got = read_memory(scan, address, text, size - 1);

	if (got <= 0)
		got = read_memory(scan, address, text, page < size ? page : size - 1);
	if (got <= 0)
		return -1;
	text[got] = '\0';
	return strlen(text) < size - 1 ? 0 : -1;
}

/* The function of the kernel in which the thread sleeps: 0, or -1 where that is not told. */
static int read_place(const struct scan *scan, const char *thread, char *place, size_t size)
{
	char path[48];

	snprintf(path, sizeof(path), "task/%.20s/wchan", thread);
	return proc_read(scan->directory, path, place, size) > 0 ? 0 : -1;
}

/*
 * open(2) of a FIFO waits for the other end, and there is no descriptor yet.  Only where it is sure to be
 * one its path is looked at: another could lie on a server that is gone, and we would wait, too.
 */
static int wait_for_open(struct scan *scan, const char *thread, uint64_t address, int at_cwd)
{
	char path[PATH_MAX], from_here[PATH_MAX + 8], full[2 * PATH_MAX], place[64];
	struct statx st;
	uint32_t entry;
	size_t size;

	if (!(scan->kinds & INVENTORY_FIFO) || read_place(scan, thread, place, sizeof(place)) == -1 ||
	    (strcmp(place, "wait_for_partner") != 0 && strcmp(place, "fifo_open") != 0))
		return 0;
	if (read_string(scan, address, path, sizeof(path)) == -1 ||
	    (path[0] != '/' && !at_cwd))
		return 0;
	snprintf(from_here, sizeof(from_here), "%s%s", path[0] == '/' ? "root" : "cwd/", path);
	if (statx(scan->directory, from_here, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, &st) == -1 ||
	    !S_ISFIFO(st.stx_mode))
		return 0;
	entry = find_entry(scan, device_of(&st), st.stx_ino);
	if (entry == NOBODY) {
		full[0] = '\0';
		if (path[0] != '/' && read_link(scan, "cwd", &size) == 0)
			snprintf(full, sizeof(full), "%s/", scan->path);
		snprintf(full + strlen(full), sizeof(full) - strlen(full), "%s", path);
		if (add_fifo(scan, &st, full, device_of(&st), &entry) == -1)
			return -1;
	}
	return wait_for(scan, entry, USER_OPEN_CALL, 0, -1);
}

/* 32-bit machines have calls of their own whose times have 64 bits. */
static long plain_number(long number)
{
	switch (number) {
#ifdef SYS_futex_time64
	case SYS_futex_time64: return SYS_futex;
	case SYS_ppoll_time64: return SYS_ppoll;
	case SYS_mq_timedreceive_time64: return SYS_mq_timedreceive;
	case SYS_mq_timedsend_time64: return SYS_mq_timedsend;
#endif
	default: return number;
	}
}

#ifdef SYS_ipc
/* The one call that some machines had, and whose C library still uses it, for all that System V waits for: see ipc(2). */
static int take_ipc(struct scan *scan, const uint64_t *a)
{
	enum { SEMOP = 1, SEMTIMEDOP = 4, MSGSND = 11, MSGRCV = 12, TIMEOUT = sizeof(void *) == 4 ? 5 : 3 };
	struct proc_syscall plain = {.arguments = {a[1], a[4], a[2]}};

	switch (a[0] & 0xffff) { /* above it is a version */
	case SEMOP: return wait_for_set(scan, &plain, 0);
	case SEMTIMEDOP: return wait_for_set(scan, &plain, a[TIMEOUT] != 0);
	case MSGSND: return wait_for(scan, find_sysv(scan, INVENTORY_MSG, a[1]), USER_MSGSND, 0, -1);
	case MSGRCV: return wait_for(scan, find_sysv(scan, INVENTORY_MSG, a[1]), USER_MSGRCV, 0, -1);
	default: return 0;
	}
}
#endif

/* Whether this call waits for nothing that others of this process could not bring about. */
static int is_neutral(long number)
{
	return number == SYS_wait4 || number == SYS_waitid || number == SYS_futex;
}

/* 1: it waits for an object; 0: for something else; -1: ENOMEM. */
static int take_call(struct scan *scan, const char *thread, const struct proc_syscall *call)
{
	const uint64_t *a = call->arguments;

	switch (call->number) {
#ifdef SYS_semop
	case SYS_semop:
		return wait_for_set(scan, call, 0);
#endif
#ifdef SYS_semtimedop_time64
	case SYS_semtimedop_time64:
		return wait_for_set(scan, call, a[3] != 0);
#endif
#ifdef SYS_ipc
	case SYS_ipc:
		return take_ipc(scan, a);
#endif
#ifdef SYS_semtimedop
	case SYS_semtimedop:
		return wait_for_set(scan, call, a[3] != 0);
#endif
	case SYS_msgrcv:
		return wait_for(scan, find_sysv(scan, INVENTORY_MSG, a[0]), USER_MSGRCV, 0, -1);
	case SYS_msgsnd:
		return wait_for(scan, find_sysv(scan, INVENTORY_MSG, a[0]), USER_MSGSND, 0, -1);
	case SYS_mq_timedreceive:
		return wait_for_descriptor(scan, a[0], USER_MQ_RECEIVE, a[4] != 0);
	case SYS_mq_timedsend:
		return wait_for_descriptor(scan, a[0], USER_MQ_SEND, a[4] != 0);
	case SYS_futex:
		return wait_for_futex(scan, a[0], a[3] != 0);
	case SYS_read:
	case SYS_readv:
		return wait_for_descriptor(scan, a[0], USER_READ, 0);
	case SYS_write:
	case SYS_writev:
		return wait_for_descriptor(scan, a[0], USER_WRITE, 0);
#ifdef SYS_poll
	case SYS_poll:
		return wait_for_polled(scan, call, (int)a[2] >= 0);
#endif
	case SYS_ppoll:
		return wait_for_polled(scan, call, a[2] != 0);
#ifdef SYS_open
	case SYS_open:
		return wait_for_open(scan, thread, a[0], 1);
#endif
	case SYS_openat:
		return wait_for_open(scan, thread, a[1], (int)a[0] == AT_FDCWD);
	case SYS_wait4:
	case SYS_waitid:
		scan->process.for_children = 1;
		return 0;
	default:
		return 0;
	}
}

/* Where the call may not be seen, but its place in the kernel: then a process with a single queue or FIFO waits for that. */
static int take_place(struct scan *scan, const char *thread)
{
	char place[64];
	enum inventory_kind kind;
	enum user_call call;
	uint32_t found = NOBODY;
	size_t i;

	if (read_place(scan, thread, place, sizeof(place)) == -1)
		return 0;
	if (strcmp(place, "wq_sleep") == 0) {
		kind = INVENTORY_PMSG;
		call = USER_MQ_RECEIVE;
	} else if (strcmp(place, "pipe_read") == 0 || strcmp(place, "anon_pipe_read") == 0) {
		kind = INVENTORY_FIFO;
		call = USER_READ;
	} else {
		return 0;
	}
	for (i = scan->began; i < scan->users->count; i++) {
		if (scan->inventory->entries[scan->users->users[i].entry].kind != kind)
			continue;
		if (found != NOBODY)
			return 0;
		found = scan->users->users[i].entry;
	}
	if (kind == INVENTORY_PMSG && found != NOBODY && !(use_entry(scan, found, 0)->how & USER_READS))
		call = USER_MQ_SEND;
	if (wait_for(scan, found, call, 0, -1) != 1)
		return 0;
	return use_entry(scan, found, USER_GUESSED) == NULL ? -1 : 1;
}

static int take_thread(struct scan *scan, const char *thread)
{
	struct proc_syscall call;
	char path[48], text[256];
	ssize_t got;
	int result;

	snprintf(path, sizeof(path), "task/%.20s/syscall", thread);
	got = proc_read(scan->directory, path, text, sizeof(text));
	if (got == -1) {
		if (errno == ENOENT || errno == ESRCH)
			return 0;
		hide_wait(scan, errno);
		result = take_place(scan, thread);
	} else if (proc_parse_syscall(text, (size_t)got, &call) != 1) {
		scan->process.busy = 1;
		return 0;
	} else if ((call.stack < UINT32_MAX) != (sizeof(void *) == 4)) {
		/* Its words are not as long as ours: its calls have other numbers. */
		scan->process.waits_hidden = 1;
		return 0;
	} else {
		call.number = plain_number(call.number);
		result = take_call(scan, thread, &call);
		if (result == 0 && !is_neutral(call.number))
			scan->process.busy = 1;
	}
	if (result == 1)
		scan->process.waiting = 1;
	return result == -1 ? -1 : 0;
}

static int scan_threads(struct scan *scan)
{
	DIR *directory = open_directory(scan->directory, "task");
	struct dirent *file;
	int result = 0;

	if (directory == NULL) {
		hide_wait(scan, errno);
		return 0;
	}
	while (result == 0 && (errno = 0, file = readdir(directory)) != NULL)
		if (is_number(file->d_name))
			result = take_thread(scan, file->d_name);
	if (result == 0 && errno != 0 && !is_gone(errno))
		hide_wait(scan, errno);
	closedir(directory);
	return result;
}

/* --- processes --- */

static int keep_process(struct scan *scan)
{
	struct users *users = scan->users;
	struct stat st;
	ssize_t got;

	if (users->process_count == users->process_room) {
		size_t room = users->process_room ? 2 * users->process_room : 64;
		struct user_process *processes = reallocarray(users->processes, room, sizeof(*processes));

		if (processes == NULL)
			return -1;
		users->processes = processes;
		users->process_room = room;
	}
	scan->process.uid = fstat(scan->directory, &st) == 0 ? st.st_uid : (uid_t)-1;
	got = proc_read(scan->directory, "comm", scan->process.command, USER_COMMAND);
	if (got > 0 && scan->process.command[got - 1] == '\n')
		got--;
	if (got >= 0) {
		scan->process.command[got] = '\0';
	} else {
		strcpy(scan->process.command, "?");
		scan->process.nameless = 1;
	}
	users->processes[users->process_count++] = scan->process;
	return 0;
}

/* Forgets the process at hand, which has gone meanwhile. */
static int drop_process(struct scan *scan)
{
	struct users *users = scan->users;

	while (users->count > scan->began)
		scan->last[users->users[--users->count].entry] = 0;
	return 0;
}

/* Whether it is a kernel thread or dead: it has no descriptors then, though only root may see that. */
static int has_no_memory(struct scan *scan)
{
	return scan->no_memory || (!(scan->wanted & USERS_MAPS) && scan_maps(scan) == 0 && scan->no_memory);
}

static int has_ended(struct scan *scan)
{
	char text[1024];
	ssize_t got = proc_read(scan->directory, "stat", text, sizeof(text));
	struct proc_stat stat;

	if (got <= 0)
		return 1;
	return proc_parse_stat(text, (size_t)got, &stat) == 0 && (stat.state == 'Z' || stat.state == 'X');
}

/* Root may see everything but what is just ending: that is given the time to do so, now and then. */
static int ends_soon(struct scan *scan)
{
	const struct timespec moment = {0, 1000000};

	while (!has_ended(scan)) {
		if (geteuid() != 0 || scan->patience == 0)
			return 0;
		scan->patience--;
		nanosleep(&moment, NULL);
	}
	return 1;
}

/* Looks at the process whose directory is open: 0, or -1 with ENOMEM. */
static int scan_process(struct scan *scan)
{
	int saved;

	scan->hidden = scan->err = 0;
	scan->process = (struct user_process){.pid = scan->pid};
	scan->range_count = 0;
	scan->no_memory = 0;
	scan->stranger = -1;
	scan->began = scan->users->count;
	if (scan->wanted & USERS_MAPS && scan_maps(scan) == -1) {
		if (errno == ENOMEM)
			return -1;
		if (is_gone(errno))
			return drop_process(scan);
		hide(scan, errno);
	}
	if (scan->wanted & USERS_FDS && !scan->no_memory && scan_descriptors(scan) == -1) {
		if (errno == ENOMEM)
			return -1;
		if (is_gone(errno))
			return drop_process(scan);
		saved = errno;
		if (!has_no_memory(scan))
			hide(scan, saved);
	}
	if (take_holds(scan) == -1 || (scan->wanted & USERS_WAITS && !scan->no_memory && scan_threads(scan) == -1))
		return -1;
	if ((scan->hidden || scan->process.waits_hidden) && ends_soon(scan))
		return drop_process(scan);
	if (scan->users->err == 0)
		scan->users->err = scan->err;
	scan->users->hidden += (size_t)(scan->hidden != 0);
	scan->users->waits_hidden += (size_t)(scan->process.waits_hidden != 0);
	return scan->users->count > scan->began ? keep_process(scan) : 0;
}

/* One process, or those that would have followed, of which nothing may be seen. */
static void skip_process(struct scan *scan, int err)
{
	scan->hidden = scan->err = 0;
	hide(scan, err);
	if (scan->users->err == 0)
		scan->users->err = scan->err;
	scan->users->hidden++;
	scan->users->waits_hidden++;
}

static int scan_all(struct scan *scan, DIR *proc)
{
	const pid_t self = getpid();
	struct dirent *file;
	int result = 0;

	while (result == 0 && (errno = 0, file = readdir(proc)) != NULL) {
		if (!is_number(file->d_name))
			continue;
		scan->pid = (pid_t)atoi(file->d_name);
		if (scan->pid == self)
			continue;
		scan->directory = openat(dirfd(proc), file->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (scan->directory == -1) {
			/* hidepid=1 shows that it is there, and nothing else. */
			if (!is_gone(errno))
				skip_process(scan, errno);
			continue;
		}
		result = scan_process(scan);
		close(scan->directory);
	}
	if (result == 0 && errno != 0)
		skip_process(scan, errno);
	return result;
}

static int is_of_namespace(const struct scan *scan, const struct user *user)
{
	char path[48];
	struct stat st;

	snprintf(path, sizeof(path), "%d/ns/ipc", (int)scan->users->processes[user->process].pid);
	return scan->namespace == 0 || fstatat(scan->users->proc, path, &st, 0) == -1 || st.st_ino == scan->namespace;
}

/*
 * Where not just as many mappings of a segment were found as the kernel counts, some may be of segments
 * that have the same id in another IPC namespace.  (Asking each process would take as long as its maps.)
 */
static void drop_strangers(struct scan *scan)
{
	struct users *users = scan->users;
	size_t i, kept = 0;

	for (i = 0; i < users->count; i++) {
		const struct user *user = &users->users[i];
		const struct inventory_entry *entry = &scan->inventory->entries[user->entry];

		if (entry->kind != INVENTORY_SHM || entry->count == (int64_t)scan->attached[user->entry] ||
		    is_of_namespace(scan, user))
			users->users[kept++] = *user;
	}
	users->count = kept;
	for (i = 0; i < scan->known; i++)
		scan->attached[i] = 0;
	for (i = 0; i < kept; i++)
		scan->attached[users->users[i].entry] += users->users[i].mappings;
}

/* Sorts the uses by entry, keeping the order of the processes. */
static int sort_users(struct users *users, size_t entries)
{
	struct user *sorted = NULL;
	size_t i, sum = 0;

	users->first = calloc(entries + 1, sizeof(*users->first));
	if (users->count > 0)
		sorted = reallocarray(NULL, users->count, sizeof(*sorted));
	if (users->first == NULL || (users->count > 0 && sorted == NULL)) {
		free(sorted);
		return -1;
	}
	for (i = 0; i < users->count; i++)
		users->first[users->users[i].entry]++;
	for (i = 0; i <= entries; i++) {
		size_t count = users->first[i];

		users->first[i] = sum;
		sum += count;
	}
	for (i = 0; i < users->count; i++)
		sorted[users->first[users->users[i].entry]++] = users->users[i];
	/* Each has moved to the beginning of the next one. */
	memmove(users->first + 1, users->first, entries * sizeof(*users->first));
	users->first[0] = 0;
	free(users->users);
	users->users = sorted;
	users->room = users->count;
	return 0;
}

/* The device of the kernel's own memory: a memfd lies on it. */
static dev_t memory_device(void)
{
	int fd = memfd_create("ipcutils", MFD_CLOEXEC);
	struct stat st;

	if (fd == -1 || fstat(fd, &st) == -1)
		st.st_dev = makedev(0, 1);
	if (fd != -1)
		close(fd);
	return st.st_dev;
}

/* Whether there is anything of what lies in /dev/shm. */
static int has_files(const struct inventory *inventory)
{
	size_t i;

	for (i = 0; i < inventory->count; i++)
		if (inventory->entries[i].kind & (INVENTORY_PSHM | INVENTORY_PSEM))
			return 1;
	return 0;
}

/* Where the segments and semaphores lie; else who maps them would not be found. */
static void find_files(struct scan *scan)
{
	struct stat st;

	if (stat("/dev/shm", &st) == 0) {
		scan->files = st.st_dev;
		return;
	}
	scan->files = (dev_t)-1;
	if (!has_files(scan->inventory) && (!scan->unlinked || is_gone(errno)))
		return;
	scan->users->invisible = 1;
	if (scan->users->err == 0)
		scan->users->err = errno;
}

int users_find(struct users *users, struct inventory *inventory, unsigned kinds, unsigned wanted, int unlinked)
{
	struct scan scan = {.users = users, .inventory = inventory, .kinds = kinds, .wanted = wanted, .unlinked = unlinked, .patience = PATIENCE};
	struct stat st;
	DIR *proc;
	int result = -1, saved;

	users_open(users);
	proc = users->proc == -1 ? NULL : open_directory(users->proc, ".");
	if (users->proc != -1 && proc == NULL)
		users->err = errno;
	/* Every pid namespace has a process 1; where it is not seen, neither are others (hidepid=2). */
	users->invisible = proc == NULL || fstatat(dirfd(proc), "1", &st, 0) == -1;
	if (proc == NULL)
		return sort_users(users, inventory->count);
	if (users->invisible && errno != ENOENT && errno != EACCES)
		users->err = errno;
	find_files(&scan);
	scan.namespace = fstatat(dirfd(proc), "self/ns/ipc", &st, 0) == 0 ? st.st_ino : 0;
	scan.memory = memory_device();
	scan.buffer = malloc(PROC_BUFFER);
	scan.only_shm = !(wanted & (USERS_FDS | USERS_WAITS)) && !unlinked && !(kinds & INVENTORY_MEMFD) && !has_files(inventory);
	if (scan.buffer != NULL && know_entries(&scan) == 0 && (!(wanted & USERS_WAITS) || know_holders(&scan) == 0) && scan_all(&scan, proc) == 0) {
		drop_strangers(&scan);
		users->attached = scan.attached;
		scan.attached = NULL;
		result = sort_users(users, inventory->count);
	}
	saved = errno;
	closedir(proc);
	free(scan.buffer);
	free(scan.slots);
	free(scan.last);
	free(scan.attached);
	free(scan.ranges);
	free(scan.holders);
	errno = saved;
	return result;
}
