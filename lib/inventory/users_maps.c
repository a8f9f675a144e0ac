/* SPDX-License-Identifier: ISC */
#include "inventory/users_maps.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/array.h"
#include "base/proc.h"
#include "inventory/users_found.h"
#include "inventory/users_mounts.h"
#include "ipc/semaphore_posix.h"

/* struct procmap_query of <linux/fs.h>, Linux 6.11, which the headers of the C library may lack. */
struct map_query {
	uint64_t size, flags, address, start, end, vma_flags, page_size, offset, inode;
	uint32_t major, minor, name_size, build_id_size;
	uint64_t name, build_id;
};
#define MAP_QUERY _IOWR('f', 17, struct map_query)
enum { QUERY_SHARED = 8, QUERY_THIS_OR_NEXT = 16, QUERY_FILE = 32 };

static int add_range(struct users_pass *pass, const struct proc_map *map, uint32_t entry)
{
	struct users_range *ranges = array_grow(pass->ranges, &pass->range_room, pass->range_count + 1, sizeof(*ranges));

	if (ranges == NULL)
		return -1;
	pass->ranges = ranges;
	pass->ranges[pass->range_count++] = (struct users_range){map->start, map->end, entry};
	return 0;
}

/* Reads the value and the waiters of an unlinked semaphore, whose file has no name, from the memory of the process. */
static void read_semaphore(const struct users_pass *pass, const struct proc_map *map, struct inventory_entry *entry)
{
	char bytes[SEMAPHORE_POSIX_SIZE_32];
	struct iovec ours = {bytes, sizeof(bytes)}, theirs = {(void *)(uintptr_t)map->start, sizeof(bytes)};

	if (process_vm_readv(pass->thread, &ours, 1, &theirs, 1, 0) != (ssize_t)sizeof(bytes) ||
	    semaphore_posix_decode(bytes, entry->size == -1 ? SEMAPHORE_POSIX_SIZE : (size_t)entry->size, &entry->value,
	                           &entry->waiters) == -1)
		entry->value = entry->waiters = -1;
}

/* Adds mapped memory without a name, if its kind is asked for: 0 with the entry or NO_ENTRY in `*out`, or -1. */
static int add_unnamed(struct users_pass *pass, const struct proc_map *map, uint32_t *out)
{
	enum inventory_kind kind = users_found_kind(pass, NULL, map->path, map->path_size, map->device, map->inode);
	char name[USERS_FOUND_ROOM], link[64];
	struct statx st;
	int known;

	if (kind == 0 && !(pass->unlinked && map->device != pass->memory))
		return 0;
	/* The link leads to the mapped file for a process that may follow it, by CAP_CHECKPOINT_RESTORE. */
	snprintf(link, sizeof(link), "map_files/%llx-%llx", (unsigned long long)map->start, (unsigned long long)map->end);
	if (map->device != pass->memory && map->device != pass->files) {
		/* The kernel's own file systems, which nobody mounts, have no names but removed ones. */
		int named = map->path_size > 0 && map->path[0] == '/' && !users_found_ends_deleted(map->path, map->path_size);
		int lacking = users_mounts_lack(pass, map->device, link, named);

		if (lacking != 1)
			return lacking;
	}
	known = statx(pass->directory, link, AT_STATX_DONT_SYNC, STATX_BASIC_STATS, &st) == 0;
	if (known)
		kind = users_found_kind(pass, &st, map->path, map->path_size, map->device, map->inode);
	if (kind == 0)
		return 0;
	snprintf(name, sizeof(name), "file:/proc/%d/%s", (int)pass->thread, link);
	if (users_found_add_memory(pass, kind, known ? &st : NULL, name, map->path, map->path_size, map->device, map->inode, out) == -1)
		return -1;
	if (kind == INVENTORY_PSEM)
		read_semaphore(pass, map, &pass->inventory->entries[*out]);
	return 0;
}

static int take_map(struct users_pass *pass, const struct proc_map *map)
{
	struct user *user;
	uint32_t entry;

	if (map->device == pass->memory && map->path_size >= 5 && memcmp(map->path, "/SYSV", 5) == 0)
		entry = users_pass_find_id(pass, INVENTORY_SHM, map->inode);
	else
		entry = users_pass_find(pass, map->device, map->inode);
	/* Mappings of a stranger count too, until drop_strangers() compares with the count of the kernel. */
	if (entry != NO_ENTRY)
		pass->attached[entry]++;
	if (entry == NO_ENTRY && add_unnamed(pass, map, &entry) == -1)
		return -1;
	if (entry == NO_ENTRY)
		return 0;
	user = users_pass_use(pass, entry, USER_MAPS);
	if (user == NULL)
		return -1;
	user->mappings++;
	return add_range(pass, map, entry);
}

/*
 * Asks the kernel for the shared mappings alone, which spares it the text of all others: 0 after the last mapping, or -1
 * with errno, ENOTTY before Linux 6.11.
 */
static int query_maps(struct users_pass *pass, int fd)
{
	char path[64] = "";
	struct map_query query = {.size = sizeof(query), .flags = QUERY_SHARED | QUERY_THIS_OR_NEXT | QUERY_FILE};
	struct proc_map map;

	for (;;) {
		query.name = (uint64_t)(uintptr_t)path;
		query.name_size = sizeof(path);
		query.build_id_size = 0;
		if (ioctl(fd, MAP_QUERY, &query) == -1) {
			/* Only the path of a segment must fit. */
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
		if (map.device == pass->memory && take_map(pass, &map) == -1)
			return -1;
		query.address = query.end;
	}
}

int users_maps_scan(struct users_pass *pass)
{
	int fd = openat(pass->directory, "maps", O_RDONLY | O_CLOEXEC), result, saved, some = 0;
	struct proc_lines lines;
	struct proc_map map;
	const char *line;
	size_t size;

	if (fd == -1)
		return -1;
	if (pass->only_shm) {
		if (query_maps(pass, fd) == 0) {
			close(fd);
			return 0;
		}
		/* ESRCH means a process without memory: its text is empty, and the next process is asked again. */
		pass->only_shm = errno == ESRCH;
	}
	proc_lines_open(&lines, fd, pass->buffer);
	while ((result = proc_lines_next(&lines, &line, &size)) == 1) {
		some = 1;
		/* Most mappings lie on other devices.  (The inode 0 belongs to the segment with the id 0.) */
		if (proc_parse_map(line, size, &map) == 0 &&
		    (map.device == pass->memory || map.device == pass->files || (pass->unlinked && map.shared && map.device != 0)) &&
		    take_map(pass, &map) == -1) {
			result = -1;
			break;
		}
	}
	pass->no_memory = result == 0 && !some;
	saved = errno;
	close(fd);
	errno = saved;
	return result;
}
