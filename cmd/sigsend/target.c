/* SPDX-License-Identifier: ISC */
#include "target.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/escape.h"
#include "base/interrupt.h"
#include "base/proc.h"
#include "base/signame.h"
#include "cli/cli.h"

/* Linux 6.9 and later, pidfd_send_signal(2). */
#define PROCESS_GROUP (1U << 2)

/* The bytes of a command's name that the kernel keeps, proc_pid_comm(5). */
#define COMMAND_SIZE 15

/* The pause before a full queue is tried again, in nanoseconds; it doubles each time.  The kernel has no event for this. */
#define FIRST_PAUSE INT64_C(500000)
#define LONGEST_PAUSE INT64_C(20000000)

static int send_through(const struct target *target, int number, siginfo_t *info, unsigned flags)
{
	return (int)syscall(SYS_pidfd_send_signal, target->fd, number, info, flags);
}

/* Returns whether the number of the process still belongs to it: nobody has waited for it yet. */
static int keeps_number(const struct target *target)
{
	return send_through(target, 0, NULL, 0) == 0 || errno != ESRCH;
}

int target_has_ended(const struct target *target)
{
	struct pollfd polled = {.fd = target->fd, .events = POLLIN};

	return poll(&polled, 1, 0) == 1;
}

static int fail_missing(const struct target *target, const struct options *options)
{
	cli_warn(target->word, options->group ? "No such process group" : "No such process");
	return CLI_MISSING;
}

/* Reads the name of the command that the process runs into `name`: 0, or -1 with errno. */
static int read_command(const struct target *target, char *name, size_t room)
{
	char path[32];
	int proc = proc_open();
	ssize_t size;

	if (proc == -1)
		return -1;
	snprintf(path, sizeof(path), "%d/comm", (int)target->pid);
	size = proc_read(proc, path, name, room);
	close(proc);
	if (size <= 0)
		return -1;
	/* The newline at the end is the kernel's; further ones would be part of the name. */
	if (name[size - 1] == '\n')
		name[size - 1] = '\0';
	return 0;
}

/*
 * Checks that the process runs the command that --command names.  The name is read by the number of the process, so it
 * counts only if the number still belongs to the pidfd's process afterwards.
 */
static int check_command(const struct target *target, const struct options *options)
{
	char name[64], shown[ESCAPE_ROOM(sizeof(name))];
	int result = read_command(target, name, sizeof(name)), err = errno;

	if (!keeps_number(target))
		return fail_missing(target, options);
	if (result == -1) {
		cli_warn(target->word, "its command cannot be read: %s; no signal was sent",
		         err == EXDEV ? "/proc belongs to another PID namespace" : strerror(err));
		return CLI_FAILED;
	}
	if (strncmp(name, options->command, COMMAND_SIZE) == 0)
		return CLI_DONE;
	escape_put(shown, name);
	cli_warn(target->word, "it runs %s, and not %s; no signal was sent", shown, options->command);
	return CLI_MISSING;
}

/* Returns whether the number belongs to a thread other than a process's first, which pidfd_open(2) refuses. */
static int is_thread(pid_t pid, int err)
{
	return (err == EINVAL || err == ENOENT) && (kill(pid, 0) == 0 || errno == EPERM);
}

/* Reports that pidfd_open(2) failed, or lets a group without a leader pass. */
static int fail_open(const struct target *target, const struct options *options)
{
	int err = errno;

	if (is_thread(target->pid, err)) {
		cli_warn(target->word, "not a process, but a thread of one; send the signal to its process");
		return CLI_FAILED;
	}
	if (err != ESRCH && err != EINVAL && err != ENOENT) {
		cli_warn(target->word, "pidfd_open(2): %s", cli_text(err));
		return CLI_FAILED;
	}
	/* The leader of a group may have ended before its other processes. */
	return options->group && options->command == NULL ? CLI_DONE : fail_missing(target, options);
}

int target_open(struct target *target, const struct options *options)
{
	target->fd = (int)syscall(SYS_pidfd_open, target->pid, 0);
	if (target->fd == -1)
		return fail_open(target, options);
	if (!options->group && target_has_ended(target)) {
		cli_warn(target->word, "No such process: it has ended, and its parent has not waited for it yet");
		return CLI_MISSING;
	}
	return options->command != NULL ? check_command(target, options) : CLI_DONE;
}

void target_close(struct target *target)
{
	if (target->fd != -1)
		close(target->fd);
	target->fd = -1;
}

/* Sends to a group by its number, where the kernel offers no pidfd for it: 0, or -1 with errno. */
static int send_to_group(const struct target *target, int number, const siginfo_t *info)
{
	if (info != NULL && number != 0) {
		/* kill(2) cannot carry a value. */
		errno = EOPNOTSUPP;
		return -1;
	}
	return kill(-target->pid, number);
}

/* Sends the signal once: 0, or -1 with errno, EAGAIN if the queue is full. */
static int send_once(const struct target *target, const struct options *options, int number)
{
	siginfo_t info, *data = NULL;

	/*
	 * With a full queue, kill(2) and its like would merge real-time signals without a word; sigqueue(3) fails.  So these
	 * are always queued, with the value 0 where none was given.
	 */
	if (options->has_value || number >= SIGRTMIN) {
		memset(&info, 0, sizeof(info));
		info.si_signo = number;
		info.si_code = SI_QUEUE;
		info.si_pid = getpid();
		info.si_uid = getuid();
		info.si_value.sival_int = options->value;
		data = &info;
	}
	if (!options->group)
		return send_through(target, number, data, 0);
	if (target->fd != -1) {
		int result = send_through(target, number, data, PROCESS_GROUP);

		if (result == 0 || errno != EINVAL)
			return result;
	}
	return send_to_group(target, number, options->has_value ? data : NULL);
}

/* Writes how full the queue is, " (SigQ: 100/100)", or nothing if that cannot be read. */
static void describe_queue(const struct target *target, char *text, size_t room)
{
	static char status[8192];
	char path[32], *line;
	int proc = proc_open();

	*text = '\0';
	if (proc == -1)
		return;
	snprintf(path, sizeof(path), "%d/status", (int)target->pid);
	if (proc_read(proc, path, status, sizeof(status)) > 0 && (line = strstr(status, "\nSigQ:\t")) != NULL)
		snprintf(text, room, " (%.*s signals are pending)", (int)strcspn(line + 7, "\n"), line + 7);
	close(proc);
}

static int fail_full(const struct target *target, const struct options *options, const char *name)
{
	char full[64];

	describe_queue(target, full, sizeof(full));
	cli_warn(target->word, "%s was not sent: %s%s; RLIMIT_SIGPENDING of that process (ulimit -i) limits the signals pending for its user",
	         name, options->timeout == 0 ? "the queue is full" : "timed out, the queue is full", full);
	return CLI_TIMEOUT;
}

static int fail_send(const struct target *target, const struct options *options, int number)
{
	int err = errno;
	char name[SIGNAME_ROOM];

	signame_put(name, number);
	if (err == ESRCH)
		return fail_missing(target, options);
	if (err == EPERM)
		cli_warn(target->word, "%s: Operation not permitted (only root and the user of a process may signal it)", name);
	else if (err == EOPNOTSUPP)
		cli_warn(target->word, "%s: a value for a process group needs Linux 6.9 and a leader that lives", name);
	else
		cli_warn(target->word, "%s: %s", name, cli_text(err));
	return CLI_FAILED;
}

/* Waits until a full queue may have room again, at most until the deadline; returns early when the process ends. */
static void pause_before_retry(const struct target *target, const struct deadline *deadline, int64_t *pause)
{
	struct pollfd polled = {.fd = target->fd, .events = POLLIN};
	int64_t left = deadline_left(deadline);

	deadline_poll(&polled, target->fd != -1, left < *pause ? left : *pause);
	if (*pause < LONGEST_PAUSE)
		*pause *= 2;
}

int target_send(struct target *target, const struct options *options, int number)
{
	struct deadline deadline = deadline_after(options->timeout);
	int64_t pause = FIRST_PAUSE;
	char name[SIGNAME_ROOM];

	while (send_once(target, options, number) == -1) {
		if (errno != EAGAIN)
			return fail_send(target, options, number);
		if (interrupt_pending() != 0)
			return CLI_FAILED;
		if (deadline_left(&deadline) == 0)
			return fail_full(target, options, signame_put(name, number));
		pause_before_retry(target, &deadline, &pause);
	}
	return CLI_DONE;
}
