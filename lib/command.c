/* SPDX-License-Identifier: ISC */
#include "command.h"

#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

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
		/* posix_spawn(3) takes them without const and leaves them as they are. */
		if (strchr(more[k], '=') != NULL)
			memcpy(&made[at++], &more[k], sizeof(*made));
	return made;
}

pid_t command_start(char *const *argv, int input, const char *const *more)
{
	posix_spawn_file_actions_t actions;
	char **made = make_environment(more);
	pid_t pid = -1;
	int err;

	if (made == NULL)
		return -1;
	err = posix_spawn_file_actions_init(&actions);
	if (err == 0) {
		if (input != -1)
			err = posix_spawn_file_actions_adddup2(&actions, input, 0);
		/* Signals that the tool catches are reset by exec, and it ignores none itself. */
		if (err == 0)
			err = posix_spawnp(&pid, argv[0], &actions, NULL, argv, made);
		posix_spawn_file_actions_destroy(&actions);
	}
	free(made);
	errno = err;
	return err == 0 ? pid : -1;
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
