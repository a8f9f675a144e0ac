/* SPDX-License-Identifier: ISC */
/*
 * ipcls - the IPC objects that are there, who uses them, and who waits for whom.
 *
 * A look is taken in steps: list the objects, find their users where somebody wants to know, choose
 * rows, show them.  Each step does only what the columns ask for, since a pass over /proc costs more
 * than all the rest.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/number.h"
#include "base/timestamp.h"
#include "cli/cli.h"
#include "cli/cli_inventory.h"
#include "cli/screen.h"
#include "inventory/inventory.h"
#include "inventory/users.h"
#include "ipc/object.h"
#include "columns.h"
#include "deadlock.h"
#include "dot.h"
#include "limits.h"
#include "memstream.h"
#include "table.h"

#define OBJECTS (OBJECT_NAME | OBJECT_KEY | OBJECT_ID | OBJECT_FTOK | OBJECT_FILE | OBJECT_MEMFD)
#define DEFAULT_INTERVAL INT64_C(1000000000)
#define COLUMNS_MOST 64

enum {
	OPTION_GRAPH = CLI_FIRST_OWN,
	OPTION_LIMITS,
	OPTION_NOHEADINGS,
	OPTION_NOUSERS,
	OPTION_NS,
	OPTION_ORPHANS,
	OPTION_SORT,
	OPTION_WATCH,
};

static const char usage[] = "ipcls [-0abJr] [-o columns] [-t types] [-u user] [--limits] [--noheadings] [--nousers]\n"
			    "             [--ns=pid] [--orphans] [--sort=column] [--graph] [--watch[=interval]] [object ...]";
static const char help[] =
	"List IPC objects and who uses them; of each object that is given, show everything.\n"
	"\n"
	"  -0, --null              fields end with NULs, names are as they are; only NAME without -o\n"
	"  -a, --all               also FIFOs, Unix sockets, memfds, and memory that has no name any more\n"
	"  -b, --bytes             sizes in bytes\n"
	"  -J, --json              JSON\n"
	"  -o, --output=COLUMNS    these columns, with commas between; +COLUMNS: more; all: all\n"
	"  -r, --raw               a line of words for each object, for scripts\n"
	"  -t, --types=TYPES       of shm pshm msg pmsg sem psem fifo unix memfd, with commas between\n"
	"  -u, --user=USER         what belongs to USER or was made by USER\n"
	"      --graph             processes and objects as a graph for dot(1)\n"
	"      --limits            the limits, and how full they are\n"
	"      --noheadings        no line of headings\n"
	"      --nousers           do not look for users: much faster\n"
	"      --ns=PID            the objects of the IPC and mount namespaces of a process\n"
	"      --orphans           only what nobody is left to use\n"
	"      --sort=COLUMN       in the order of a column; -COLUMN: from the largest\n"
	"      --watch[=INTERVAL]  redraw on a terminal, changes marked\n"
	"  -h, --help              show this\n"
	"  -V, --version           show the version\n"
	"\n"
	"Columns: KIND NAME LABEL ID KEY OWNER UID GROUP GID CREATOR CUID CGID MODE SIZE USED ATTACHED\n"
	"MESSAGES LIMIT MSGSIZE SEMS VALUES STATE CPID LPID LRPID CTIME ATIME DTIME MTIME STIME RTIME\n"
	"OTIME TOUCHED INODE USERS WAITERS ORPHAN; see ipcls(1).\n";

static const struct option long_options[] = {
	{"all", no_argument, NULL, 'a'},
	{"bytes", no_argument, NULL, 'b'},
	{"graph", no_argument, NULL, OPTION_GRAPH},
	{"help", no_argument, NULL, 'h'},
	{"json", no_argument, NULL, 'J'},
	{"limits", no_argument, NULL, OPTION_LIMITS},
	{"noheadings", no_argument, NULL, OPTION_NOHEADINGS},
	{"nousers", no_argument, NULL, OPTION_NOUSERS},
	{"ns", required_argument, NULL, OPTION_NS},
	{"null", no_argument, NULL, '0'},
	{"orphans", no_argument, NULL, OPTION_ORPHANS},
	{"output", required_argument, NULL, 'o'},
	{"raw", no_argument, NULL, 'r'},
	{"sort", required_argument, NULL, OPTION_SORT},
	{"types", required_argument, NULL, 't'},
	{"user", required_argument, NULL, 'u'},
	{"version", no_argument, NULL, 'V'},
	{"watch", optional_argument, NULL, OPTION_WATCH},
	{NULL, 0, NULL, 0},
};

static const char table_columns[] = "KIND,NAME,OWNER,MODE,SIZE,STATE,USERS";
static const char script_columns[] = "KIND,NAME,ID,OWNER,MODE,SIZE,MESSAGES,ATTACHED,SEMS,USERS,WAITERS";

/* An operand, and whether it was found. */
struct wanted {
	struct object object;
	key_t key;
	struct stat st; /* file: and memfd: */
	int err;        /* it cannot even be looked for */
	int queue_err;  /* why it is no queue, or none that may be seen */
	int found;
};

/* What was asked for. */
struct job {
	enum table_form form;
	int has_form, all, unnamed, bytes, headings, no_users, orphans, graph, limits, watch, descending;
	const char *output;
	unsigned kinds, asked_kinds; /* to list; of -t */
	int has_user;
	uid_t user;
	pid_t namespace; /* 0: ours */
	int64_t interval;
	const struct table_column *columns[COLUMNS_MOST], *sort;
	size_t column_count;
	unsigned needs; /* enum columns_need */
	struct wanted *wanted;
	size_t wanted_count;
};

/* What there is at one moment. */
struct look {
	struct inventory inventory;
	struct users users;
	struct deadlocks deadlocks;
	struct columns columns;
	size_t *rows; /* entries in the order in which they are shown */
	size_t row_count;
};

/* --- taking a look --- */

static const char *problem_text(const struct inventory_problem *problem, char *room, size_t size)
{
	/* What bears a name in place of a path is one object alone. */
	if (problem->what[0] == '/' && strchr(problem->what + 1, '/') == NULL)
		return strerror(problem->err);
	snprintf(room, size, "%s; %s cannot be listed", problem->reason ? problem->reason : strerror(problem->err),
	         inventory_kind_text(problem->kind));
	return room;
}

/* What could not be listed is said; it is a failure where that very kind was asked for. */
static int tell_problems(const struct job *job, const struct inventory *inventory)
{
	int status = CLI_DONE;
	char room[160];
	size_t i;

	for (i = 0; i < inventory->problem_count; i++) {
		const struct inventory_problem *problem = &inventory->problems[i];

		if (problem->minor)
			continue;
		cli_warn(problem->what, "%s", problem_text(problem, room, sizeof(room)));
		if (job->asked_kinds & problem->kind)
			status = CLI_FAILED;
	}
	return status;
}

/*
 * What processes alone could tell and did not; a failure where a kind was asked for of which not all can be listed.
 * Processes that may not be looked at are nothing special, and the rows have their marks for it; that one could not
 * be looked at for another cause is said.
 */
static int tell_unseen(const struct job *job, const struct users *users)
{
	int fifos = (job->kinds & INVENTORY_FIFO) != 0, memory = job->kinds & INVENTORY_MEMFD || job->unnamed;
	const char *found = !memory ? "FIFOs" : !fifos ? "memory without a name" : "FIFOs and memory without a name";
	int needed = (job->needs & COLUMNS_USERS) != 0, status = CLI_DONE;

	if (users->err != 0 && (needed || fifos || memory))
		cli_warn("/proc", "%s; %s%s%s may be missing", strerror(users->err), needed ? "users" : "",
		         needed && (fifos || memory) ? ", " : "", fifos || memory ? found : "");
	if ((users->proc_err != 0 || users->err != 0) && job->asked_kinds & (INVENTORY_FIFO | INVENTORY_MEMFD))
		status = CLI_FAILED;
	if (job->wanted_count > 0)
		fifos = memory = 0;
	if (users->proc_err != 0) {
		if (needed)
			cli_warn("/proc", "%s; users are not known", cli_proc_text(users->proc_err));
		if (fifos || memory)
			cli_warn("/proc", "%s; %s cannot be listed", cli_proc_text(users->proc_err), found);
	} else if ((fifos || memory) && users->err == 0 && (users->hidden > 0 || users->invisible)) {
		cli_warn(NULL, "not all processes may be looked at; %s of others may be missing", found);
	}
	return status;
}

/* The kinds that there are, or that the pass over /proc finds. */
static unsigned kinds_present(const struct job *job, const struct inventory *inventory)
{
	unsigned kinds = job->kinds & (INVENTORY_FIFO | INVENTORY_MEMFD);
	size_t i;

	for (i = 0; i < inventory->count; i++)
		kinds |= inventory->entries[i].kind;
	/* Memory that has no name may be there, too. */
	return job->unnamed ? kinds | INVENTORY_PSHM : kinds;
}

/* Whether the operand was there before. */
static int is_repeated(const struct job *job, size_t operand)
{
	size_t i;

	for (i = 0; i < operand; i++)
		if (strcmp(job->wanted[i].object.word, job->wanted[operand].object.word) == 0)
			return 1;
	return 0;
}

static int find_queues(const struct job *job, struct look *look, unsigned details)
{
	size_t i;

	for (i = 0; i < job->wanted_count; i++) {
		struct wanted *wanted = &job->wanted[i];

		if (wanted->object.kind != OBJECT_NAME || is_repeated(job, i) ||
		    inventory_find_queue(&look->inventory, wanted->object.name, details) == 0)
			continue;
		if (errno == ENOMEM)
			return -1;
		wanted->queue_err = errno;
	}
	return 0;
}

/* A FIFO that is named is there even if no process has it open. */
static int add_fifos(const struct job *job, struct look *look)
{
	struct inventory_entry entry;
	size_t i;

	for (i = 0; i < job->wanted_count; i++) {
		const struct wanted *wanted = &job->wanted[i];

		if (wanted->object.kind != OBJECT_FILE || wanted->err != 0 || !S_ISFIFO(wanted->st.st_mode) || is_repeated(job, i))
			continue;
		inventory_blank(&entry, INVENTORY_FIFO);
		entry.name = wanted->object.path;
		inventory_set_file(&entry, &wanted->st);
		if (inventory_add(&look->inventory, &entry) == -1)
			return -1;
	}
	return 0;
}

/* Fills `look`; 0, or -1 with ENOMEM.  A look that was freed can be taken again. */
static int take_look(const struct job *job, struct look *look)
{
	unsigned details = (job->needs & COLUMNS_CONTENT ? INVENTORY_CONTENT : 0) |
	                   (job->needs & COLUMNS_ALLOCATED ? INVENTORY_ALLOCATED : 0);
	int find = (job->needs & COLUMNS_USERS || job->kinds & (INVENTORY_FIFO | INVENTORY_MEMFD) || job->unnamed) != 0;
	unsigned kinds;

	look->columns.inventory = &look->inventory;
	look->columns.users = &look->users;
	look->columns.numeric = job->namespace != 0;
	kinds = job->kinds & (INVENTORY_LISTED | INVENTORY_UNIX);
	/* A queue whose name is known can be asked for without a list, which not everybody can have. */
	if (job->wanted_count > 0) {
		if (inventory_list(&look->inventory, kinds & (INVENTORY_SHM | INVENTORY_PSHM | INVENTORY_MSG), details) == -1 ||
		    (kinds & INVENTORY_PMSG && find_queues(job, look, details) == -1) ||
		    (job->kinds & INVENTORY_FIFO && add_fifos(job, look) == -1))
			return -1;
		kinds &= INVENTORY_SEM | INVENTORY_PSEM | INVENTORY_UNIX;
	}
	if (inventory_list(&look->inventory, kinds, details) == -1)
		return -1;
	kinds = kinds_present(job, &look->inventory);
	if (find && kinds != 0 &&
	    (users_find(&look->users, &look->inventory, job->kinds, users_needed(kinds), job->unnamed) == -1 ||
	     deadlocks_find(&look->deadlocks, &look->users, &look->inventory) == -1))
		return -1;
	return 0;
}

static void free_look(struct look *look)
{
	int proc = look->users.proc, err = look->users.proc_err;

	/* /proc stays open: with --ns it could not be opened again. */
	look->users.proc = 0;
	users_free(&look->users);
	look->users.proc = proc;
	look->users.proc_err = err;
	inventory_free(&look->inventory);
	deadlocks_free(&look->deadlocks);
	columns_free(&look->columns);
	free(look->rows);
	look->rows = NULL;
	look->row_count = 0;
}

static int is_wanted_entry(const struct inventory_entry *entry, const struct wanted *wanted)
{
	if (wanted->err != 0)
		return 0;
	if (entry->kind == INVENTORY_UNIX)
		/* Where a mode is known the file is this socket's; names of others may be relative to anywhere. */
		return wanted->object.kind == OBJECT_FILE && strcmp(entry->name, wanted->object.path) == 0 &&
		       entry->mode != (mode_t)-1;
	if (wanted->object.kind & (OBJECT_FILE | OBJECT_MEMFD))
		return !(entry->kind & INVENTORY_SYSV) && entry->dev == wanted->st.st_dev && entry->ino == wanted->st.st_ino;
	return inventory_is(entry, &wanted->object, wanted->key);
}

static int is_chosen(const struct job *job, const struct look *look, size_t index)
{
	const struct inventory_entry *entry = &look->inventory.entries[index];
	char reason[USERS_REASON];
	size_t i;
	int chosen = job->wanted_count == 0;

	for (i = 0; i < job->wanted_count; i++)
		if (is_wanted_entry(entry, &job->wanted[i]))
			chosen = job->wanted[i].found = 1;
	return chosen && (!job->has_user || entry->uid == job->user || entry->cuid == job->user) &&
	       (!job->orphans || users_is_orphan(&look->users, &look->inventory, index, reason) == USERS_ORPHAN);
}

/* A row by what it is to be sorted by. */
struct sort_key {
	size_t row;
	int known;
	int64_t number;
	char *text;
};

static int compare_keys(const void *a, const void *b)
{
	const struct sort_key *one = a, *other = b;
	int order;

	if (one->known != other->known)
		order = one->known - other->known;
	else if (one->text != NULL)
		order = strcmp(one->text, other->text);
	else
		order = (one->number > other->number) - (one->number < other->number);
	if (order == 0)
		order = (one->row > other->row) - (one->row < other->row);
	return order;
}

static int sort_rows(const struct job *job, struct look *look)
{
	struct sort_key *keys = calloc(look->row_count + 1, sizeof(*keys));
	struct table_cell cell;
	size_t i, k;
	int result = keys == NULL ? -1 : 0;

	for (i = 0; i < look->row_count && result == 0; i++) {
		memset(&cell, 0, sizeof(cell));
		result = columns_get(&look->columns, look->rows[i], job->sort, &cell);
		/* Lists are sorted by their lengths. */
		keys[i] = (struct sort_key){.row = look->rows[i], .known = cell.type != TABLE_UNKNOWN,
		                            .number = cell.type == TABLE_NUMBERS || cell.type == TABLE_PROCESSES ?
		                                      (int64_t)cell.count : cell.number};
		if (cell.type == TABLE_TEXT && (keys[i].text = strdup(cell.text)) == NULL)
			result = -1;
	}
	if (result == 0)
		qsort(keys, look->row_count, sizeof(*keys), compare_keys);
	for (k = 0; keys != NULL && k < i; k++) {
		if (result == 0)
			look->rows[job->descending ? look->row_count - 1 - k : k] = keys[k].row;
		free(keys[k].text);
	}
	free(keys);
	return result;
}

static int choose_rows(const struct job *job, struct look *look)
{
	size_t i;

	look->rows = calloc(look->inventory.count + 1, sizeof(*look->rows));
	if (look->rows == NULL)
		return -1;
	for (i = 0; i < look->inventory.count; i++)
		if (is_chosen(job, look, i))
			look->rows[look->row_count++] = i;
	return job->sort != NULL ? sort_rows(job, look) : 0;
}

/* --- deadlocks --- */

static const struct user_process *process_of(const struct look *look, const struct deadlock_step *step)
{
	return &look->users.processes[step->process];
}

/* Others chose it: what is written is harmless. */
static void put_shown(FILE *out, const char *text)
{
	char shown[8];

	for (; *text != '\0'; text++) {
		cli_show_name(shown, (const char[]){*text, '\0'});
		fputs(shown, out);
	}
}

static void put_process(FILE *out, const struct look *look, const struct deadlock_step *step)
{
	const struct user_process *process = process_of(look, step);

	fprintf(out, "%d/", (int)process->pid);
	put_shown(out, process->command);
}

/* "12/a waits for key:0x1 (semaphore 0), last used by 13/b, which waits for ..." */
static int tell_deadlock(const struct look *look, size_t from, size_t end)
{
	struct memstream text = {.size = 0};
	char room[INVENTORY_NAME_ROOM];
	size_t i;
	FILE *out = memstream_open(&text);

	if (out == NULL)
		return -1;
	put_process(out, look, &look->deadlocks.steps[from]);
	fputs(" waits for ", out);
	for (i = from; i < end; i++) {
		static const char *const links[] = {
			[DEADLOCK_UP_TO] = ", which is up to ", [DEADLOCK_LAST] = ", last used by ",
			[DEADLOCK_HELD] = ", held by ", [DEADLOCK_CHILD] = "its child ",
		};
		const struct deadlock_step *step = &look->deadlocks.steps[i];

		if (step->entry != DEADLOCK_NO_ENTRY) {
			const struct inventory_entry *entry = &look->inventory.entries[step->entry];

			fprintf(out, "%s ", inventory_kind_word(entry->kind));
			put_shown(out, inventory_name(entry, room));
			if (step->semaphore >= 0)
				fprintf(out, " (semaphore %d)", step->semaphore);
		}
		fputs(links[step->link], out);
		put_process(out, look, &look->deadlocks.steps[i + 1 < end ? i + 1 : from]);
		fputs(i + 1 < end ? ", which waits for " : "", out);
	}
	if (memstream_close(out, &text) == -1)
		return -1;
	cli_warn("possible deadlock", "%s", text.bytes);
	free(text.bytes);
	return 0;
}

static int tell_deadlocks(const struct look *look)
{
	size_t i, from = 0;
	int result = 0;

	for (i = 0; i < look->deadlocks.cycles && result == 0; i++) {
		result = tell_deadlock(look, from, look->deadlocks.ends[i]);
		from = look->deadlocks.ends[i];
	}
	return result;
}

static void put_deadlock_step(struct table *table, const struct look *look, const struct deadlock_step *step)
{
	static const struct table_column name = {"NAME", 0};
	char line[256], room[INVENTORY_NAME_ROOM];
	const struct inventory_entry *entry;
	int pid = (int)process_of(look, step)->pid;

	if (step->entry == DEADLOCK_NO_ENTRY) {
		table_put(table, line, (size_t)snprintf(line, sizeof(line), "{\"pid\":%d,\"waits_in\":\"wait\"}", pid));
		return;
	}
	entry = &look->inventory.entries[step->entry];
	table_put(table, line, (size_t)snprintf(line, sizeof(line), "{\"pid\":%d,\"waits_in\":\"%s\",\"kind\":\"%s\",", pid,
	                                            users_call_word(step->call), inventory_kind_word(entry->kind)));
	table_put_json_text(table, &name, inventory_name(entry, room));
	if (step->semaphore >= 0)
		table_put(table, line, (size_t)snprintf(line, sizeof(line), ",\"semaphore\":%d", step->semaphore));
	table_put(table, "}", 1);
}

/* ,"deadlocks":[[{"pid":1,"waits_in":"semop","kind":"sem","name":"key:0x1",...},...]] */
static void put_deadlocks(struct table *table, const struct look *look)
{
	size_t i, k, from = 0;

	table_put(table, ",\n\"deadlocks\":[", 15);
	for (i = 0; i < look->deadlocks.cycles; i++) {
		table_put(table, i == 0 ? "[" : ",[", i == 0 ? 1 : 2);
		for (k = from; k < look->deadlocks.ends[i]; k++) {
			if (k > from)
				table_put(table, ",", 1);
			put_deadlock_step(table, look, &look->deadlocks.steps[k]);
		}
		table_put(table, "]", 1);
		from = look->deadlocks.ends[i];
	}
	table_put(table, "]", 1);
}

/* --- rows --- */

/* The memory for what is to be written may be lacking, too. */
static int fail_output(void)
{
	return cli_fail(errno == ENOMEM ? NULL : "standard output", errno);
}

/* Columns of the terminal, or 0 where there is none. */
static int terminal_width(void)
{
	struct winsize size;

	return ioctl(1, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static void set_listing(const struct job *job, struct table *table, struct look *look)
{
	*table = (struct table){
		.form = job->form,
		.columns = job->columns,
		.column_count = job->column_count,
		.headings = job->headings,
		.bytes = job->bytes,
		.width = terminal_width(),
		.title = "objects",
		.get = columns_get,
		.context = &look->columns,
	};
}

static int show_rows(const struct job *job, struct look *look)
{
	struct table table;
	size_t i;

	set_listing(job, &table, look);
	/* Headings above nothing would tell a person nothing. */
	if (look->row_count == 0 && job->form == TABLE_ALIGNED)
		return CLI_DONE;
	table_begin(&table);
	for (i = 0; i < look->row_count && table.status == 0; i++)
		table_row(&table, look->rows[i]);
	table_end_rows(&table);
	if (job->form == TABLE_JSON && job->needs & COLUMNS_USERS)
		put_deadlocks(&table, look);
	return table_end(&table) == -1 ? fail_output() : CLI_DONE;
}

/* --- everything of one object --- */

/* A line of the details: what it is called, and where its cell comes from. */
struct detail {
	const char *label;
	const struct table_column *column; /* or */
	char text[200];
};

struct details {
	struct columns *columns;
	size_t entry;
	struct detail *lines;
	size_t count, room;
};

static const struct table_column detail_columns[] = {{"FIELD", 0}, {"VALUE", 0}};

static struct detail *add_detail(struct details *details, const char *label, const struct table_column *column)
{
	struct detail *line;

	if (details->count == details->room) {
		size_t room = details->room ? 2 * details->room : 64;

		line = reallocarray(details->lines, room, sizeof(*line));
		if (line == NULL)
			return NULL;
		details->lines = line;
		details->room = room;
	}
	line = &details->lines[details->count++];
	*line = (struct detail){.label = label, .column = column};
	return line;
}

static int get_detail(void *context, size_t row, const struct table_column *column, struct table_cell *cell)
{
	struct details *details = context;
	struct detail *line = &details->lines[row];

	if (column == &detail_columns[0]) {
		cell->type = TABLE_TEXT;
		cell->text = line->label;
	} else if (line->column != NULL) {
		return columns_get(details->columns, details->entry, line->column, cell);
	} else {
		cell->type = TABLE_TEXT;
		cell->text = line->text;
	}
	return 0;
}

/* A number that a call gave, or '-'. */
static const char *number_text(char *room, size_t size, int number)
{
	snprintf(room, size, number == -1 ? "-" : "%d", number);
	return room;
}

/* Each semaphore of a set: its value, its last process, and how many wait. */
static int add_semaphores(struct details *details, const struct inventory_entry *entry)
{
	struct detail *line;
	char room[4][16];
	int64_t i;
	int value;

	for (i = 0; i < entry->count; i++) {
		value = semctl(entry->id, (int)i, GETVAL);
		/* None of them may be read, or the set is gone. */
		if (value == -1 && i == 0)
			break;
		line = add_detail(details, "semaphore", NULL);
		if (line == NULL)
			return -1;
		snprintf(line->text, sizeof(line->text), "%lld: value %s, last process %s, %s waiting to take, %s for zero",
		         (long long)i, number_text(room[0], sizeof(room[0]), value),
		         number_text(room[1], sizeof(room[1]), semctl(entry->id, (int)i, GETPID)),
		         number_text(room[2], sizeof(room[2]), semctl(entry->id, (int)i, GETNCNT)),
		         number_text(room[3], sizeof(room[3]), semctl(entry->id, (int)i, GETZCNT)));
	}
	return 0;
}

static int add_users(struct details *details, const struct look *look)
{
	const struct user *user;
	struct detail *line;
	size_t count, i;

	user = users_of(&look->users, details->entry, &count);
	for (i = 0; i < count; i++) {
		const struct user_process *process = &look->users.processes[user[i].process];

		line = add_detail(details, "user", NULL);
		if (line == NULL)
			return -1;
		snprintf(line->text, sizeof(line->text), "%d/%s %s", (int)process->pid, process->command, columns_uses(user[i].how));
		if (user[i].how & USER_WAITS) {
			size_t length = strlen(line->text);

			length += (size_t)snprintf(line->text + length, sizeof(line->text) - length, " in %s",
			                           users_call_word((enum user_call)user[i].call));
			if (user[i].semaphore >= 0)
				length += (size_t)snprintf(line->text + length, sizeof(line->text) - length, " (semaphore %d)", user[i].semaphore);
			snprintf(line->text + length, sizeof(line->text) - length, "%s%s", user[i].how & USER_TIMED ? ", for a time" : "",
			         user[i].how & USER_GUESSED ? ", as it seems" : "");
		}
	}
	if (!users_unknown(&look->users, &look->inventory, details->entry))
		return 0;
	line = add_detail(details, "user", NULL);
	if (line == NULL)
		return -1;
	snprintf(line->text, sizeof(line->text), "unknown: not all processes may be looked at");
	return 0;
}

/* What became of a process that the object remembers. */
static int add_fate(struct details *details, const struct look *look, const char *label, pid_t pid, int64_t when)
{
	static const char *const fates[] = {
		[USERS_UNKNOWN] = "", [USERS_ALIVE] = "is running", [USERS_GONE] = "is gone",
	};
	enum users_fate fate = users_fate(&look->users, pid, when);
	struct detail *line;

	if (fate == USERS_UNKNOWN)
		return 0;
	line = add_detail(details, label, NULL);
	if (line == NULL)
		return -1;
	snprintf(line->text, sizeof(line->text), "%d %s", (int)pid, fates[fate]);
	return 0;
}

/* The lines of one object: 0, or -1 with ENOMEM. */
static int collect_details(const struct job *job, struct details *details, const struct look *look)
{
	const struct inventory_entry *entry = &look->inventory.entries[details->entry];
	const struct table_column *all, *column;
	struct table_cell cell;
	size_t count, i;

	all = columns_all(&count);
	for (i = 0; i < count; i++) {
		column = &all[i];
		memset(&cell, 0, sizeof(cell));
		if (columns_get(details->columns, details->entry, column, &cell) == -1)
			return -1;
		/* Processes follow on lines of their own. */
		if (cell.type == TABLE_UNKNOWN || cell.type == TABLE_PROCESSES ||
		    (job->no_users && columns_needs(column) & COLUMNS_USERS))
			continue;
		if (add_detail(details, column->name, column) == NULL)
			return -1;
	}
	if (entry->kind == INVENTORY_SEM && add_semaphores(details, entry) == -1)
		return -1;
	if (job->no_users)
		return 0;
	if (add_fate(details, look, "creator", entry->creator_pid, entry->times[INVENTORY_CHANGED]) == -1 ||
	    add_fate(details, look, entry->kind == INVENTORY_MSG ? "last sender" : "last process", entry->last_pid,
	             inventory_touched(entry)) == -1 ||
	    add_fate(details, look, "last receiver", entry->last_receiver_pid, entry->times[INVENTORY_USED_TOO]) == -1)
		return -1;
	return add_users(details, look);
}

static int show_details(const struct job *job, struct look *look)
{
	static const struct table_column *const columns[] = {&detail_columns[0], &detail_columns[1]};
	struct details details = {.columns = &look->columns};
	struct table table;
	size_t i, k;
	int status = CLI_DONE;

	for (i = 0; i < look->row_count && status == CLI_DONE; i++) {
		details.entry = look->rows[i];
		details.count = 0;
		if (i > 0 && io_write_all(1, "\n", 1) == -1)
			status = fail_output();
		if (status == CLI_DONE && collect_details(job, &details, look) == -1)
			status = cli_fail(NULL, errno);
		table = (struct table){.form = TABLE_ALIGNED, .columns = columns, .column_count = 2, .bytes = 1,
		                           .everything = 1, .get = get_detail, .context = &details};
		table_begin(&table);
		for (k = 0; k < details.count && status == CLI_DONE; k++)
			table_row(&table, k);
		if (table_end(&table) == -1 && status == CLI_DONE)
			status = fail_output();
	}
	free(details.lines);
	return status;
}

static int show_graph(struct look *look)
{
	const struct dot graph = {.inventory = &look->inventory, .users = &look->users, .deadlocks = &look->deadlocks,
	                            .entries = look->rows, .count = look->row_count};
	struct memstream text = {.size = 0};
	FILE *out = memstream_open(&text);
	int result, status = CLI_DONE;

	if (out == NULL)
		return cli_fail(NULL, errno);
	result = dot_write(&graph, out);
	if (memstream_close(out, &text) == -1 || result == -1)
		status = cli_fail(NULL, ENOMEM);
	else if (io_write_all(1, text.bytes, text.size) == -1)
		status = fail_output();
	free(text.bytes);
	return status;
}

/* --- limits --- */

static const struct table_column limit_columns[] = {
	{"KIND", 0}, {"LIMIT", 0}, {"USED", 1}, {"MOST", 1}, {"PERCENT", 1}, {"WHAT", 0},
};

static int get_limit(void *context, size_t row, const struct table_column *column, struct table_cell *cell)
{
	const struct limit *one = (const struct limit *)context + row;
	enum table_type type = one->bytes ? TABLE_SIZE : TABLE_NUMBER;

	switch (column - limit_columns) {
	case 0: *cell = (struct table_cell){.type = TABLE_TEXT, .text = inventory_kind_word(one->kind)}; break;
	case 1: *cell = (struct table_cell){.type = TABLE_TEXT, .text = one->name}; break;
	case 2: *cell = (struct table_cell){.type = one->used < 0 ? TABLE_UNKNOWN : type, .number = one->used}; break;
	case 3: *cell = (struct table_cell){.type = one->most < 0 ? TABLE_UNKNOWN : type, .number = one->most}; break;
	case 4:
		if (one->used >= 0 && one->most > 0)
			*cell = (struct table_cell){.type = TABLE_NUMBER, .number = (int64_t)((double)one->used * 100 / (double)one->most)};
		break;
	default: *cell = (struct table_cell){.type = TABLE_TEXT, .text = one->what}; break;
	}
	return 0;
}

static int show_limits(const struct job *job)
{
	const struct table_column *columns[6];
	struct limit limits[LIMITS_MOST];
	struct inventory queues = {.count = 0};
	struct table table;
	size_t count, i;
	int status = CLI_DONE;

	if (job->kinds & INVENTORY_PMSG && inventory_list(&queues, INVENTORY_PMSG, INVENTORY_CONTENT) == -1)
		return cli_fail(NULL, errno);
	status = tell_problems(job, &queues);
	count = limits_list(limits, job->kinds, queues.problem_count == 0 ? &queues : NULL);
	inventory_free(&queues);
	for (i = 0; i < 6; i++)
		columns[i] = &limit_columns[i];
	table = (struct table){.form = job->form, .columns = columns, .column_count = 6, .headings = job->headings,
	                           .bytes = job->bytes, .width = terminal_width(), .title = "limits", .get = get_limit,
	                           .context = limits};
	table_begin(&table);
	for (i = 0; i < count; i++)
		table_row(&table, i);
	return table_end(&table) == -1 ? fail_output() : status;
}

/* --- watching --- */

/* A table that was drawn, and which object each of its rows is. */
struct frame {
	struct table table;
	struct identity {
		enum inventory_kind kind;
		int id;
		dev_t dev;
		ino_t ino;
	} *rows;
	size_t count;
};

static void free_frame(struct frame *frame)
{
	table_free(&frame->table);
	free(frame->rows);
	frame->rows = NULL;
	frame->count = 0;
}

static int make_frame(const struct job *job, struct look *look, struct frame *frame)
{
	size_t i;

	set_listing(job, &frame->table, look);
	frame->table.form = TABLE_ALIGNED;
	frame->rows = calloc(look->row_count + 1, sizeof(*frame->rows));
	if (frame->rows == NULL)
		return -1;
	table_begin(&frame->table);
	for (i = 0; i < look->row_count; i++) {
		const struct inventory_entry *entry = &look->inventory.entries[look->rows[i]];

		table_row(&frame->table, look->rows[i]);
		frame->rows[i] = (struct identity){entry->kind, entry->id, entry->dev, entry->ino};
	}
	frame->count = look->row_count;
	errno = frame->table.status;
	return frame->table.status == 0 ? 0 : -1;
}

/* The row of the same object, or -1.  Mostly it is where it was. */
static ssize_t find_row(const struct frame *frame, const struct identity *identity, size_t near)
{
	size_t i, k;

	for (i = 0; i < frame->count; i++) {
		k = (near + i) % frame->count;
		if (frame->rows[k].kind == identity->kind && frame->rows[k].id == identity->id &&
		    frame->rows[k].dev == identity->dev && frame->rows[k].ino == identity->ino)
			return (ssize_t)k;
	}
	return -1;
}

/* A row, of which what is other than before is in reverse video; `before` is -1 for one that is new. */
static void draw_row(FILE *out, const struct frame *now, size_t row, const struct frame *then, ssize_t before,
                     const size_t *widths, int marked)
{
	size_t column, size, size_before = 0, left = now->table.width > 0 ? (size_t)now->table.width : SIZE_MAX, blanks;
	const char *text, *text_before = NULL;
	int differs;

	for (column = 0; column < now->table.column_count && left > 0; column++) {
		text = table_cell_text(&now->table, row, column, &size);
		if (before != -1)
			text_before = table_cell_text(&then->table, (size_t)before, column, &size_before);
		differs = marked && (before == -1 || size != size_before || memcmp(text, text_before, size) != 0);
		blanks = widths[column] - size;
		if (now->table.columns[column]->right)
			for (; blanks > 0 && left > 0; blanks--, left--)
				putc(' ', out);
		if (size > left)
			size = left;
		left -= size;
		fprintf(out, differs ? "\033[7m%.*s\033[27m" : "%.*s", (int)size, text);
		for (blanks += 2; blanks > 0 && left > 0 && column + 1 < now->table.column_count; blanks--, left--)
			putc(' ', out);
	}
	putc('\n', out);
}

static int draw(const struct frame *now, const struct frame *then, int first)
{
	size_t widths[COLUMNS_MOST], row, rows = screen_rows(), fresh = 0, kept = 0;
	struct memstream text = {.size = 0};
	char clock_text[40];
	FILE *out = memstream_open(&text);
	ssize_t before;
	int result;

	if (out == NULL)
		return -1;
	table_widths(&now->table, widths);
	for (row = 0; row < now->count; row++)
		kept += find_row(then, &now->rows[row], row) != -1;
	fresh = now->count - kept;
	fprintf(out, "%s  %zu object%s", timestamp_local(clock_text, time(NULL)), now->count,
	        now->count == 1 ? "" : "s");
	if (!first && (fresh > 0 || then->count > kept))
		fprintf(out, ", %zu new, %zu gone", fresh, then->count - kept);
	fputs("\n\n", out);
	draw_row(out, now, 0, now, -1, widths, 0);
	for (row = 0; row < now->count && row + 3 < rows; row++) {
		before = find_row(then, &now->rows[row], row);
		draw_row(out, now, row + 1, then, before == -1 ? -1 : before + 1, widths, !first);
	}
	if (memstream_close(out, &text) == -1)
		return -1;
	result = screen_draw(text.bytes, text.size);
	free(text.bytes);
	return result;
}

static int watch(const struct job *job, struct look *look)
{
	const struct timespec interval = {.tv_sec = (time_t)(job->interval / 1000000000),
	                                  .tv_nsec = (long)(job->interval % 1000000000)};
	struct frame now = {.count = 0}, then = {.count = 0};
	int status = CLI_DONE, first = 1;

	if (screen_open() == -1) {
		cli_warn(NULL, "--watch draws on a terminal, and standard output is none that can");
		return CLI_FAILED;
	}
	while (status == CLI_DONE && interrupt_pending() == 0) {
		if (take_look(job, look) == -1 || choose_rows(job, look) == -1 || make_frame(job, look, &now) == -1)
			status = cli_fail("--watch", errno);
		else if (draw(&now, &then, first) == -1)
			status = fail_output();
		free_frame(&then);
		then = now;
		now = (struct frame){.count = 0};
		first = 0;
		free_look(look);
		if (status == CLI_DONE && interrupt_pending() == 0)
			clock_nanosleep(CLOCK_MONOTONIC, 0, &interval, NULL);
	}
	screen_close();
	free_frame(&then);
	return status;
}

/* --- the command line --- */

static void add_column(struct job *job, const struct table_column *column)
{
	if (job->column_count == COLUMNS_MOST)
		cli_usage_exit("-o: more than %d columns", COLUMNS_MOST);
	job->columns[job->column_count++] = column;
}

static void add_columns(struct job *job, const char *words, int may_drop)
{
	const struct table_column *column, *all;
	const char *end;
	size_t count, i;

	if (*words == '\0')
		cli_usage_exit("-o: which columns?");
	for (; words != NULL; words = *end == ',' ? end + 1 : NULL) {
		end = strchrnul(words, ',');
		if (end - words == 3 && strncasecmp(words, "all", 3) == 0) {
			all = columns_all(&count);
			for (i = 0; i < count; i++)
				if (!job->no_users || !(columns_needs(&all[i]) & COLUMNS_USERS))
					add_column(job, &all[i]);
			continue;
		}
		column = columns_find(words, (size_t)(end - words));
		if (column == NULL)
			cli_usage_exit("-o: no such column: %s (--help lists them)", cli_shown_word(words, (size_t)(end - words)));
		if (job->no_users && columns_needs(column) & COLUMNS_USERS) {
			if (may_drop)
				continue;
			cli_usage_exit("-o: %s needs the users that --nousers does not look for", column->name);
		}
		add_column(job, column);
	}
}

static void set_columns(struct job *job)
{
	const char *words = job->form == TABLE_ALIGNED ? table_columns : job->form == TABLE_NULS ? "NAME" : script_columns;
	size_t i;

	if (job->output == NULL || job->output[0] == '+')
		add_columns(job, words, 1);
	if (job->output != NULL)
		add_columns(job, job->output + (job->output[0] == '+'), 0);
	for (i = 0; i < job->column_count; i++)
		job->needs |= columns_needs(job->columns[i]);
	if (job->sort != NULL)
		job->needs |= columns_needs(job->sort);
	if (job->orphans)
		job->needs |= COLUMNS_USERS | COLUMNS_CONTENT;
	if (job->graph)
		job->needs = COLUMNS_USERS;
	if (job->wanted_count > 0 && !job->has_form && job->output == NULL)
		job->needs |= COLUMNS_CONTENT | COLUMNS_ALLOCATED | (job->no_users ? 0 : COLUMNS_USERS);
}

static void set_form(struct job *job, enum table_form form)
{
	if (job->has_form && job->form != form)
		cli_usage_exit("-0, -J and -r are three forms of the same");
	job->form = form;
	job->has_form = 1;
}

static void parse_sort(struct job *job, const char *word)
{
	job->descending = word[0] == '-';
	job->sort = columns_find(word + job->descending, strlen(word + job->descending));
	if (job->sort == NULL)
		cli_usage_exit("--sort: no such column: %s (--help lists them)", cli_shown_word(word, strlen(word)));
}

static void parse_options(struct job *job, int argc, char **argv)
{
	uint64_t pid;
	int option;

	while ((option = getopt_long(argc, argv, "0abhJo:rt:u:V", long_options, NULL)) != -1) {
		switch (option) {
		case '0': set_form(job, TABLE_NULS); break;
		case 'a': job->all = 1; break;
		case 'b': job->bytes = 1; break;
		case 'h': cli_help_exit();
		case 'J': set_form(job, TABLE_JSON); break;
		case 'o': job->output = optarg; break;
		case 'r': set_form(job, TABLE_RAW); break;
		case 't': job->asked_kinds = cli_kinds_or_exit(optarg, INVENTORY_ALL); break;
		case 'u':
			job->user = cli_user_or_exit(optarg);
			job->has_user = 1;
			break;
		case 'V': cli_version_exit();
		case OPTION_GRAPH: job->graph = 1; break;
		case OPTION_LIMITS: job->limits = 1; break;
		case OPTION_NOHEADINGS: job->headings = 0; break;
		case OPTION_NOUSERS: job->no_users = 1; break;
		case OPTION_NS:
			if (number_parse(optarg, 1, INT32_MAX, &pid) == -1)
				cli_usage_exit("--ns: %s: not a process", cli_shown_word(optarg, strlen(optarg)));
			job->namespace = (pid_t)pid;
			break;
		case OPTION_ORPHANS: job->orphans = 1; break;
		case OPTION_SORT: parse_sort(job, optarg); break;
		case OPTION_WATCH:
			job->watch = 1;
			if (optarg != NULL)
				job->interval = cli_duration_or_exit("--watch", optarg);
			if (job->interval == 0)
				cli_usage_exit("--watch: an interval of 0 would not leave the processor to anybody else");
			break;
		default: cli_option_exit();
		}
	}
}

static void check_options(const struct job *job)
{
	if (job->no_users && (job->orphans || job->graph))
		cli_usage_exit("--orphans and --graph need the users that --nousers does not look for");
	if (job->no_users && job->sort != NULL && columns_needs(job->sort) & COLUMNS_USERS)
		cli_usage_exit("--sort: %s needs the users that --nousers does not look for", job->sort->name);
	if (job->graph && (job->has_form || job->output != NULL || job->watch || job->limits))
		cli_usage_exit("--graph goes with none of -0, -J, -o, -r, --limits, --watch");
	if (job->watch && (job->has_form || job->limits))
		cli_usage_exit("--watch goes with none of -0, -J, -r, --limits");
	if (job->limits && (job->output != NULL || job->wanted_count > 0 || job->orphans || job->has_user || job->sort != NULL))
		cli_usage_exit("--limits goes with no object, and with none of -o, -u, --orphans, --sort");
}

/* All names are right before the first one is used. */
static void parse_objects(struct job *job, int count, char **words)
{
	int i;

	job->wanted_count = (size_t)count;
	job->wanted = calloc((size_t)count + 1, sizeof(*job->wanted));
	if (job->wanted == NULL)
		exit(cli_fail(NULL, errno));
	for (i = 0; i < count; i++)
		cli_object_or_exit(&job->wanted[i].object, words[i], OBJECTS);
}

/* --- operands --- */

/* What can be known of the operands before anything is listed. */
static void prepare_objects(struct job *job)
{
	char path[64];
	size_t i;

	for (i = 0; i < job->wanted_count; i++) {
		struct wanted *wanted = &job->wanted[i];
		const struct object *object = &wanted->object;
		int result = 0;

		if (object->kind & (OBJECT_KEY | OBJECT_FTOK)) {
			result = object_key(object, &wanted->key);
		} else if (object->kind == OBJECT_FILE) {
			result = stat(object->path, &wanted->st);
		} else if (object->kind == OBJECT_MEMFD) {
			snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)object->pid, object->fd);
			result = stat(path, &wanted->st);
		}
		wanted->err = result == -1 ? errno : 0;
	}
}

/* What the operand can be. */
static unsigned kinds_of(const struct object *object)
{
	switch (object->kind) {
	case OBJECT_NAME: return INVENTORY_POSIX;
	case OBJECT_FILE: return INVENTORY_FIFO | INVENTORY_UNIX | INVENTORY_PSHM | INVENTORY_PSEM | INVENTORY_MEMFD;
	case OBJECT_MEMFD: return INVENTORY_MEMFD | INVENTORY_PSHM | INVENTORY_PSEM;
	default: return INVENTORY_SYSV;
	}
}

/* The kinds that the operands can be, where -t does not say. */
static unsigned kinds_of_objects(const struct job *job)
{
	unsigned kinds = 0;
	size_t i;

	for (i = 0; i < job->wanted_count; i++)
		kinds |= kinds_of(&job->wanted[i].object);
	return kinds;
}

/* Whether it may be there all the same, among what could not be listed; that was told. */
static int may_be_hidden(const struct job *job, const struct inventory *inventory, const struct wanted *wanted)
{
	size_t i;

	for (i = 0; i < inventory->problem_count; i++)
		if (!inventory->problems[i].minor && inventory->problems[i].kind & job->kinds & kinds_of(&wanted->object))
			return 1;
	return 0;
}

static int tell_missing(const struct job *job, const struct inventory *inventory)
{
	int status = CLI_DONE, one;
	size_t i;

	for (i = 0; i < job->wanted_count; i++) {
		const struct wanted *wanted = &job->wanted[i];

		if (wanted->found) {
			one = CLI_DONE;
		} else if (wanted->err == 0 && may_be_hidden(job, inventory, wanted)) {
			one = CLI_FAILED;
		} else if (wanted->object.kind & (OBJECT_FILE | OBJECT_MEMFD) && wanted->err == 0) {
			cli_warn(wanted->object.word, "no IPC object, or not of a kind that is listed");
			one = CLI_MISSING;
		} else {
			one = cli_fail(wanted->object.word, wanted->err ? wanted->err : wanted->queue_err ? wanted->queue_err : ENOENT);
		}
		status = i == 0 ? one : cli_merge_status(status, one);
	}
	return status;
}

/* --- namespaces --- */

/* /proc stays ours: it is there that processes are looked for. */
static int enter_namespaces(struct look *look, pid_t pid)
{
	char word[24];
	int fd, result, saved;

	snprintf(word, sizeof(word), "%d", (int)pid);
	users_open(&look->users);
	/* The rules of local time are ours, too. */
	tzset();
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd == -1)
		return cli_fail(word, errno);
	result = setns(fd, CLONE_NEWIPC | CLONE_NEWNS);
	/* Who made the user namespace of a container may enter that, and then the others. */
	if (result == -1 && errno == EPERM)
		result = setns(fd, CLONE_NEWUSER | CLONE_NEWIPC | CLONE_NEWNS);
	saved = errno;
	close(fd);
	return result == -1 ? cli_fail(word, saved) : CLI_DONE;
}

/* --- main --- */

static int show(const struct job *job, struct look *look)
{
	int status, missing;

	if (take_look(job, look) == -1 || choose_rows(job, look) == -1)
		return cli_fail(NULL, errno);
	status = tell_problems(job, &look->inventory);
	if (status == CLI_DONE || look->row_count > 0) {
		int shown = job->graph ? show_graph(look) :
		            job->wanted_count > 0 && !job->has_form && job->output == NULL ? show_details(job, look) :
		                                                                              show_rows(job, look);

		status = shown != CLI_DONE ? shown : status;
	}
	if (tell_unseen(job, &look->users) != CLI_DONE)
		status = CLI_FAILED;
	if (tell_deadlocks(look) == -1)
		status = cli_fail(NULL, ENOMEM);
	missing = tell_missing(job, &look->inventory);
	return status == CLI_DONE ? missing : status;
}

int main(int argc, char **argv)
{
	static struct job job = {.headings = 1, .interval = DEFAULT_INTERVAL};
	static struct look look;
	int status = CLI_DONE;

	cli_start(argv, usage, help);
	cli_show_names_by(escape_put);
	parse_options(&job, argc, argv);
	parse_objects(&job, argc - optind, argv + optind);
	check_options(&job);
	set_columns(&job);

	if (cli_was_closed(1))
		return cli_fail("standard output", EBADF);
	if (job.namespace != 0)
		status = enter_namespaces(&look, job.namespace);
	prepare_objects(&job);
	job.kinds = job.asked_kinds ? job.asked_kinds : job.wanted_count > 0 ? kinds_of_objects(&job) :
	            job.all ? INVENTORY_ALL : INVENTORY_LISTED;
	/* Memory without a name is found where it is asked for by a descriptor, too. */
	job.unnamed = (job.all || (job.wanted_count > 0 && job.kinds & INVENTORY_MEMFD)) && job.kinds & INVENTORY_PSHM;
	if (status == CLI_DONE && job.watch) {
		interrupt_catch();
		status = watch(&job, &look);
	} else if (status == CLI_DONE) {
		status = job.limits ? show_limits(&job) : show(&job, &look);
	}
	free_look(&look);
	users_free(&look.users);
	free(job.wanted);
	interrupt_die_if_pending();
	return cli_finish(status);
}
