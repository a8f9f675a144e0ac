/* SPDX-License-Identifier: ISC */
#include "limits.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/proc.h"
#include "cli/cli.h"
#include "inventory/inventory.h"
#include "ipc/queue.h"
#include "ipc/sysv.h"
#include "look.h"
#include "print.h"
#include "table.h"

#define LIMITS_MOST 24

struct limit {
	enum inventory_kind kind;
	const char *name; /* what sets it: a sysctl, "ulimit -q", a file system */
	const char *what; /* what it counts */
	int bytes;        /* it counts bytes */
	int64_t used;     /* negative: not known, or nothing is used up */
	int64_t most;     /* negative: not known, or unlimited */
};

/* Returns INT64_MAX for a larger value. */
static int64_t saturated(uint64_t value)
{
	return value > INT64_MAX ? INT64_MAX : (int64_t)value;
}

/* The number in a file of /proc/sys, or -1. */
static int64_t read_number(const char *path)
{
	uint64_t value;

	return proc_read_number(path, &value) == 0 ? saturated(value) : -1;
}

static size_t list_shm(struct limit *list)
{
	int64_t page = sysconf(_SC_PAGESIZE);
	struct shm_info used;
	struct shminfo most;
	size_t count = 0;
	int used_known = shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&used) != -1;
	int most_known = shmctl(0, IPC_INFO, (struct shmid_ds *)(void *)&most) != -1;

	list[count++] = (struct limit){INVENTORY_SHM, "kernel.shmmni", "segments", 0, used_known ? used.used_ids : -1,
		most_known ? (int64_t)most.shmmni : -1};
	list[count++] = (struct limit){INVENTORY_SHM, "kernel.shmall", "memory of all segments", 1,
		used_known ? (int64_t)used.shm_tot * page : -1,
		!most_known ? -1 : most.shmall > (uint64_t)(INT64_MAX / page) ? INT64_MAX : (int64_t)most.shmall * page};
	list[count++] = (struct limit){INVENTORY_SHM, "kernel.shmmax", "size of one segment", 1, -1,
		most_known ? saturated(most.shmmax) : -1};
	return count;
}

static size_t list_files(struct limit *list)
{
	struct statvfs fs;
	size_t count = 0;
	int known = statvfs("/dev/shm", &fs) == 0, counted = known && fs.f_files > 0;

	list[count++] = (struct limit){INVENTORY_PSHM, "/dev/shm", "memory of all segments and semaphores", 1,
		known ? (int64_t)(fs.f_blocks - fs.f_bfree) * (int64_t)fs.f_frsize : -1,
		known && fs.f_blocks > 0 ? (int64_t)fs.f_blocks * (int64_t)fs.f_frsize : -1};
	list[count++] = (struct limit){INVENTORY_PSHM, "/dev/shm", "segments and semaphores (inodes)", 0,
		counted ? (int64_t)(fs.f_files - fs.f_ffree) : -1, counted ? (int64_t)fs.f_files : -1};
	return count;
}

static size_t list_msg(struct limit *list)
{
	struct msginfo used, most;
	size_t count = 0;
	int used_known = msgctl(0, MSG_INFO, (struct msqid_ds *)(void *)&used) != -1;
	int most_known = msgctl(0, IPC_INFO, (struct msqid_ds *)(void *)&most) != -1;

	list[count++] = (struct limit){INVENTORY_MSG, "kernel.msgmni", "queues", 0, used_known ? used.msgpool : -1,
		most_known ? most.msgmni : -1};
	list[count++] = (struct limit){INVENTORY_MSG, "kernel.msgmnb", "bytes in a new queue", 1, -1, most_known ? most.msgmnb : -1};
	list[count++] = (struct limit){INVENTORY_MSG, "kernel.msgmax", "bytes of one message", 1, -1, most_known ? most.msgmax : -1};
	return count;
}

/* Returns what the queues of this user cost, or -1 if the limits of one may not be read. */
static int64_t queue_bytes(const struct inventory *queues)
{
	int64_t sum = 0;
	size_t i;

	for (i = 0; i < queues->count; i++) {
		const struct inventory_entry *entry = &queues->entries[i];
		struct queue_limits one = {.max_messages = (long)entry->limit, .message_size = entry->message_size};

		if (entry->uid != geteuid())
			continue;
		if (entry->limit < 0)
			return -1;
		sum += (int64_t)queue_cost(&one);
	}
	return sum;
}

static size_t list_queues(struct limit *list, const struct inventory *queues)
{
	struct rlimit rlimit;
	size_t count = 0;

	getrlimit(RLIMIT_MSGQUEUE, &rlimit);
	list[count++] = (struct limit){INVENTORY_PMSG, "fs.mqueue.queues_max", "queues", 0, queues ? (int64_t)queues->count : -1,
		read_number("/proc/sys/fs/mqueue/queues_max")};
	list[count++] = (struct limit){INVENTORY_PMSG, "ulimit -q", "cost of your queues, RLIMIT_MSGQUEUE", 1,
		/* RLIM_INFINITY is not a number of bytes, nor is a number near it. */
		queues ? queue_bytes(queues) : -1, rlimit.rlim_cur > INT64_MAX ? -1 : (int64_t)rlimit.rlim_cur};
	list[count++] = (struct limit){INVENTORY_PMSG, "fs.mqueue.msg_max", "messages of one queue", 0, -1,
		read_number("/proc/sys/fs/mqueue/msg_max")};
	list[count++] = (struct limit){INVENTORY_PMSG, "fs.mqueue.msgsize_max", "bytes of one message", 1, -1,
		read_number("/proc/sys/fs/mqueue/msgsize_max")};
	return count;
}

static size_t list_sem(struct limit *list)
{
	struct seminfo used, most;
	size_t count = 0;
	int used_known = semctl(0, 0, SEM_INFO, (union semun){.info = &used}) != -1;
	int most_known = semctl(0, 0, IPC_INFO, (union semun){.info = &most}) != -1;

	/* The four numbers of the sysctl kernel.sem, in its order. */
	list[count++] = (struct limit){INVENTORY_SEM, "kernel.sem[0]", "semaphores of one set (SEMMSL)", 0, -1, most_known ? most.semmsl : -1};
	list[count++] = (struct limit){INVENTORY_SEM, "kernel.sem[1]", "semaphores (SEMMNS)", 0, used_known ? used.semaem : -1, most_known ? most.semmns : -1};
	list[count++] = (struct limit){INVENTORY_SEM, "kernel.sem[2]", "operations of one call (SEMOPM)", 0, -1, most_known ? most.semopm : -1};
	list[count++] = (struct limit){INVENTORY_SEM, "kernel.sem[3]", "sets (SEMMNI)", 0, used_known ? used.semusz : -1, most_known ? most.semmni : -1};
	return count;
}

/*
 * Lists the limits of `kinds`, and returns how many there are.  `queues` are all POSIX queues, or NULL if they could not be
 * listed.
 */
static size_t list_limits(struct limit *list, unsigned kinds, const struct inventory *queues)
{
	size_t count = 0;

	if (kinds & INVENTORY_SHM)
		count += list_shm(list + count);
	if (kinds & (INVENTORY_PSHM | INVENTORY_PSEM))
		count += list_files(list + count);
	if (kinds & INVENTORY_MSG)
		count += list_msg(list + count);
	if (kinds & INVENTORY_PMSG)
		count += list_queues(list + count, queues);
	if (kinds & INVENTORY_SEM)
		count += list_sem(list + count);
	return count;
}

static const struct table_column columns[] = {
	{"KIND", 0}, {"LIMIT", 0}, {"USED", 1}, {"MOST", 1}, {"PERCENT", 1}, {"WHAT", 0},
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

static void set_text(struct cell *cell, const char *text)
{
	cell->type = CELL_TEXT;
	cell->text = text;
}

static void set_number(struct cell *cell, enum cell_type type, int64_t number)
{
	if (number < 0)
		return;
	cell->type = type;
	cell->number = (uint64_t)number;
}

static int get_cell(void *context, size_t row, const struct table_column *column, struct cell *cell)
{
	const struct limit *one = (const struct limit *)context + row;
	enum cell_type type = one->bytes ? CELL_SIZE : CELL_NUMBER;

	switch (column - columns) {
	case 0: set_text(cell, inventory_kind_word(one->kind)); break;
	case 1: set_text(cell, one->name); break;
	case 2: set_number(cell, type, one->used); break;
	case 3: set_number(cell, type, one->most); break;
	case 4:
		if (one->used >= 0 && one->most > 0)
			set_number(cell, CELL_NUMBER, (int64_t)((double)one->used * 100 / (double)one->most));
		break;
	default: set_text(cell, one->what); break;
	}
	return 0;
}

int limits_show(const struct options *options)
{
	const struct table_column *chosen[COLUMNS];
	struct limit limits[LIMITS_MOST];
	struct inventory queues = {.count = 0};
	struct table table;
	size_t count, i;
	int status;

	if (options->kinds & INVENTORY_PMSG && inventory_list(&queues, INVENTORY_PMSG, INVENTORY_CONTENT) == -1)
		return cli_fail(NULL, errno);
	status = look_report_problems(options, &queues);
	count = list_limits(limits, options->kinds, queues.problem_count == 0 ? &queues : NULL);
	inventory_free(&queues);
	for (i = 0; i < COLUMNS; i++)
		chosen[i] = &columns[i];
	table = (struct table){.style = {.form = options->form, .bytes = options->bytes}, .columns = chosen,
	                       .column_count = COLUMNS, .headings = options->headings, .width = print_width(), .title = "limits",
	                       .get = get_cell, .context = limits};
	table_begin(&table);
	for (i = 0; i < count; i++)
		table_row(&table, i);
	return table_end(&table) == -1 ? print_fail() : status;
}
