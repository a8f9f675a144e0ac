/* SPDX-License-Identifier: ISC */
/*
 * semctl - semaphores: made, taken and given, and held while a command runs.
 *
 * `run` takes a System V semaphore in the very process that then becomes the command: there is nobody left
 * who could die in its stead, its status and its signals are its own, and the kernel gives back what it held
 * however it ends.  A POSIX semaphore knows no such debt, so there semctl stays behind and pays it.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sem.h>
#include <unistd.h>

#include "base/command.h"
#include "base/deadline.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/number.h"
#include "base/proc.h"
#include "base/supervise.h"
#include "cli/cli.h"
#include "ipc/semaphore.h"
#include "ipc/semset.h"
#include "barrier.h"
#include "slots.h"

static const char usage[] = "semctl create|wait|post|get|set|op|barrier|run|rm [option ...] sem [...]";
static const char help[] =
	"Make, take, give and look at semaphores, and hold one while a command runs.\n"
	"\n"
	"  create [-vx] [-m mode] sem [value ...]   make one (value 1), or a set\n"
	"  wait [-nv] [-c count] [-w timeout] sem   take a token, or so many\n"
	"  post [-v] [-c count] sem ...             give one, or so many\n"
	"  get [-v] sem ...                         print the values\n"
	"  set [-v] sem value ...                   set them\n"
	"  op [-nv] [-w timeout] sem operation ... [-- command [argument ...]]\n"
	"                                           several operations on a set in one step:\n"
	"                                           0-1 takes 1 from number 0, 1+2 adds, 2=0 waits for\n"
	"                                           zero; u behind it: undone at exit, n: does not wait\n"
	"  barrier [-nv] [-m mode] [-w timeout] -c count sem\n"
	"                                           wait until so many have come\n"
	"  run [-nv] [-j n] [-m mode] [-w timeout] sem command [argument ...]\n"
	"                                           run a command that holds a token\n"
	"  rm [-v] sem ...                          remove\n"
	"\n"
	"  -c, --count=N           how many\n"
	"  -j, --jobs=N            tokens of a semaphore that run makes (default: 1)\n"
	"  -m, --mode=MODE         permission of what is made, octal or symbolic (default: 0600)\n"
	"  -n, --nonblock          do not wait: -w 0\n"
	"  -v, --verbose           say what was done; get: who waits, who was last\n"
	"  -w, --timeout=DURATION  wait at most so long\n"
	"  -x, --exclusive         make it, and fail if it is there\n"
	"  -h, --help              show this\n"
	"  -V, --version           show the version\n"
	"\n"
	"Semaphores: /NAME  key:N  key:private (create)  id:N  ftok:PATH[:PROJ]; see ipcutils(7).\n";

static const struct option long_options[] = {
	{"count", required_argument, NULL, 'c'},
	{"exclusive", no_argument, NULL, 'x'},
	{"help", no_argument, NULL, 'h'},
	{"jobs", required_argument, NULL, 'j'},
	{"mode", required_argument, NULL, 'm'},
	{"nonblock", no_argument, NULL, 'n'},
	{"timeout", required_argument, NULL, 'w'},
	{"verbose", no_argument, NULL, 'v'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

/* A set has at most so many unless kernel.sem was raised, semget(2); the numbers of semop(2) end at USHRT_MAX. */
enum { VALUES_MOST = USHRT_MAX };

/* What is to be done. */
struct job {
	const struct action *action;
	struct object object; /* the first operand */
	int count;            /* 0: not given */
	int jobs;             /* 0: not given */
	mode_t mode;
	int has_mode, exclusive, verbose;
	int headed; /* the heads of the columns were printed */
	int64_t timeout; /* negative: for ever */
	int operands;    /* behind the semaphore; for post, get and rm with it */
	char **words;
	char **command; /* run, op: what to run, or NULL */
};

/* One of semctl's commands. */
struct action {
	const char *name, *options, *usage;
	unsigned kinds; /* of names */
	int least, most; /* operands behind the semaphore */
	int command; /* where a command begins, cli_option() */
	int (*run)(struct job *job);
};

static int is_posix(const struct job *job)
{
	return job->object.kind == OBJECT_NAME;
}

static int most_of(const struct object *object)
{
	return object->kind == OBJECT_NAME ? SEMAPHORE_MOST_POSIX : SEMAPHORE_MOST_SYSV;
}

/* --- failures --- */

/* Says what went wrong where errno's own words would mislead. */
static int fail(const struct object *object, int err)
{
	const char *word = object->word, *cause = NULL;

	switch (err) {
	case EDEADLK: cause = "this process holds its only token already, and would wait for itself"; break;
	case EOVERFLOW:
		cli_warn(word, "it would rise above %d, and is as it was", most_of(object));
		return cli_own_status(CLI_FAILED);
	case E2BIG: cause = "more operations than can be done in one step (sysctl kernel.sem, the third number)"; break;
	case EINVAL:
		if (object->kind == OBJECT_NAME)
			return cli_own_status(cli_fail_semaphore(object, err));
		cause = "more semaphores than a set may have (sysctl kernel.sem, the first number)";
		break;
	default: return cli_fail_shared(object, err);
	}
	cli_warn(word, "%s", cause);
	return cli_own_status(CLI_FAILED);
}

static int fail_create(const struct object *object, int err)
{
	if (err != ENOSPC || object->kind == OBJECT_NAME)
		return fail(object, err);
	cli_warn(object->word, "the system has no room for another set (sysctl kernel.sem, second and fourth number; ipcs -sl)");
	return cli_own_status(CLI_FAILED);
}

static int fail_wait(const struct job *job, int err, const char *would_wait)
{
	if (err == ETIMEDOUT && job->timeout == 0) {
		cli_warn(job->object.word, "%s", would_wait);
		return CLI_TIMEOUT;
	}
	if (err == ENOSPC) {
		cli_warn(job->object.word, "the kernel has no room to note what a process is to give back at its end (SEMMNU)");
		return cli_own_status(CLI_FAILED);
	}
	return fail(&job->object, err);
}

/* --- operands --- */

static int value_or_exit(const char *word, int most)
{
	uint64_t value;

	if (number_parse(word, 0, (uint64_t)most, &value) == -1)
		cli_usage_exit("%s: a value is a number from 0 to %d", word, most);
	return (int)value;
}

/* The operands as values; freed by the caller. */
static int *values_or_exit(const struct job *job, int count)
{
	int *values = calloc((size_t)count + 1, sizeof(*values)), i;

	if (values == NULL)
		exit(fail(&job->object, errno));
	/* Without any: 1, a lock. */
	values[0] = 1;
	for (i = 0; i < job->operands; i++)
		values[i] = value_or_exit(job->words[i], most_of(&job->object));
	return values;
}

/* Gives whoever is just making it the time to fill it. */
static void wait_until_finished(const struct semaphore *semaphore)
{
	const struct timespec moment = {0, 1000000};
	int i;

	for (i = 0; i < 1000 && semaphore_is_unfinished(semaphore); i++)
		nanosleep(&moment, NULL);
}

/* Opens what is there, safe from those who cut its file short: 0, or -1 with errno. */
static int open_there(struct semaphore *semaphore, const struct object *object)
{
	if (object->kind == OBJECT_NAME)
		cli_guard_semaphore(object->word);
	return semaphore_open(semaphore, object);
}

/* --- create, rm --- */

static int check_existing(const struct job *job, struct semaphore *semaphore, int count)
{
	wait_until_finished(semaphore);
	/* Without reading it nobody knows how many there are. */
	if (job->operands > 0 && semaphore->size == 0)
		return fail(&job->object, EACCES);
	if (job->operands > 0 && !semaphore->is_posix && semaphore->size != count) {
		cli_warn(job->object.word, "it is there with %d semaphore%s, not %d", semaphore->size,
		         semaphore->size == 1 ? "" : "s", count);
		return CLI_FAILED;
	}
	if (job->verbose)
		cli_warn(job->object.word, "is there already");
	return CLI_DONE;
}

/* Without its id nobody would find a set that has no key: it goes where that is not told. */
static int tell_id(const struct semaphore *semaphore)
{
	const struct object made = {.kind = OBJECT_ID, .id = semaphore->id};
	int status = interrupt_pending() == 0 ? cli_print_id(semaphore->id) : CLI_FAILED;

	if (status != CLI_DONE)
		semaphore_remove(&made);
	return status;
}

static int make(struct job *job, const int *values, int count)
{
	struct semaphore semaphore;
	int status = CLI_DONE, tries;

	for (tries = 0; tries < 1000; tries++) {
		if (semaphore_create(&semaphore, &job->object, job->mode, values, count) == 0) {
			if (job->object.kind == OBJECT_PRIVATE)
				status = tell_id(&semaphore);
			if (status == CLI_DONE && job->verbose)
				cli_warn(job->object.word, "created with %d semaphore%s", count, count == 1 ? "" : "s");
			semaphore_close(&semaphore);
			return status;
		}
		/* Removed by others as soon as it was made. */
		if (errno == EIDRM)
			continue;
		if (errno != EEXIST || job->exclusive)
			return fail_create(&job->object, errno);
		if (open_there(&semaphore, &job->object) == 0) {
			status = check_existing(job, &semaphore, count);
			semaphore_close(&semaphore);
			return status;
		}
		/* It was removed in between. */
		if (errno != ENOENT)
			return fail(&job->object, errno);
	}
	return fail(&job->object, errno == ENOENT ? ENOENT : EEXIST);
}

static int run_create(struct job *job)
{
	int count = job->operands > 0 ? job->operands : 1, status;
	int *values;

	if (job->object.kind == OBJECT_ID)
		cli_usage_exit("%s: an id is what a new set gets; name it by a key", job->object.word);
	if (is_posix(job) && count > 1)
		cli_usage_exit("%s: a POSIX semaphore has one value; sets are System V", job->object.word);
	values = values_or_exit(job, count);
	if (job->object.kind == OBJECT_PRIVATE)
		interrupt_catch();
	status = make(job, values, count);
	free(values);
	interrupt_die_if_pending();
	return status;
}

/* For each operand, as post, get and rm take them. */
static int for_each(struct job *job, int (*act)(struct job *job, const struct object *object))
{
	int i, status = CLI_DONE;

	for (i = 0; i < job->operands; i++) {
		struct object object;
		int one;

		cli_object_or_exit(&object, job->words[i], SEMAPHORE_KINDS);
		one = act(job, &object);
		status = i == 0 ? one : cli_merge_status(status, one);
	}
	return status;
}

static int remove_one(struct job *job, const struct object *object)
{
	if (semaphore_remove(object) == -1)
		return fail(object, errno);
	if (job->verbose)
		cli_warn(object->word, "removed");
	return CLI_DONE;
}

static int run_rm(struct job *job)
{
	return for_each(job, remove_one);
}

/* --- wait, post --- */

/* A token of a barrier would be one who is lacking: it would release too early, or never. */
static int refuse_barrier(const struct object *object, const struct semaphore *semaphore)
{
	if (semaphore->is_posix || semset_kind_of(semaphore->id, semaphore->size) != SEMSET_BARRIER)
		return CLI_DONE;
	cli_warn(object->word, "it is a barrier, which has no tokens");
	return CLI_FAILED;
}

static int run_wait(struct job *job)
{
	struct deadline deadline = deadline_after(job->timeout);
	struct semaphore semaphore;
	int count = job->count > 0 ? job->count : 1, status = CLI_DONE, kept = 0;

	/* What we took and are killed before we could say so must go back. */
	interrupt_catch_all();
	if (open_there(&semaphore, &job->object) == -1) {
		status = fail(&job->object, errno);
		interrupt_die_if_pending();
		return status;
	}
	if (job->timeout == 0)
		wait_until_finished(&semaphore);
	if ((status = refuse_barrier(&job->object, &semaphore)) != CLI_DONE)
		return status;
	if (semaphore_take_several(&semaphore, count, &deadline) == -1) {
		status = fail_wait(job, errno, count == 1 ? "no token is free" : "not so many tokens are free");
	} else if (interrupt_pending() == 0) {
		kept = semaphore_keep(&semaphore) == 0;
		if (!kept)
			status = fail(&job->object, errno);
		else if (job->verbose)
			cli_warn(job->object.word, "%d taken", count);
	}
	semaphore_close(&semaphore);
	/* A signal that came later is too late: it was taken, and we say so. */
	if (!kept)
		interrupt_die_if_pending();
	return status;
}

static int post_one(struct job *job, const struct object *object)
{
	struct semaphore semaphore;
	int count = job->count > 0 ? job->count : 1, status = CLI_DONE;

	if (count > most_of(object)) {
		cli_warn(object->word, "it would rise above %d, and is as it was", most_of(object));
		return CLI_FAILED;
	}
	if (open_there(&semaphore, object) == -1)
		return fail(object, errno);
	wait_until_finished(&semaphore);
	if ((status = refuse_barrier(object, &semaphore)) != CLI_DONE)
		return status;
	if (semaphore_post(&semaphore, count) == -1)
		status = fail(object, errno);
	else if (job->verbose)
		cli_warn(object->word, "%d given", count);
	semaphore_close(&semaphore);
	return status;
}

static int run_post(struct job *job)
{
	return for_each(job, post_one);
}

/* --- get, set --- */

/* The command of a process, or "-" where it is gone or not to be seen; valid until the next call. */
static const char *command_of(pid_t pid)
{
	static char name[64];
	static int proc;
	char path[64];
	ssize_t length;

	if (proc == 0)
		proc = proc_open();
	snprintf(path, sizeof(path), "%ld/comm", (long)pid);
	length = pid > 0 && proc != -1 ? proc_read(proc, path, name, sizeof(name)) : -1;
	while (length > 0 && name[length - 1] == '\n')
		length--;
	if (length <= 0)
		return "-";
	name[length] = '\0';
	return name;
}

static void print_number(int number)
{
	if (number == -1)
		printf("\t-");
	else
		printf("\t%d", number);
}

static void print_state(struct job *job, const struct object *object, const struct semaphore_state *state, enum semset_kind kind, int at)
{
	char shown[4 * PATH_MAX + 1];

	if (!job->headed)
		printf("NAME\tSEMAPHORE\tVALUE\tWAITING\tFOR-ZERO\tLAST-PID\tCOMMAND\n");
	job->headed = 1;
	cli_show_name(shown, object->word);
	printf("%s\t", shown);
	if (kind == SEMSET_SLOTS && at == 0)
		printf("tokens");
	else if (kind == SEMSET_SLOTS)
		printf("slot-%d", at - 1);
	else if (kind == SEMSET_BARRIER)
		printf("%s", at == 0 ? "lacking" : at == 1 ? "leaving" : "count");
	else
		printf("%d", at);
	print_number(state->value);
	print_number(state->waiting);
	print_number(state->waiting_zero);
	print_number(state->last > 0 ? (int)state->last : -1);
	cli_show_name(shown, command_of(state->last));
	printf("\t%s\n", shown);
}

/* A POSIX semaphore that we may read but not use. */
static int glance_one(struct job *job, const struct object *object)
{
	struct semaphore_state state;

	if (semaphore_glance(object, &state) == -1)
		return fail(object, errno);
	if (job->verbose)
		print_state(job, object, &state, SEMSET_PLAIN, 0);
	else
		printf("%d\n", state.value);
	return CLI_DONE;
}

/* The marked ones are one semaphore to their users: what it is worth comes first. */
static int print_values(struct job *job, const struct object *object, const struct semaphore *semaphore)
{
	enum semset_kind kind = semaphore->is_posix ? SEMSET_PLAIN : semset_kind_of(semaphore->id, semaphore->size);
	int shown = kind == SEMSET_PLAIN ? semaphore->size : job->verbose ? semaphore->size - 1 : 1, i, result;
	int *values;

	if (semaphore->size == 0) {
		errno = EACCES;
		return -1;
	}
	if (job->verbose) {
		struct semaphore_state state;

		for (i = 0; i < shown; i++) {
			if (semaphore_look(semaphore, i, &state) == -1)
				return -1;
			print_state(job, object, &state, kind, i);
		}
		return 0;
	}
	values = calloc((size_t)semaphore->size, sizeof(*values));
	result = values == NULL ? -1 : semaphore_values(semaphore, values);
	for (i = 0; result == 0 && i < shown; i++)
		printf("%d\n", values[i]);
	free(values);
	return result;
}

static int get_one(struct job *job, const struct object *object)
{
	struct semaphore semaphore;
	int status = CLI_DONE;

	if (open_there(&semaphore, object) == -1)
		return object->kind == OBJECT_NAME && (errno == EACCES || errno == EROFS) ? glance_one(job, object) :
		                                                                            fail(object, errno);
	wait_until_finished(&semaphore);
	if (print_values(job, object, &semaphore) == -1)
		status = fail(object, errno == EINVAL ? EIDRM : errno);
	semaphore_close(&semaphore);
	return status;
}

static int run_get(struct job *job)
{
	int status;

	if (cli_was_closed(1))
		return cli_fail("standard output", EBADF);
	status = for_each(job, get_one);
	if (fflush(stdout) == EOF)
		return cli_fail("standard output", errno);
	return cli_finish(status);
}

static int set_values(struct job *job, struct semaphore *semaphore, const int *values)
{
	enum semset_kind kind = semaphore->is_posix ? SEMSET_PLAIN : semset_kind_of(semaphore->id, semaphore->size);

	if (kind == SEMSET_BARRIER) {
		cli_warn(job->object.word, "it is a barrier, and has no value to set");
		return CLI_FAILED;
	}
	if (kind == SEMSET_SLOTS)
		semaphore->size = 1;
	/* Without reading it nobody knows how many there are. */
	if (semaphore->size == 0)
		return fail(&job->object, EACCES);
	if (job->operands != semaphore->size) {
		cli_warn(job->object.word, "it has %d semaphore%s, and %d value%s given", semaphore->size,
		         semaphore->size == 1 ? "" : "s", job->operands, job->operands == 1 ? " is" : "s are");
		return CLI_FAILED;
	}
	if (semaphore_set(semaphore, values) == -1)
		return fail(&job->object, errno == EINVAL ? EIDRM : errno);
	if (job->verbose)
		cli_warn(job->object.word, "set");
	return CLI_DONE;
}

static int run_set(struct job *job)
{
	struct semaphore semaphore;
	int *values = values_or_exit(job, job->operands);
	int status;

	if (open_there(&semaphore, &job->object) == -1) {
		status = fail(&job->object, errno);
	} else {
		wait_until_finished(&semaphore);
		status = set_values(job, &semaphore, values);
		semaphore_close(&semaphore);
	}
	free(values);
	return status;
}

/* --- commands that are run --- */

/* Becomes the command; returns only where that fails. */
static int become(char **words)
{
	int err;

	cli_close_for_commands();
	execvp(words[0], words);
	err = errno;
	cli_fail(words[0], err);
	return command_status_of(err);
}

/* --- op --- */

/* "0-1", "1+2u", "2=0n": what to do with which semaphore of the set. */
static struct sembuf operation_or_exit(const char *word)
{
	size_t digits = strcspn(word, "-+="), amount;
	struct sembuf operation = {0, 0, 0};
	const char *flags;
	char part[24];
	uint64_t at, by;

	if (digits == 0 || digits >= sizeof(part) || word[digits] == '\0')
		cli_usage_exit("%s: not an operation (as 0-1, 1+2u, 2=0n)", word);
	memcpy(part, word, digits);
	part[digits] = '\0';
	if (number_parse(part, 0, VALUES_MOST, &at) == -1)
		cli_usage_exit("%s: %s is no index of a semaphore", word, part);
	flags = word + digits + 1;
	amount = strcspn(flags, "un");
	if (amount >= sizeof(part))
		cli_usage_exit("%s: not an operation (as 0-1, 1+2u, 2=0n)", word);
	memcpy(part, flags, amount);
	part[amount] = '\0';
	if (number_parse(part, 0, SEMAPHORE_MOST_SYSV, &by) == -1 || (word[digits] == '=') != (by == 0))
		cli_usage_exit("%s: it takes (-) or adds (+) 1 to %d, or waits for =0", word, SEMAPHORE_MOST_SYSV);
	for (flags += amount; *flags != '\0'; flags++) {
		if (*flags != 'u' && *flags != 'n')
			cli_usage_exit("%s: what may follow is u (undo at exit) and n (do not wait)", word);
		operation.sem_flg |= *flags == 'u' ? SEM_UNDO : IPC_NOWAIT;
	}
	operation.sem_num = (unsigned short)at;
	operation.sem_op = (short)(word[digits] == '-' ? -(int)by : (int)by);
	return operation;
}

static int fail_operation(const struct job *job, const struct semaphore *semaphore, int err)
{
	switch (err) {
	case EAGAIN:
		if (job->timeout < 0) {
			cli_warn(job->object.word, "it would have to wait");
			return CLI_TIMEOUT;
		}
		return fail_wait(job, ETIMEDOUT, "it would have to wait");
	case EFBIG:
		if (semaphore->size == 0)
			cli_warn(job->object.word, "the set has not so many semaphores");
		else
			cli_warn(job->object.word, "the set has only %d semaphore%s, from 0 on", semaphore->size,
			         semaphore->size == 1 ? "" : "s");
		return cli_own_status(CLI_FAILED);
	case ERANGE:
		cli_warn(job->object.word, "a value, or what the process would owe, would rise above %d; nothing was done",
		         SEMAPHORE_MOST_SYSV);
		return cli_own_status(CLI_FAILED);
	case EINVAL: return fail_wait(job, EIDRM, "");
	default: return fail_wait(job, err, "");
	}
}

static int operate(struct job *job, struct sembuf *operations, size_t count)
{
	struct deadline deadline = deadline_after(job->timeout);
	struct semaphore semaphore;

	if (open_there(&semaphore, &job->object) == -1)
		return fail(&job->object, errno);
	wait_until_finished(&semaphore);
	if (semset_operate(semaphore.id, operations, count, &deadline) == -1)
		return fail_operation(job, &semaphore, errno);
	if (job->verbose)
		cli_warn(job->object.word, "done");
	return CLI_DONE;
}

static int run_op(struct job *job)
{
	struct sembuf *operations;
	int count = job->operands, status;

	if (job->command != NULL)
		cli_runs_command();
	if (is_posix(job))
		cli_usage_exit("%s: op is for System V sets; a POSIX semaphore has wait and post", job->object.word);
	if (count == 0)
		cli_usage_exit("which operations? (as 0-1, 1+2u, 2=0n)");
	if (job->command != NULL && job->command[0] == NULL)
		cli_usage_exit("which command?");
	operations = calloc((size_t)count, sizeof(*operations));
	if (operations == NULL)
		return fail(&job->object, errno);
	for (int i = 0; i < count; i++)
		operations[i] = operation_or_exit(job->words[i]);
	status = operate(job, operations, (size_t)count);
	free(operations);
	if (status != CLI_DONE || job->command == NULL)
		return status;
	return become(job->command);
}

/* --- barrier --- */

static int run_barrier(struct job *job)
{
	struct deadline deadline = deadline_after(job->timeout);
	struct barrier barrier;
	int created;

	if (is_posix(job))
		cli_usage_exit("%s: a barrier is a System V set: who is killed at a POSIX one would be missing for ever", job->object.word);
	if (job->count == 0)
		cli_usage_exit("how many are to come? (-c)");
	if (barrier_open(&barrier, &job->object, job->count, job->mode, &created) == -1) {
		if (errno != EPROTOTYPE)
			return fail_create(&job->object, errno);
		cli_warn(job->object.word, "it is there and no barrier");
		return CLI_FAILED;
	}
	if (barrier.count != job->count) {
		cli_warn(job->object.word, "it is a barrier for %d, not %d", barrier.count, job->count);
		return CLI_FAILED;
	}
	if (job->verbose)
		cli_warn(job->object.word, "%swaiting for %d", created ? "created, " : "", job->count);
	if (barrier_wait(&barrier, &deadline) == -1)
		return fail_wait(job, errno, "not all of the others are here");
	return CLI_DONE;
}

/* --- run --- */

static int hold_posix(struct job *job, struct semaphore *semaphore)
{
	struct deadline deadline = deadline_after(job->timeout);
	int value = job->jobs > 0 ? job->jobs : 1;

	while (open_there(semaphore, &job->object) == -1) {
		if (errno != ENOENT)
			return fail(&job->object, errno);
		if (semaphore_create(semaphore, &job->object, job->mode, &value, 1) == 0) {
			if (job->verbose)
				cli_warn(job->object.word, "created with %d token%s", value, value == 1 ? "" : "s");
			continue;
		}
		if (errno != EEXIST)
			return fail_create(&job->object, errno);
	}
	if (semaphore_take(semaphore, &deadline) == -1)
		return fail_wait(job, errno, "no token is free");
	return CLI_DONE;
}

/* A command that holds a POSIX semaphore: we stay, and give it back. */
static int run_posix(struct job *job)
{
	static const char *const variables[] = {"SEMCTL_SLOT", NULL};
	sigset_t mask, fault;
	struct command command = {.argv = job->command, .more = variables, .mask = &mask};
	struct semaphore semaphore;
	pid_t pid;
	int status, wait_status;

	interrupt_catch_all();
	status = hold_posix(job, &semaphore);
	supervise_begin(&mask);
	if (status == CLI_DONE && interrupt_pending() == 0) {
		cli_close_for_commands();
		pid = command_start_with(&command);
		if (pid == -1) {
			status = command_status_of(errno);
			cli_fail(job->command[0], errno);
		} else {
			wait_status = supervise_wait(pid);
			status = wait_status == -1 ? fail(&job->object, errno) : command_status(wait_status);
		}
	}
	/* Where its file was cut short meanwhile, the guard is to speak. */
	sigemptyset(&fault);
	sigaddset(&fault, SIGBUS);
	sigprocmask(SIG_UNBLOCK, &fault, NULL);
	if (semaphore.is_posix && semaphore_give(&semaphore) == -1)
		status = fail(&job->object, errno);
	semaphore_close(&semaphore);
	interrupt_die_if_pending();
	return status;
}

static int run_sysv(struct job *job)
{
	struct deadline deadline = deadline_after(job->timeout);
	static char variable[32] = "SEMCTL_SLOT=";
	const size_t name = sizeof("SEMCTL_SLOT=") - 1;
	struct slots slots;
	int created, slot;

	if (slots_open(&slots, &job->object, job->jobs > 0 ? job->jobs : 1, job->mode, &created) == -1) {
		if (errno != EPROTOTYPE)
			return fail_create(&job->object, errno);
		cli_warn(job->object.word, "it is a barrier");
		return cli_own_status(CLI_FAILED);
	}
	/* Of another's semaphore nothing tells how many tokens it has in all. */
	if (job->jobs > 0 && slots.count > 0 && slots.count != job->jobs) {
		cli_warn(job->object.word, "it was made with %d token%s, not %d", slots.count, slots.count == 1 ? "" : "s", job->jobs);
		return cli_own_status(CLI_FAILED);
	}
	/* Before the token is taken, so that it is held no longer than needed; the number follows. */
	if (slots.count > 0 ? putenv(variable) != 0 : unsetenv("SEMCTL_SLOT") == -1)
		return fail(&job->object, errno);
	if (slots_take(&slots, &deadline, &slot) == -1)
		return fail_wait(job, errno, "no token is free");
	if (job->verbose && slot >= 0)
		cli_warn(job->object.word, "%sslot %d of %d", created ? "created; " : "", slot, slots.count);
	snprintf(variable + name, sizeof(variable) - name, "%d", slot);
	return become(job->command);
}

static int run_run(struct job *job)
{
	if (job->command == NULL || job->command[0] == NULL)
		cli_usage_exit("which command?");
	if ((job->mode & 0600) != 0600)
		cli_usage_exit("-m: without reading and writing you could not use it yourself");
	if (!is_posix(job) && job->jobs > SLOTS_MOST)
		cli_usage_exit("-j: a set has room for at most %d", SLOTS_MOST);
	return is_posix(job) ? run_posix(job) : run_sysv(job);
}

/* --- the command line --- */

static const struct action actions[] = {
	{"create", "mvx", "semctl create [-vx] [-m mode] sem [value ...]", SEMAPHORE_KINDS | OBJECT_PRIVATE, 0, VALUES_MOST,
	 CLI_NO_COMMAND, run_create},
	{"wait", "cnvw", "semctl wait [-nv] [-c count] [-w timeout] sem", SEMAPHORE_KINDS, 0, 0, CLI_NO_COMMAND, run_wait},
	{"post", "cv", "semctl post [-v] [-c count] sem ...", 0, 0, INT_MAX, CLI_NO_COMMAND, run_post},
	{"get", "v", "semctl get [-v] sem ...", 0, 0, INT_MAX, CLI_NO_COMMAND, run_get},
	{"set", "v", "semctl set [-v] sem value ...", SEMAPHORE_KINDS, 1, VALUES_MOST, CLI_NO_COMMAND, run_set},
	{"op", "nvw", "semctl op [-nv] [-w timeout] sem operation ... [-- command [argument ...]]", SEMAPHORE_KINDS, 0,
	 INT_MAX, CLI_AFTER_DASHES, run_op},
	{"barrier", "cmnvw", "semctl barrier [-nv] [-m mode] [-w timeout] -c count sem", SEMAPHORE_KINDS, 0, 0, CLI_NO_COMMAND, run_barrier},
	{"run", "jmnvw", "semctl run [-nv] [-j n] [-m mode] [-w timeout] sem command [argument ...]", SEMAPHORE_KINDS, 0,
	 INT_MAX, 1, run_run},
	{"rm", "v", "semctl rm [-v] sem ...", 0, 0, INT_MAX, CLI_NO_COMMAND, run_rm},
};

#define LETTERS "c:hj:m:nvVw:x"

static int count_or_exit(const char *option, const char *word)
{
	uint64_t count;

	if (number_parse(word, 1, INT_MAX, &count) == -1)
		cli_usage_exit("%s: %s: not a number from 1 on", option, word);
	return (int)count;
}

static void parse_options(struct job *job, struct cli_line *line, int argc, char **argv)
{
	int option;

	while ((option = cli_option(line, argc, argv, LETTERS, long_options, job->action->command)) != -1) {
		if (strchr("hV", option) == NULL && strchr(job->action->options, option) == NULL)
			cli_usage_exit("-%c is not for %s", option, job->action->name);
		switch (option) {
		case 'c': job->count = count_or_exit("-c", optarg); break;
		case 'h': cli_help_exit();
		case 'j': job->jobs = count_or_exit("-j", optarg); break;
		case 'm':
			job->mode = cli_mode_or_exit("-m", optarg);
			job->has_mode = 1;
			break;
		case 'n': job->timeout = 0; break;
		case 'v': job->verbose = 1; break;
		case 'V': cli_version_exit();
		case 'w': job->timeout = cli_duration_or_exit("-w", optarg); break;
		case 'x': job->exclusive = 1; break;
		}
	}
}

/* Finds the action in argv[1]; --help and --version stand alone. */
static const struct action *action_or_exit(int argc, char **argv)
{
	struct cli_line line = {.count = 0};
	size_t i;

	if (argc < 2)
		cli_usage_exit("which command?");
	if (argv[1][0] == '-') {
		switch (cli_option(&line, argc, argv, LETTERS, long_options, 0)) {
		case 'h': cli_help_exit();
		case 'V': cli_version_exit();
		default: cli_usage_exit("%s: the command comes first, then its options", argv[1]);
		}
	}
	for (i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(argv[1], actions[i].name) == 0)
			return &actions[i];
	cli_usage_exit("%s: no such command", argv[1]);
}

static void check_operands(struct job *job, int count, char **words)
{
	const struct action *action = job->action;
	struct object object;
	int i;

	if (count == 0)
		cli_usage_exit("which semaphore?");
	if (action->kinds == 0) {
		/* The whole command line is checked before the first effect. */
		for (i = 0; i < count; i++)
			cli_object_or_exit(&object, words[i], SEMAPHORE_KINDS);
		job->words = words;
		job->operands = count;
		return;
	}
	if (action->run == run_run && words[0][0] != '\0' && strpbrk(words[0], "/:") == NULL)
		cli_usage_exit("%s: not a name (for a lock of this directory: ftok:.)", words[0]);
	cli_object_or_exit(&job->object, words[0], action->kinds);
	job->words = words + 1;
	job->operands = count - 1;
	if (job->operands > action->most)
		cli_usage_exit("%s: one operand too many", words[1 + action->most]);
	if (job->operands < action->least)
		cli_usage_exit("which value?");
	if (job->object.kind != OBJECT_NAME && job->count > SEMAPHORE_MOST_SYSV)
		cli_usage_exit("-c: a System V semaphore counts to %d", SEMAPHORE_MOST_SYSV);
}

int main(int argc, char **argv)
{
	static struct job job = {.mode = 0600, .timeout = -1};
	static struct cli_line line;

	cli_start(argv, usage, help);
	job.action = action_or_exit(argc, argv);
	cli_use(job.action->usage);
	if (strcmp(job.action->name, "run") == 0)
		cli_runs_command();
	parse_options(&job, &line, argc - 1, argv + 1);
	check_operands(&job, line.count, line.operands);
	job.command = line.command;
	return job.action->run(&job);
}
