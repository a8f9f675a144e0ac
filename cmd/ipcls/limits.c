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

/* A number that is not always known. */
struct amount {
	int known;
	uint64_t number;
};

struct limit {
	enum inventory_kind kind;
	const char *name;      /* what sets it: a sysctl, "ulimit -q", a file system */
	const char *what;      /* what it counts */
	uint64_t scale;        /* it counts units of so many bytes; 0: it does not count bytes */
	struct amount used;    /* not known also where nothing is used up */
	struct amount most;    /* not known also where there is no limit */
};

static const struct amount unknown = {0, 0};

static struct amount amount(int known, uint64_t number)
{
	return (struct amount){known, number};
}

/* Reads the number in a file of /proc/sys. */
static struct amount read_number(const char *path)
{
	uint64_t number;
	int known = proc_read_number(path, &number) == 0;

	return amount(known, known ? number : 0);
}

static size_t list_shm(struct limit *list)
{
	/* The kernel counts shmall in pages: in bytes its default does not fit into 64 bits. */
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct shm_info used = {.used_ids = 0};
	struct shminfo most = {.shmmni = 0};
	int used_known = shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&used) != -1;
	int most_known = shmctl(0, IPC_INFO, (struct shmid_ds *)(void *)&most) != -1;
	size_t count = 0;

	list[count++] = (struct limit){INVENTORY_SHM, "kernel.shmmni", "segments", 0, amount(used_known, (uint64_t)used.used_ids),
		amount(most_known, most.shmmni)};
	list[count++] = (struct limit){INVENTORY_SHM, "kernel.shmall", "memory of all segments", page,
		amount(used_known, used.shm_tot), amount(most_known, most.shmall)};
	list[count++] = (struct limit){INVENTORY_SHM, "kernel.shmmax", "size of one segment", 1, unknown,
		amount(most_known, most.shmmax)};
	return count;
}

static size_t list_files(struct limit *list)
{
	struct statvfs fs = {.f_files = 0};
	int known = statvfs("/dev/shm", &fs) == 0, counted = known && fs.f_files > 0;
	size_t count = 0;

	list[count++] = (struct limit){INVENTORY_PSHM, "/dev/shm", "memory of all segments and semaphores", fs.f_frsize,
		amount(known, fs.f_blocks - fs.f_bfree), amount(known && fs.f_blocks > 0, fs.f_blocks)};
	list[count++] = (struct limit){INVENTORY_PSHM, "/dev/shm", "segments and semaphores (inodes)", 0,
		amount(counted, fs.f_files - fs.f_ffree), amount(counted, fs.f_files)};
	return count;
}

static size_t list_msg(struct limit *list)
{
	struct msginfo used = {.msgpool = 0}, most = {.msgpool = 0};
	int used_known = msgctl(0, MSG_INFO, (struct msqid_ds *)(void *)&used) != -1;
	int most_known = msgctl(0, IPC_INFO, (struct msqid_ds *)(void *)&most) != -1;
	size_t count = 0;

	list[count++] = (struct limit){INVENTORY_MSG, "kernel.msgmni", "queues", 0, amount(used_known, (uint64_t)used.msgpool),
		amount(most_known, (uint64_t)most.msgmni)};
	list[count++] = (struct limit){INVENTORY_MSG, "kernel.msgmnb", "bytes in a new queue", 1, unknown,
		amount(most_known, (uint64_t)most.msgmnb)};
	list[count++] = (struct limit){INVENTORY_MSG, "kernel.msgmax", "bytes of one message", 1, unknown,
		amount(most_known, (uint64_t)most.msgmax)};
	return count;
}

/* Returns what the queues of this user cost; that is not known if the limits of one of them may not be read. */
static struct amount queue_bytes(const struct inventory *queues)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < queues->count; i++) {
		const struct inventory_entry *entry = &queues->entries[i];
		struct queue_limits one = {.max_messages = (long)entry->limit, .message_size = entry->message_size};

		if (entry->uid != geteuid())
			continue;
		if (entry->limit < 0)
			return unknown;
		sum += (uint64_t)queue_cost(&one);
	}
	return amount(1, sum);
}

static size_t list_queues(struct limit *list, const struct inventory *queues)
{
	struct rlimit rlimit = {.rlim_cur = RLIM_INFINITY};
	size_t count = 0;

	getrlimit(RLIMIT_MSGQUEUE, &rlimit);
	list[count++] = (struct limit){INVENTORY_PMSG, "fs.mqueue.queues_max", "queues", 0,
		amount(queues != NULL, queues != NULL ? queues->count : 0), read_number("/proc/sys/fs/mqueue/queues_max")};
	list[count++] = (struct limit){INVENTORY_PMSG, "ulimit -q", "cost of your queues, RLIMIT_MSGQUEUE", 1,
		queues != NULL ? queue_bytes(queues) : unknown, amount(rlimit.rlim_cur != RLIM_INFINITY, rlimit.rlim_cur)};
	list[count++] = (struct limit){INVENTORY_PMSG, "fs.mqueue.msg_max", "messages of one queue", 0, unknown,
		read_number("/proc/sys/fs/mqueue/msg_max")};
	list[count++] = (struct limit){INVENTORY_PMSG, "fs.mqueue.msgsize_max", "bytes of one message", 1, unknown,
		read_number("/proc/sys/fs/mqueue/msgsize_max")};
	return count;
}

static size_t list_sem(struct limit *list)
{
	struct seminfo used = {.semaem = 0}, most = {.semaem = 0};
	int used_known = semctl(0, 0, SEM_INFO, (union semun){.info = &used}) != -1;
	int most_known = semctl(0, 0, IPC_INFO, (union semun){.info = &most}) != -1;
	size_t count = 0;

	/* The four numbers of the sysctl kernel.sem, in its order. */
	list[count++] = (struct limit){INVENTORY_SEM, "kernel.sem[0]", "semaphores of one set (SEMMSL)", 0, unknown,
		amount(most_known, (uint64_t)most.semmsl)};
	list[count++] = (struct limit){INVENTORY_SEM, "kernel.sem[1]", "semaphores (SEMMNS)", 0,
		amount(used_known, (uint64_t)used.semaem), amount(most_known, (uint64_t)most.semmns)};
	list[count++] = (struct limit){INVENTORY_SEM, "kernel.sem[2]", "operations of one call (SEMOPM)", 0, unknown,
		amount(most_known, (uint64_t)most.semopm)};
	list[count++] = (struct limit){INVENTORY_SEM, "kernel.sem[3]", "sets (SEMMNI)", 0,
		amount(used_known, (uint64_t)used.semusz), amount(most_known, (uint64_t)most.semmni)};
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

static void set_amount(struct cell *cell, const struct limit *limit, const struct amount *amount)
{
	if (!amount->known)
		return;
	cell->type = limit->scale != 0 ? CELL_SIZE : CELL_NUMBER;
	cell->number = amount->number;
	cell->scale = limit->scale;
}

static void set_percent(struct cell *cell, const struct limit *limit)
{
	if (!limit->used.known || !limit->most.known || limit->most.number == 0)
		return;
	cell->type = CELL_NUMBER;
	cell->number = (uint64_t)((double)limit->used.number * 100 / (double)limit->most.number);
}

static int get_cell(void *context, size_t row, const struct table_column *column, struct cell *cell)
{
	const struct limit *limit = (const struct limit *)context + row;

	switch (column - columns) {
	case 0: set_text(cell, inventory_kind_word(limit->kind)); break;
	case 1: set_text(cell, limit->name); break;
	case 2: set_amount(cell, limit, &limit->used); break;
	case 3: set_amount(cell, limit, &limit->most); break;
	case 4: set_percent(cell, limit); break;
	default: set_text(cell, limit->what); break;
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
	return table_end(&table) == -1 ? cli_fail_output(errno) : status;
}
