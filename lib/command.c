/* SPDX-License-Identifier: ISC */
#include "command.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "interrupt.h"

extern char **environ;

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

/* What the child does, in our memory while we wait: it may write nothing but `err`. */
noreturn static void become(char *const *argv, char *const *made, int input, const sigset_t *mask, volatile int *err)
{
	if (input == -1 || dup2(input, 0) != -1) {
		interrupt_leave_to_command(mask);
		execvpe(argv[0], argv, made);
	}
	*err = errno;
	_exit(COMMAND_NOT_FOUND);
}

pid_t command_start_masked(char *const *argv, int input, const char *const *more, const sigset_t *mask)
{
	char **made = make_environment(more);
	volatile int err = 0;
	sigset_t all, before;
	pid_t pid;

	if (made == NULL)
		return -1;
	/* A handler of ours that ran in the child would write into our memory. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = vfork();
	if (pid == 0)
		become(argv, made, input, mask != NULL ? mask : &before, &err);
	if (pid == -1)
		err = errno;
	else if (err != 0)
		while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
			continue;
	sigprocmask(SIG_SETMASK, &before, NULL);
	free(made);
	errno = err;
	return err == 0 ? pid : -1;
}

pid_t command_start(char *const *argv, int input, const char *const *more)
{
	return command_start_masked(argv, input, more, NULL);
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
