/* SPDX-License-Identifier: ISC */
#include "base/command.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/interrupt.h"

/* Whether `entry` and `other` set the same variable. */
static int same_name(const char *entry, const char *other)
{
	size_t length = strcspn(entry, "=");

	return strncmp(entry, other, length) == 0 && other[length] == '=';
}

static char **make_environment(const char *const *more)
{
	size_t count = 0, added = 0, at = 0, i, k;
	char **made;

	while (environ[count] != NULL)
		count++;
	while (more[added] != NULL)
		added++;
	made = calloc(count + added + 1, sizeof(*made));
	if (made == NULL)
		return NULL;
	for (i = 0; i < count; i++) {
		for (k = 0; k < added && !same_name(more[k], environ[i]); k++)
			continue;
		if (k == added)
			made[at++] = environ[i];
	}
	for (k = 0; k < added; k++)
		/* execvpe(3) takes them without const and leaves them as they are. */
		if (strchr(more[k], '=') != NULL)
			memcpy(&made[at++], &more[k], sizeof(*made));
	return made;
}

/* Descriptors out of the way of the numbers that others are to have: ours to close. */
struct moved {
	struct command_descriptor *descriptors;
	size_t count, made;
	int *copies;
};

static void free_moved(struct moved *moved)
{
	int saved = errno;

	while (moved->made > 0)
		close(moved->copies[--moved->made]);
	free(moved->copies);
	free(moved->descriptors);
	errno = saved;
}

/* The same descriptors such that none is overwritten before it was put into its place: 0, or -1 with errno. */
static int move_descriptors(struct moved *moved, const struct command *command)
{
	size_t i, k;
	int above = 3;

	*moved = (struct moved){.count = command->count};
	moved->descriptors = calloc(command->count + 1, sizeof(*moved->descriptors));
	moved->copies = calloc(command->count + 1, sizeof(*moved->copies));
	if (moved->descriptors == NULL || moved->copies == NULL)
		goto fail;
	for (i = 0; i < command->count; i++)
		if (command->descriptors[i].to >= above)
			above = command->descriptors[i].to + 1;
	for (i = 0; i < command->count; i++) {
		struct command_descriptor *descriptor = &moved->descriptors[i];

		*descriptor = command->descriptors[i];
		for (k = 0; k < i && command->descriptors[k].to != descriptor->from; k++)
			continue;
		if (k == i)
			continue;
		descriptor->from = fcntl(descriptor->from, F_DUPFD_CLOEXEC, above);
		if (descriptor->from == -1)
			goto fail;
		moved->copies[moved->made++] = descriptor->from;
	}
	return 0;
fail:
	free_moved(moved);
	return -1;
}

/* Puts the descriptors into their places: 0, or -1 with errno. */
static int place(const struct moved *moved)
{
	size_t i;

	for (i = 0; i < moved->count; i++) {
		const struct command_descriptor *d = &moved->descriptors[i];

		/* One that goes to its own number only loses its FD_CLOEXEC. */
		if ((d->from == d->to ? fcntl(d->to, F_SETFD, 0) : dup2(d->from, d->to)) == -1)
			return -1;
	}
	return 0;
}

/* The work of the child, in our memory while we wait: it may write nothing there but `err`. */
noreturn static void become(const struct command *command, const struct moved *moved, char *const *environment,
                            const sigset_t *mask, volatile int *err)
{
	if (place(moved) == 0) {
		interrupt_leave_to_command(mask);
		execvpe(command->argv[0], command->argv, environment);
	}
	*err = errno;
	_exit(COMMAND_NOT_FOUND);
}

static pid_t start(const struct command *command, const struct moved *moved, char *const *environment)
{
	volatile int err = 0;
	sigset_t all, before;
	pid_t pid;

	/* A handler of ours that ran in the child would write into our memory. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = vfork();
	if (pid == 0)
		become(command, moved, environment, command->mask != NULL ? command->mask : &before, &err);
	if (pid == -1)
		err = errno;
	else if (err != 0)
		while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
			continue;
	sigprocmask(SIG_SETMASK, &before, NULL);
	errno = err;
	return err == 0 ? pid : -1;
}

pid_t command_start_with(const struct command *command)
{
	char **made = command->more != NULL ? make_environment(command->more) : NULL;
	struct moved moved;
	pid_t pid = -1;
	int saved;

	if (command->more != NULL && made == NULL)
		return -1;
	if (move_descriptors(&moved, command) == 0) {
		pid = start(command, &moved, made != NULL ? made : environ);
		free_moved(&moved);
	}
	saved = errno;
	free(made);
	errno = saved;
	return pid;
}

pid_t command_start(char *const *argv, int input, const char *const *more)
{
	struct command_descriptor descriptor = {input, 0};
	struct command command = {.argv = argv, .descriptors = &descriptor, .count = input != -1, .more = more};

	return command_start_with(&command);
}

/* The next place of PATH to look for `program` in, in `path`: whether there was one. */
static int next_place(const char **places, const char *program, char *path)
{
	size_t length;

	if (*places == NULL)
		return 0;
	length = strcspn(*places, ":");
	/* An empty place is the current directory. */
	if (snprintf(path, PATH_MAX, "%.*s%s%s", (int)length, *places, length > 0 ? "/" : "", program) >= PATH_MAX)
		path[0] = '\0';
	*places = (*places)[length] == ':' ? *places + length + 1 : NULL;
	return 1;
}

/* Whether this file can be executed: 0, or -1 with errno. */
static int look_at(const char *path)
{
	struct stat st;

	if (faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == -1 || stat(path, &st) == -1)
		return -1;
	/* A directory may be "executed", too. */
	errno = EACCES;
	return S_ISREG(st.st_mode) ? 0 : -1;
}

/* In the order, and with the errno, of execvp(3). */
int command_look(const char *program)
{
	const char *places = getenv("PATH");
	char path[PATH_MAX];
	int refused = 0;

	if (*program == '\0') {
		errno = ENOENT;
		return -1;
	}
	if (strchr(program, '/') != NULL)
		return look_at(program);
	if (places == NULL)
		places = "/bin:/usr/bin";
	errno = ENOENT;
	while (next_place(&places, program, path)) {
		if (look_at(path) == 0)
			return 0;
		if (errno == EACCES)
			refused = 1;
		else if (errno != ENOENT && errno != ENOTDIR)
			return -1;
	}
	errno = refused ? EACCES : ENOENT;
	return -1;
}

void command_become(const struct command *command)
{
	char **made = command->more ? make_environment(command->more) : NULL;
	struct moved moved;

	if ((command->more != NULL && made == NULL) || move_descriptors(&moved, command) == -1)
		goto done;
	if (place(&moved) == 0) {
		if (command->mask != NULL)
			sigprocmask(SIG_SETMASK, command->mask, NULL);
		interrupt_become();
		execvpe(command->argv[0], command->argv, made != NULL ? made : environ);
	}
	free_moved(&moved);
done:
	free(made);
}

int command_status(int wait_status)
{
	if (WIFSIGNALED(wait_status))
		return COMMAND_SIGNALLED + WTERMSIG(wait_status);
	return WEXITSTATUS(wait_status);
}

int command_status_of(int err)
{
	switch (err) {
	case ENOENT:
	case ENOTDIR:
		return COMMAND_NOT_FOUND;
	case EAGAIN:
	case ENOMEM:
	case EMFILE:
	case ENFILE:
		return COMMAND_OWN_FAILURE;
	default:
		return COMMAND_NOT_EXECUTABLE;
	}
}

const char *command_text(const char *program, int err)
{
	return err == ENOENT && strchr(program, '/') == NULL ? "command not found" : strerror(err);
}
