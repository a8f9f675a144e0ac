/* SPDX-License-Identifier: ISC */
#include "inventory/inventory_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "base/proc.h"
#include "ipc/sysv.h"

/* Numbers in a line of /proc/sysvipc; a segment's memory and swap came later than the rest. */
enum { NUMBERS_SHM = 14, NUMBERS_SHM_MEMORY = 16, NUMBERS_MSG = 14, NUMBERS_SEM = 10 };

static void set_owner(struct inventory_entry *entry, const struct ipc_perm *perm)
{
	entry->key = perm->__key;
	entry->uid = perm->uid;
	entry->gid = perm->gid;
	entry->cuid = perm->cuid;
	entry->cgid = perm->cgid;
	entry->mode = perm->mode & 0777;
	if (perm->mode & SHM_DEST)
		entry->flags |= INVENTORY_REMOVED;
}

/* These three functions return the id where `operation` is by index, or -1 with errno. */

static int stat_shm(struct inventory_entry *entry, int index, int operation)
{
	struct shmid_ds ds = {0};
	int id = shmctl(index, operation, &ds);

	if (id == -1)
		return -1;
	set_owner(entry, &ds.shm_perm);
	entry->size = (int64_t)ds.shm_segsz;
	entry->count = (int64_t)ds.shm_nattch;
	entry->creator_pid = ds.shm_cpid;
	entry->last_pid = ds.shm_lpid;
	entry->times[INVENTORY_CHANGED] = ds.shm_ctime;
	entry->times[INVENTORY_USED] = ds.shm_atime;
	entry->times[INVENTORY_USED_TOO] = ds.shm_dtime;
	return id;
}

static int stat_msg(struct inventory_entry *entry, int index, int operation)
{
	struct msqid_ds ds = {0};
	int id = msgctl(index, operation, &ds);

	if (id == -1)
		return -1;
	set_owner(entry, &ds.msg_perm);
	entry->size = (int64_t)ds.msg_qbytes;
	entry->used = (int64_t)ds.__msg_cbytes;
	entry->count = (int64_t)ds.msg_qnum;
	entry->last_pid = ds.msg_lspid;
	entry->last_receiver_pid = ds.msg_lrpid;
	entry->times[INVENTORY_CHANGED] = ds.msg_ctime;
	entry->times[INVENTORY_USED] = ds.msg_stime;
	entry->times[INVENTORY_USED_TOO] = ds.msg_rtime;
	return id;
}

static int stat_sem(struct inventory_entry *entry, int index, int operation)
{
	struct semid_ds ds = {0};
	int id = semctl(index, 0, operation, (union semun){.buf = &ds});

	if (id == -1)
		return -1;
	set_owner(entry, &ds.sem_perm);
	entry->count = (int64_t)ds.sem_nsems;
	entry->times[INVENTORY_CHANGED] = ds.sem_ctime;
	entry->times[INVENTORY_USED] = ds.sem_otime;
	return id;
}

/* Fills in the object with this index, which takes no permission: its id, or -1 with errno. */
static int stat_index(struct inventory_entry *entry, enum inventory_kind kind, int index)
{
	switch (kind) {
	case INVENTORY_SHM:
		return stat_shm(entry, index, SHM_STAT_ANY);
	case INVENTORY_MSG:
		return stat_msg(entry, index, MSG_STAT_ANY);
	default:
		return stat_sem(entry, index, SEM_STAT_ANY);
	}
}

/* The highest index in use, or -1; `*used` becomes how many objects there are. */
static int highest_index(enum inventory_kind kind, int *used)
{
	struct shm_info shm;
	struct msginfo msg;
	struct seminfo sem;
	int highest;

	switch (kind) {
	case INVENTORY_SHM:
		highest = shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&shm);
		*used = highest == -1 ? -1 : shm.used_ids;
		break;
	case INVENTORY_MSG:
		highest = msgctl(0, MSG_INFO, (struct msqid_ds *)(void *)&msg);
		*used = highest == -1 ? -1 : msg.msgpool;
		break;
	default:
		highest = semctl(0, 0, SEM_INFO, (union semun){.info = &sem});
		*used = highest == -1 ? -1 : sem.semusz;
		break;
	}
	return highest;
}

static const char *table_of(enum inventory_kind kind)
{
	return kind == INVENTORY_SHM ? "/proc/sysvipc/shm" :
	       kind == INVENTORY_MSG ? "/proc/sysvipc/msg" : "/proc/sysvipc/sem";
}

/* Makes an entry of a line of the table: 0, or -1 where it is no such line. */
static int parse_line(struct inventory_entry *entry, enum inventory_kind kind, const char *line, size_t size)
{
	int64_t n[NUMBERS_SHM_MEMORY];
	int least = kind == INVENTORY_SHM ? NUMBERS_SHM : kind == INVENTORY_MSG ? NUMBERS_MSG : NUMBERS_SEM;
	int count = proc_parse_sysvipc(line, size, n, NUMBERS_SHM_MEMORY), at;
	struct ipc_perm perm;

	/* The kernel writes no line with numbers that do not fit. */
	if (count < least || n[0] < INT32_MIN || n[0] > INT32_MAX || n[1] < 0 || n[1] > INT32_MAX || n[2] < 0 || n[2] > 07777)
		return -1;
	entry->id = (int)n[1];
	memset(&perm, 0, sizeof(perm));
	perm.__key = (key_t)n[0];
	perm.mode = (unsigned short)n[2];
	at = kind == INVENTORY_SHM ? 7 : kind == INVENTORY_MSG ? 7 : 4;
	perm.uid = (uid_t)n[at];
	perm.gid = (gid_t)n[at + 1];
	perm.cuid = (uid_t)n[at + 2];
	perm.cgid = (gid_t)n[at + 3];
	set_owner(entry, &perm);
	if (kind == INVENTORY_SHM) {
		entry->size = n[3];
		entry->creator_pid = (pid_t)n[4];
		entry->last_pid = (pid_t)n[5];
		entry->count = n[6];
		entry->times[INVENTORY_USED] = n[11];
		entry->times[INVENTORY_USED_TOO] = n[12];
		entry->times[INVENTORY_CHANGED] = n[13];
		if (count >= NUMBERS_SHM_MEMORY && n[14] >= 0 && n[15] >= 0 && n[14] <= INT64_MAX - n[15])
			entry->used = n[14] + n[15];
	} else if (kind == INVENTORY_MSG) {
		/* The table does not have the limit of the queue. */
		entry->used = n[3];
		entry->count = n[4];
		entry->last_pid = (pid_t)n[5];
		entry->last_receiver_pid = (pid_t)n[6];
		entry->times[INVENTORY_USED] = n[11];
		entry->times[INVENTORY_USED_TOO] = n[12];
		entry->times[INVENTORY_CHANGED] = n[13];
	} else {
		entry->count = n[3];
		entry->times[INVENTORY_USED] = n[8];
		entry->times[INVENTORY_CHANGED] = n[9];
	}
	return 0;
}

/* The function that takes each line of a table, and its state. */
struct table_use {
	struct inventory *inventory;
	size_t cursor; /* the first entry that is compared with the line */
	int (*line)(struct table_use *use, const struct inventory_entry *entry);
};

/* Reads the table of a kind, and skips what is no line of it: 0, or -1 with errno. */
static int read_table(struct table_use *use, enum inventory_kind kind)
{
	int fd = open(table_of(kind), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), result = -1, saved;
	char *buffer = fd == -1 ? NULL : malloc(PROC_BUFFER);
	struct inventory_entry entry;
	struct proc_lines lines;
	const char *line;
	size_t size;

	if (fd == -1)
		return -1;
	if (buffer != NULL) {
		proc_lines_open(&lines, fd, buffer);
		while ((result = proc_lines_next(&lines, &line, &size)) == 1) {
			inventory_blank(&entry, kind);
			if (parse_line(&entry, kind, line, size) == 0 && use->line(use, &entry) == -1) {
				result = -1;
				break;
			}
		}
	}
	saved = errno;
	free(buffer);
	close(fd);
	errno = saved;
	return result;
}

static int add_entry(struct table_use *use, const struct inventory_entry *entry)
{
	return inventory_add(use->inventory, entry) == -1 ? -1 : 0;
}

/* Whether shmctl(2) gives only the low half of a segment's size, as in 32-bit processes.  The table has all of it. */
#define SIZE_IS_CUT (sizeof(((struct shmid_ds *)0)->shm_segsz) < sizeof(int64_t))

/* Adds the size and the memory of a segment.  Table and entries are both in the order of the indices. */
static int add_memory(struct table_use *use, const struct inventory_entry *entry)
{
	size_t i;

	for (i = use->cursor; i < use->inventory->count; i++)
		if (use->inventory->entries[i].id == entry->id) {
			use->inventory->entries[i].size = entry->size;
			use->inventory->entries[i].used = entry->used;
			use->cursor = i + 1;
			break;
		}
	return 0;
}

/* Adds the objects of all indices up to `highest`: 0, or -1 with errno where the kernel does not list them. */
static int list_indices(struct inventory *inventory, enum inventory_kind kind, int highest, int used)
{
	size_t first = inventory->count;
	int index, err = 0;

	if (used > 0 && inventory_reserve(inventory, (size_t)used) == -1)
		return -1;
	for (index = 0; index <= highest; index++) {
		struct inventory_entry *entry = inventory_next(inventory, kind);

		if (entry == NULL)
			return -1;
		entry->id = stat_index(entry, kind, index);
		if (entry->id != -1)
			continue;
		inventory->count--;
		/* A hole, or one that goes just now. */
		if (!sysv_is_gone(errno))
			err = errno;
	}
	/* A kernel that lacks the operation answers EINVAL as well. */
	if (err == 0 && (inventory->count > first || used == 0))
		return 0;
	inventory->count = first;
	errno = err != 0 ? err : EINVAL;
	return -1;
}

int inventory_sysv_list(struct inventory *inventory, enum inventory_kind kind, unsigned details)
{
	struct table_use use = {.inventory = inventory, .cursor = inventory->count, .line = add_entry};
	int used = 0, highest = highest_index(kind, &used);

	/* With ids up to 16 million (ipcmni_extend) the indices may be sparse, and the table is quicker. */
	if (highest < 0 || highest / 8 > used + 8192 || list_indices(inventory, kind, highest, used) == -1) {
		if (read_table(&use, kind) == 0)
			return 0;
		return errno == ENOMEM ? -1 : inventory_complain(inventory, kind, table_of(kind), NULL, errno, 0);
	}
	use.line = add_memory;
	if (kind == INVENTORY_SHM && (SIZE_IS_CUT || details & INVENTORY_ALLOCATED) && inventory->count > use.cursor &&
	    read_table(&use, kind) == -1 && errno == ENOMEM)
		return -1;
	return 0;
}

/* Takes the line of an id, for an object that may not be read. */
static int find_line(struct table_use *use, const struct inventory_entry *entry)
{
	if (entry->id == use->inventory->entries->id) {
		*use->inventory->entries = *entry;
		use->inventory->count = 1;
	}
	return 0;
}

int inventory_sysv_stat(struct inventory_entry *entry, enum inventory_kind kind, int id)
{
	struct inventory found = {.entries = entry};
	struct table_use use = {.inventory = &found, .line = find_line};
	int result;

	inventory_blank(entry, kind);
	result = kind == INVENTORY_SHM ? stat_shm(entry, id, IPC_STAT) :
	         kind == INVENTORY_MSG ? stat_msg(entry, id, IPC_STAT) : stat_sem(entry, id, IPC_STAT);
	if (result == 0) {
		entry->id = id;
		found.count = 1;
		use.line = add_memory;
		if (kind == INVENTORY_SHM && SIZE_IS_CUT && read_table(&use, kind) == -1 && errno == ENOMEM)
			return -1;
		return 0;
	}
	if (errno != EACCES) {
		errno = sysv_is_gone(errno) ? ENOENT : errno;
		return -1;
	}
	/* IPC_STAT requires read permission, the operation by index does not.  The index is the low part of the id. */
	result = stat_index(entry, kind, id % 32768);
	entry->id = id;
	if (result == id)
		return 0;
	if (read_table(&use, kind) == -1)
		return -1;
	if (found.count == 1)
		return 0;
	errno = ENOENT;
	return -1;
}

int inventory_sem_values(const struct inventory_entry *entry, unsigned short *values)
{
	if (entry->count <= 0 || entry->count > INVENTORY_SEMS_MOST) {
		errno = EINVAL;
		return -1;
	}
	return semctl(entry->id, 0, GETALL, (union semun){.array = values}) == -1 ? -1 : (int)entry->count;
}
