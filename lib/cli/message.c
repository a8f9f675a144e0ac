/* SPDX-License-Identifier: ISC */
#include "cli/message.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/interrupt.h"
#include "base/io.h"

static const char *usage = "";
static int runs_command;

void cli_use(const char *line)
{
	usage = line;
}

const char *cli_usage_line(void)
{
	return usage;
}

void cli_runs_command(void)
{
	runs_command = 1;
}

int cli_own_status(int status)
{
	return runs_command && status >= CLI_FAILED && status <= CLI_MISSING ? CLI_OWN_FAILURE : status;
}

int cli_status_of(int err)
{
	return cli_own_status(err == ENOENT || err == EIDRM ? CLI_MISSING : err == ETIMEDOUT ? CLI_TIMEOUT : CLI_FAILED);
}

int cli_merge_status(int status, int other)
{
	return status == other ? status : CLI_FAILED;
}

static char *put_usage(char *out)
{
	return stpcpy(stpcpy(stpcpy(out, "usage: "), usage), "\n");
}

/* Prints one line; 0, or -1 if it was not printed as a whole. */
static int say(const char *object, const char *message, int with_usage)
{
	const char *tool = program_invocation_short_name;
	size_t room = ESCAPE_ROOM(strlen(tool) + (object ? strlen(object) : 0) + strlen(message)) + strlen(usage) + 32;
	/* "Cannot allocate memory" must be printed without any. */
	char few[4096], *line = room <= sizeof(few) ? few : malloc(room), *end = line;
	int saved = errno, result;

	if (line == NULL) {
		io_write_all(2, "out of memory\n", 14);
		return -1;
	}
	end = stpcpy(escape_put(end, tool), ": ");
	if (object != NULL)
		end = stpcpy(escape_put(end, object), ": ");
	end = stpcpy(escape_put_sentence(end, message), "\n");
	if (with_usage)
		end = put_usage(end);
	result = io_write_all(2, line, (size_t)(end - line));
	if (line != few)
		free(line);
	errno = saved;
	return result;
}

static int __attribute__((format(printf, 3, 0))) say_formatted(const char *object, int with_usage, const char *format, va_list arguments)
{
	char few[1024], *message = few;
	va_list again;
	int result = 0;

	va_copy(again, arguments);
	/* Without memory for a long message its first 1023 bytes are printed. */
	if (vsnprintf(few, sizeof(few), format, arguments) >= (int)sizeof(few) && vasprintf(&message, format, again) == -1) {
		message = few;
		result = -1;
	}
	va_end(again);
	if (say(object, message, with_usage) == -1)
		result = -1;
	if (message != few)
		free(message);
	return result;
}

void cli_usage_exit(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_formatted(NULL, 1, format, arguments);
	va_end(arguments);
	exit(cli_own_status(CLI_USAGE));
}

int cli_warn(const char *object, const char *format, ...)
{
	va_list arguments;
	int result;

	va_start(arguments, format);
	result = say_formatted(object, 0, format, arguments);
	va_end(arguments);
	return result;
}

const char *cli_text(int err)
{
	switch (err) {
	case ETIMEDOUT:
		/* strerror(3) says "Connection timed out", also where there was no connection. */
		return "timed out";
	case ENODEV:
		return "not a regular file";
	case ELOOP:
		return "a symbolic link, which is not followed";
	case ESTALE:
		return "the name belongs to another object by now";
	case ENOSYS:
		return "Function not implemented (the kernel lacks it, or a filter of the container forbids it)";
	default:
		return strerror(err);
	}
}

int cli_fail(const char *object, int err)
{
	/* The status 128+N of a signal that ends the tool says enough by itself. */
	if (err != EINTR || interrupt_requested() == 0)
		say(object, cli_text(err), 0);
	return cli_status_of(err);
}

const char *cli_output_object(int err)
{
	return err == ENOMEM ? NULL : "standard output";
}

int cli_fail_output(int err)
{
	return cli_fail(cli_output_object(err), err);
}

/* The sentence for a failure that /dev/shm or /proc explains, or NULL. */
static const char *text_of_place(const struct object *object, int err)
{
	struct statvfs fs;

	if (err == ENOSPC && object->kind == OBJECT_NAME && statvfs("/dev/shm", &fs) == 0) {
		if (fs.f_files > 0 && fs.f_ffree == 0)
			return "No space left on device: /dev/shm has no room for another name (ipcls --limits)";
		if (fs.f_bavail == 0)
			return "No space left on device: /dev/shm is full (ipcls --limits)";
	}
	if (err == ENOENT && object->kind == OBJECT_NAME && access("/dev/shm", F_OK) == -1)
		return "/dev/shm is missing, which holds POSIX segments and semaphores (root can mount a tmpfs there)";
	if (err == ENOENT && object->kind == OBJECT_MEMFD && access("/proc/self", F_OK) == -1)
		return "/proc is missing, or does not show this process (root can mount one)";
	return NULL;
}

int cli_fail_shared(const struct object *object, int err)
{
	const char *text = text_of_place(object, err);

	if (text == NULL)
		return cli_fail(object->word, err);
	say(object->word, text, 0);
	return cli_own_status(CLI_FAILED);
}

int cli_fail_semaphore(const struct object *object, int err)
{
	if (err != EINVAL)
		return cli_fail_shared(object, err);
	say(object->word, "not a semaphore", 0);
	return cli_own_status(CLI_FAILED);
}
