/* SPDX-License-Identifier: ISC */
#include "columns.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "state.h"

enum {
	KIND, NAME, LABEL, ID, KEY, OWNER, UID, GROUP, GID, CREATOR, CUID, CGID, MODE, SIZE, USED, ATTACHED, MESSAGES,
	LIMIT, MSGSIZE, SEMS, VALUES, STATE, CPID, LPID, LRPID, CTIME, ATIME, DTIME, MTIME, STIME, RTIME, OTIME, TOUCHED,
	INODE, USERS, WAITERS, ORPHAN, COLUMNS
};

static const struct table_column all[COLUMNS] = {
	[KIND] = {"KIND", 0},
	[NAME] = {"NAME", 0},
	[LABEL] = {"LABEL", 0},
	[ID] = {"ID", 1},
	[KEY] = {"KEY", 0},
	[OWNER] = {"OWNER", 0},
	[UID] = {"UID", 1},
	[GROUP] = {"GROUP", 0},
	[GID] = {"GID", 1},
	[CREATOR] = {"CREATOR", 0},
	[CUID] = {"CUID", 1},
	[CGID] = {"CGID", 1},
	[MODE] = {"MODE", 0},
	[SIZE] = {"SIZE", 1},
	[USED] = {"USED", 1},
	[ATTACHED] = {"ATTACHED", 1},
	[MESSAGES] = {"MESSAGES", 1},
	[LIMIT] = {"LIMIT", 1},
	[MSGSIZE] = {"MSGSIZE", 1},
	[SEMS] = {"SEMS", 1},
	[VALUES] = {"VALUES", 0},
	[STATE] = {"STATE", 0},
	[CPID] = {"CPID", 1},
	[LPID] = {"LPID", 1},
	[LRPID] = {"LRPID", 1},
	[CTIME] = {"CTIME", 0},
	[ATIME] = {"ATIME", 0},
	[DTIME] = {"DTIME", 0},
	[MTIME] = {"MTIME", 0},
	[STIME] = {"STIME", 0},
	[RTIME] = {"RTIME", 0},
	[OTIME] = {"OTIME", 0},
	[TOUCHED] = {"TOUCHED", 0},
	[INODE] = {"INODE", 1},
	[USERS] = {"USERS", 0},
	[WAITERS] = {"WAITERS", 0},
	[ORPHAN] = {"ORPHAN", 0},
};

struct columns_owner {
	unsigned id;
	int group;
	char *name;
};

const struct table_column *columns_all(size_t *count)
{
	*count = COLUMNS;
	return all;
}

const struct table_column *columns_find(const char *name, size_t size)
{
	size_t i;

	for (i = 0; i < COLUMNS; i++)
		if (strlen(all[i].name) == size && strncasecmp(all[i].name, name, size) == 0)
			return &all[i];
	return NULL;
}

unsigned columns_needs(const struct table_column *column)
{
	switch (column - all) {
	case MESSAGES:
	case LIMIT:
	case MSGSIZE:
	case VALUES:
	case SIZE:
	case STATE:
		return COLUMNS_CONTENT;
	case USED:
		return COLUMNS_ALLOCATED;
	case USERS:
	case WAITERS:
		return COLUMNS_USERS;
	case ORPHAN:
		return COLUMNS_USERS | COLUMNS_CONTENT;
	default:
		return 0;
	}
}

static void set_text(struct cell *cell, const char *text)
{
	if (text == NULL)
		return;
	cell->type = CELL_TEXT;
	cell->text = text;
}

/* Sets a number, which is negative if it is not known. */
static void set_number(struct cell *cell, enum cell_type type, int64_t number)
{
	if (number < 0)
		return;
	cell->type = type;
	cell->number = (uint64_t)number;
}

static void *no_memory(struct columns *columns)
{
	columns->no_memory = 1;
	return NULL;
}

/* Returns the name of a user or group, or its number where it has no name.  Each is looked up once. */
static const char *name_of(struct columns *columns, unsigned id, int group)
{
	struct columns_owner *owner;
	const struct passwd *user = NULL;
	const struct group *members = NULL;
	size_t i;

	for (i = 0; i < columns->owner_count; i++)
		if (columns->owners[i].id == id && columns->owners[i].group == group)
			return columns->owners[i].name;
	owner = array_grow(columns->owners, &columns->owner_room, columns->owner_count + 1, sizeof(*owner));
	if (owner == NULL)
		return no_memory(columns);
	columns->owners = owner;
	owner += columns->owner_count;
	if (!columns->numeric && group)
		members = getgrgid(id);
	else if (!columns->numeric)
		user = getpwuid(id);
	owner->id = id;
	owner->group = group;
	if (user != NULL || members != NULL)
		owner->name = strdup(user ? user->pw_name : members->gr_name);
	else if (asprintf(&owner->name, "%u", id) == -1)
		owner->name = NULL;
	if (owner->name == NULL)
		return no_memory(columns);
	columns->owner_count++;
	return owner->name;
}

static void set_owner(struct columns *columns, struct cell *cell, unsigned id, int group)
{
	/* The owner of memory that was found by a mapping alone is not known. */
	if (id != (unsigned)-1)
		set_text(cell, name_of(columns, id, group));
}

static void set_values(struct columns *columns, const struct inventory_entry *entry, struct cell *cell)
{
	int count = -1, i;

	if (columns->numbers == NULL)
		columns->numbers = calloc(INVENTORY_SEMS_MOST, sizeof(*columns->numbers));
	if (columns->values == NULL)
		columns->values = calloc(INVENTORY_SEMS_MOST, sizeof(*columns->values));
	if (columns->numbers == NULL || columns->values == NULL) {
		columns->no_memory = 1;
		return;
	}
	if (entry->kind == INVENTORY_SEM) {
		count = inventory_sem_values(entry, columns->values);
		for (i = 0; i < count; i++)
			columns->numbers[i] = columns->values[i];
	} else if (entry->kind == INVENTORY_PSEM && entry->value >= 0) {
		columns->numbers[0] = entry->value;
		count = 1;
	}
	if (count <= 0)
		return;
	cell->type = CELL_NUMBERS;
	cell->numbers = columns->numbers;
	cell->count = (size_t)count;
}

const char *columns_uses(unsigned how)
{
	static const char *const words[] = {
		"", "maps", "reads", "maps,reads", "writes", "maps,writes", "reads,writes", "maps,reads,writes",
		"waits", "maps,waits", "reads,waits", "maps,reads,waits", "writes,waits", "maps,writes,waits",
		"reads,writes,waits", "maps,reads,writes,waits",
	};

	/* A set has no other uses. */
	if (how & USER_HOLDS)
		return how & USER_WAITS ? "holds,waits" : "holds";
	return words[how & 15];
}

static void set_processes(struct columns *columns, size_t index, unsigned how, struct cell *cell)
{
	const struct users *users = columns->users;
	size_t count, i, found = 0;
	struct cell_process *processes;
	enum users_unknown unknown;
	const struct user *user;

	if (users->first == NULL)
		return;
	user = users_of(users, index, &count);
	processes = array_grow(columns->processes, &columns->process_room, count + 1, sizeof(*processes));
	if (processes == NULL) {
		columns->no_memory = 1;
		return;
	}
	columns->processes = processes;
	for (i = 0; i < count; i++) {
		const struct user_process *process = &users->processes[user[i].process];

		if (how != 0 && !(user[i].how & how))
			continue;
		processes[found++] = (struct cell_process){
			.pid = process->pid,
			.command = process->nameless ? NULL : process->command,
			.uses = columns_uses(user[i].how),
			.call = user[i].how & USER_WAITS ? users_call_word((enum user_call)user[i].call) : NULL,
		};
	}
	cell->type = CELL_PROCESSES;
	cell->processes = processes;
	cell->count = found;
	unknown = users_unknown(users, columns->inventory, index);
	if (how == USER_WAITS)
		unknown = users->waits_hidden > 0 || users->invisible ? USERS_HIDDEN : users->elsewhere ? USERS_ELSEWHERE : USERS_COMPLETE;
	/* Then nobody can say that it is unused, while the users that were found are mostly all of them. */
	cell->incomplete = unknown == USERS_HIDDEN || (unknown == USERS_ELSEWHERE && found == 0);
	cell->elsewhere = unknown == USERS_ELSEWHERE;
}

static void set_state(struct columns *columns, size_t index, struct cell *cell)
{
	const struct inventory_entry *entry = &columns->inventory->entries[index];
	struct cell values = {.type = CELL_UNKNOWN};

	if (entry->kind == INVENTORY_SEM)
		set_values(columns, entry, &values);
	state_put(columns->text, columns->inventory, columns->users, index, &values);
	if (columns->text[0] != '\0')
		set_text(cell, columns->text);
}

static void set_orphan(struct columns *columns, size_t index, struct cell *cell)
{
	char reason[USERS_REASON];

	if (columns->users->first == NULL)
		return;
	switch (users_is_orphan(columns->users, columns->inventory, index, reason)) {
	case USERS_ORPHAN:
		snprintf(columns->text, sizeof(columns->text), "%s", reason);
		break;
	case USERS_ORPHAN_UNKNOWN:
		snprintf(columns->text, sizeof(columns->text), "unknown: %s", reason);
		break;
	default:
		snprintf(columns->text, sizeof(columns->text), "no");
		break;
	}
	set_text(cell, columns->text);
}

static void set_time(struct cell *cell, int64_t when)
{
	if (when < 0)
		return;
	cell->type = CELL_TIME;
	cell->time = when;
}

/* Sets a time if the object is of `kinds`, which have it, and if it ever came. */
static void set_time_of(struct cell *cell, const struct inventory_entry *entry, enum inventory_time which,
                     unsigned kinds)
{
	if (entry->kind & kinds && entry->times[which] > 0)
		set_time(cell, entry->times[which]);
}

/* Sets a process id; 0 is no process, or one of another pid namespace. */
static void set_pid(struct cell *cell, pid_t pid)
{
	if (pid > 0)
		set_number(cell, CELL_NUMBER, pid);
}

/* Sets an inode number, which may use all 64 bits. */
static void set_inode(struct cell *cell, const struct inventory_entry *entry)
{
	if (entry->kind & INVENTORY_SYSV)
		return;
	cell->type = CELL_NUMBER;
	cell->number = entry->ino;
}

static void set_time_column(const struct inventory_entry *entry, int column, struct cell *cell)
{
	const unsigned files = INVENTORY_ALL & ~(unsigned)INVENTORY_SYSV;

	switch (column) {
	case CTIME: set_time_of(cell, entry, INVENTORY_CHANGED, INVENTORY_ALL); break;
	case ATIME: set_time_of(cell, entry, INVENTORY_USED, files | INVENTORY_SHM); break;
	case DTIME: set_time_of(cell, entry, INVENTORY_USED_TOO, INVENTORY_SHM); break;
	case MTIME: set_time_of(cell, entry, INVENTORY_USED_TOO, files); break;
	case STIME: set_time_of(cell, entry, INVENTORY_USED, INVENTORY_MSG); break;
	case RTIME: set_time_of(cell, entry, INVENTORY_USED_TOO, INVENTORY_MSG); break;
	case OTIME: set_time_of(cell, entry, INVENTORY_USED, INVENTORY_SEM); break;
	default: set_time(cell, inventory_touched(entry)); break;
	}
}

int columns_get(void *context, size_t index, const struct table_column *column, struct cell *cell)
{
	struct columns *columns = context;
	const struct inventory_entry *entry = &columns->inventory->entries[index];
	int sysv = (entry->kind & INVENTORY_SYSV) != 0, which = (int)(column - all);

	switch (which) {
	case KIND: set_text(cell, inventory_kind_word(entry->kind)); break;
	case NAME: set_text(cell, inventory_name(entry, columns->text)); break;
	case LABEL: set_text(cell, entry->label); break;
	case ID: set_number(cell, CELL_NUMBER, entry->id); break;
	case KEY:
		snprintf(columns->text, sizeof(columns->text), "0x%08x", (unsigned)entry->key);
		set_text(cell, sysv ? columns->text : NULL);
		break;
	case OWNER: set_owner(columns, cell, entry->uid, 0); break;
	case UID: set_number(cell, CELL_NUMBER, entry->uid == (uid_t)-1 ? -1 : (int64_t)entry->uid); break;
	case GROUP: set_owner(columns, cell, entry->gid, 1); break;
	case GID: set_number(cell, CELL_NUMBER, entry->gid == (gid_t)-1 ? -1 : (int64_t)entry->gid); break;
	case CREATOR: set_owner(columns, cell, sysv ? entry->cuid : (uid_t)-1, 0); break;
	case CUID: set_number(cell, CELL_NUMBER, sysv ? (int64_t)entry->cuid : -1); break;
	case CGID: set_number(cell, CELL_NUMBER, sysv ? (int64_t)entry->cgid : -1); break;
	case MODE: set_number(cell, CELL_MODE, entry->mode == (mode_t)-1 ? -1 : (int64_t)entry->mode); break;
	case SIZE: set_number(cell, CELL_SIZE, entry->kind == INVENTORY_PSEM ? -1 : entry->size); break;
	case USED: set_number(cell, CELL_SIZE, entry->used); break;
	case ATTACHED: set_number(cell, CELL_NUMBER, entry->kind == INVENTORY_SHM ? entry->count : -1); break;
	case MESSAGES: set_number(cell, CELL_NUMBER, entry->kind & (INVENTORY_MSG | INVENTORY_PMSG) ? entry->count : -1); break;
	case LIMIT: set_number(cell, CELL_NUMBER, entry->limit); break;
	case MSGSIZE: set_number(cell, CELL_SIZE, entry->message_size); break;
	case SEMS: set_number(cell, CELL_NUMBER, entry->kind == INVENTORY_SEM ? entry->count : -1); break;
	case VALUES: set_values(columns, entry, cell); break;
	case STATE: set_state(columns, index, cell); break;
	case CPID: set_pid(cell, entry->creator_pid); break;
	case LPID: set_pid(cell, entry->last_pid); break;
	case LRPID: set_pid(cell, entry->last_receiver_pid); break;
	case INODE: set_inode(cell, entry); break;
	case USERS: set_processes(columns, index, 0, cell); break;
	case WAITERS: set_processes(columns, index, USER_WAITS, cell); break;
	case ORPHAN: set_orphan(columns, index, cell); break;
	default: set_time_column(entry, which, cell); break;
	}
	if (!columns->no_memory)
		return 0;
	errno = ENOMEM;
	return -1;
}

void columns_free(struct columns *columns)
{
	while (columns->owner_count > 0)
		free(columns->owners[--columns->owner_count].name);
	free(columns->owners);
	free(columns->values);
	free(columns->numbers);
	free(columns->processes);
	columns->owners = NULL;
	columns->values = NULL;
	columns->numbers = NULL;
	columns->processes = NULL;
	columns->owner_room = columns->process_room = 0;
}
