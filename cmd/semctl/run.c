/* SPDX-License-Identifier: ISC */
#include "run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/command.h"
#include "base/deadline.h"
#include "base/supervise.h"
#include "cli/cli.h"
#include "failure.h"
#include "ipc/semaphore.h"
#include "ipc/semset.h"
#include "ipc/sysv.h"
#include "nested.h"
#include "process.h"
#include "resize.h"
#include "slots.h"
#include "stay.h"

/* A set that was removed may be about to be created anew: milliseconds. */
enum { REPLACED_PATIENCE = 100 };

/* Nanoseconds in which an ancestor that holds a token may end, before this process is said to wait for itself. */
#define NESTED_PATIENCE INT64_C(1000000000)

/* A token that is held, and what the command's environment says about it. */
struct hold {
	struct slots slots;
	struct deadline deadline;
	int created, slot;
	char slot_variable[32], *held_variable;
};

int run_become(char **words)
{
	int err;

	cli_close_for_commands();
	command_become(&(struct command){.argv = words});
	err = errno;
	cli_warn(words[0], "%s", command_text(words[0], err));
	return command_status_of(err);
}

int run_become_nested(char **words)
{
	unsetenv("SEMCTL_SLOT");
	return run_become(words);
}

void run_heed_faults(void)
{
	sigset_t fault;

	sigemptyset(&fault);
	sigaddset(&fault, SIGBUS);
	sigprocmask(SIG_UNBLOCK, &fault, NULL);
}

int run_tokens(const struct job *job)
{
	return job->jobs > 0 ? job->jobs : 1;
}

struct deadline run_patience(const struct job *job)
{
	return deadline_after(job->timeout < 0 || job->timeout > NESTED_PATIENCE ? NESTED_PATIENCE : job->timeout);
}

int run_tell_nested(const struct job *job, const struct nested *nested, int total)
{
	const char *who = process_command(nested->pid);

	if (nested->count == 0)
		return CLI_DONE;
	if (total == 0 || nested->count < total) {
		/* Another process may give a token. */
		if (total == 0)
			cli_warn(job->object.word, "waiting for a token, and %ld/%s, which waits for this process, holds one", (long)nested->pid, who);
		return CLI_DONE;
	}
	if (total == 1 && nested->pid == getpid())
		return failure_tell(&job->object, EDEADLK);
	if (total == 1)
		cli_warn(job->object.word, "%ld/%s, an ancestor of this process, holds the only token: this process would wait for itself (see --nested)",
		         (long)nested->pid, who);
	else
		cli_warn(job->object.word, "this process and its ancestors hold all %d tokens (the last one: %ld/%s): this process would wait for itself "
		         "(see --nested)", total, (long)nested->pid, who);
	return cli_own_status(CLI_FAILED);
}

/* Opens the set, or creates it, and gives one that is not used the number of tokens of -j: 0, or -1 with errno. */
static int open_and_adapt(const struct job *job, struct hold *hold)
{
	int result;

	for (;;) {
		result = slots_open(&hold->slots, &job->object, run_tokens(job), job->mode, &hold->created);
		/* The number of tokens of a set that another program created is unknown. */
		if (result == -1 || job->jobs == 0 || hold->slots.limit == 0 || hold->slots.limit == job->jobs)
			return result;
		/* It changes the set, or removes one that is too small. */
		if (resize_unused(&hold->slots, job->jobs) == -1)
			return -1;
	}
}

/* Opens the set: 0, the status to exit with, or -1 where the set was removed at the same time. */
static int open_slots(const struct job *job, struct hold *hold)
{
	if (open_and_adapt(job, hold) == 0)
		return CLI_DONE;
	if (errno == EIDRM && job->object.kind != OBJECT_ID)
		return -1;
	if (errno == EPROTOTYPE)
		cli_warn(job->object.word, "this set is a barrier, which has no tokens");
	else if (errno == EBUSY)
		cli_warn(job->object.word, "it was created with %d token%s, not %d, and is in use (semctl resize changes the number)", hold->slots.limit,
		         hold->slots.limit == 1 ? "" : "s", job->jobs);
	else
		return failure_create(&job->object, errno);
	return cli_own_status(CLI_FAILED);
}

/* Takes a token: 0, or the status to exit with; -1 where the set was removed. */
static int take_token(const struct job *job, struct hold *hold, const char *name)
{
	int total = hold->slots.limit > 0 ? hold->slots.limit : job->jobs, status;
	struct deadline soon = run_patience(job);
	struct nested nested;

	if (slots_try_token(&hold->slots) == 0)
		return CLI_DONE;
	if (errno == EAGAIN && job->timeout != 0) {
		nested_find(&nested, name, &hold->slots);
		if (nested.count > 0) {
			if (slots_wait_token(&hold->slots, &soon) == 0)
				return CLI_DONE;
			nested_find(&nested, name, &hold->slots);
			status = errno == ETIMEDOUT && deadline_left(&hold->deadline) > 0 ? run_tell_nested(job, &nested, total) : CLI_DONE;
			if (status != CLI_DONE)
				return status;
		}
		if (slots_wait_token(&hold->slots, &hold->deadline) == 0)
			return CLI_DONE;
	}
	if (errno == EIDRM)
		return -1;
	return failure_wait(job, errno == EAGAIN ? ETIMEDOUT : errno, "no token is free");
}

/* Whether another set has the name of one that was removed, as after `run -j` with another number. */
static int is_replaced(const struct job *job, const struct hold *hold)
{
	const struct timespec moment = {0, 1000000};
	int i, id = -1;

	for (i = 0; i < REPLACED_PATIENCE && job->object.kind != OBJECT_ID && id == -1; i++) {
		id = sysv_find_set(&job->object);
		if (id == -1)
			nanosleep(&moment, NULL);
	}
	return id != -1 && id != hold->slots.id;
}

/* Takes a token and a slot of the open set: 0, the status to exit with, or -1 where the set was removed. */
static int take(const struct job *job, struct hold *hold)
{
	char name[NESTED_NAME_ROOM];
	int status;

	nested_name_set(name, &hold->slots);
	free(hold->held_variable);
	hold->held_variable = nested_variable(name);
	if (hold->held_variable == NULL)
		return failure_tell(&job->object, errno);
	status = take_token(job, hold, name);
	if (status != CLI_DONE || slots_take(&hold->slots, &hold->deadline, &hold->slot) == 0)
		return status;
	return errno == EIDRM ? -1 : failure_wait(job, errno, "no token is free");
}

/* Opens the set and takes a token and a slot: 0, or the status to exit with. */
static int hold_sysv(const struct job *job, struct hold *hold)
{
	int status;

	for (;;) {
		status = open_slots(job, hold);
		if (status == -1)
			continue;
		if (status == CLI_DONE)
			status = take(job, hold);
		if (status != -1)
			return status;
		if (!is_replaced(job, hold))
			return failure_wait(job, EIDRM, "");
	}
}

/* The command's environment has the slot, and all tokens that it holds. */
static void finish_variables(struct hold *hold)
{
	snprintf(hold->slot_variable, sizeof(hold->slot_variable), hold->slot >= 0 ? "SEMCTL_SLOT=%d" : "SEMCTL_SLOT", hold->slot);
	nested_set_slot(hold->held_variable, hold->slot);
}

/* Becomes the command, with the variables. */
static int become(const struct job *job, struct hold *hold)
{
	if ((hold->slot >= 0 ? putenv(hold->slot_variable) : unsetenv("SEMCTL_SLOT")) != 0 || putenv(hold->held_variable) != 0)
		return failure_tell(&job->object, errno);
	return run_become(job->command);
}

static int stay(const struct job *job, struct hold *hold)
{
	const char *const variables[] = {hold->slot_variable, hold->held_variable, NULL};
	sigset_t mask;

	supervise_begin(&mask);
	return stay_run(job, variables, &mask);
}

/* Runs the command under the token of an ancestor; returns -1 where none holds one. */
static int run_nested(const struct job *job, struct hold *hold)
{
	char name[NESTED_NAME_ROOM];
	struct nested nested;

	nested_name_set(name, &hold->slots);
	nested_find(&nested, name, &hold->slots);
	if (nested.count == 0)
		return -1;
	snprintf(hold->slot_variable, sizeof(hold->slot_variable), "SEMCTL_SLOT=%d", nested.slot);
	if ((nested.slot >= 0 ? putenv(hold->slot_variable) : unsetenv("SEMCTL_SLOT")) != 0)
		return failure_tell(&job->object, errno);
	return run_become(job->command);
}

/* Warns of a lock that an update would replace: a new file has another inode, and so another key. */
static void check_file(const struct job *job)
{
	struct stat st;

	if (job->verbose && job->object.kind == OBJECT_FTOK && stat(job->object.path, &st) == 0 && S_ISREG(st.st_mode))
		cli_warn(job->object.word, "the key is that of the present file: a file that replaces it has another one (a directory is safer)");
}

static int run_sysv(const struct job *job)
{
	static struct hold hold;
	struct semaphore semaphore;
	int status;

	hold.deadline = deadline_after(job->timeout);
	check_file(job);
	if (job->nested && semaphore_open(&semaphore, &job->object) == 0) {
		hold.slots = (struct slots){.id = semaphore.id, .size = semaphore.size};
		if (semset_kind_of(semaphore.id, semaphore.size) == SEMSET_SLOTS)
			hold.slots.limit = semctl(semaphore.id, SEMSET_LIMIT, GETVAL);
		status = run_nested(job, &hold);
		if (status != -1)
			return status;
	}
	status = hold_sysv(job, &hold);
	if (status != CLI_DONE)
		return status;
	if (job->verbose && hold.slot >= 0)
		cli_warn(job->object.word, "%sslot %d of %d", hold.created ? "created; " : "", hold.slot, hold.slots.limit);
	finish_variables(&hold);
	return job->descendants ? stay(job, &hold) : become(job, &hold);
}

int run_run(const struct job *job)
{
	if (job->command == NULL || job->command[0] == NULL)
		cli_usage_exit("the command is missing");
	if ((job->mode & 0600) != 0600)
		cli_usage_exit("-m: without read and write permission you could not use the semaphore yourself");
	if (job->recover && !is_mutex(job))
		cli_usage_exit("--recover needs a mutex: no semaphore knows that its holder has died");
	if (is_mutex(job) && (job->jobs > 0 || job->mode != 0600))
		cli_usage_exit("-j and -m are for a semaphore that run creates; a mutex is created by its program, for one holder");
	if (!is_posix(job) && job->jobs > SLOTS_MOST)
		cli_usage_exit("-j: a set has room for at most %d tokens", SLOTS_MOST);
	return is_mutex(job) ? run_mutex(job) : is_posix(job) ? run_posix(job) : run_sysv(job);
}
