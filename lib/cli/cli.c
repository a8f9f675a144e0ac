/* SPDX-License-Identifier: ISC */
#include "cli/cli.h"

/* strnvis(3) has two forms, of which libbsd wants one chosen; strvis(3) has one. */
#define LIBBSD_OPENBSD_VIS
#include <bsd/vis.h>
#include <errno.h>
#include <limits.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/io.h"
#include "base/number.h"

static const char *tool, *usage, *help;
static int was_closed[3];
static int runs_command;

void cli_runs_command(void)
{
	runs_command = 1;
}

/* 1, 2 and 3 could be the command's own. */
int cli_own_status(int status)
{
	return runs_command && status >= CLI_FAILED && status <= CLI_MISSING ? CLI_OWN_FAILURE : status;
}

static void do_nothing(int number)
{
	(void)number;
}

void cli_disarm(int number)
{
	struct sigaction action = {.sa_handler = do_nothing, .sa_flags = SA_RESTART}, old;

	sigemptyset(&action.sa_mask);
	if (sigaction(number, NULL, &old) == 0 && old.sa_handler == SIG_DFL)
		sigaction(number, &action, NULL);
}

/*
 * Where the kernel gives more rights than the caller has, getauxval(3), the caller's environment gives no orders.
 * With another user's or group's rights nothing is done at all: each tool acts for who it runs as, on any object or
 * file that it is told, and some run any command.
 */
static void distrust_environment(void)
{
	static const char *const heeded[] = {"PATH", "POSIXLY_CORRECT", "TZ"};
	size_t i;

	if (getauxval(AT_SECURE) == 0)
		return;
	if (geteuid() != getuid() || getegid() != getgid()) {
		cli_warn(NULL, "real and effective user or group differ, as if set-user-ID: its caller is not trusted (use sudo or setpriv)");
		_exit(CLI_OWN_FAILURE);
	}
	for (i = 0; i < sizeof(heeded) / sizeof(heeded[0]); i++)
		unsetenv(heeded[i]);
}

void cli_start(char **argv, const char *usage_line, const char *help_text)
{
	int fd, null;

	usage = usage_line;
	help = help_text;
	tool = program_invocation_short_name;
	/* getopt_long(3) begins its messages with argv[0], which may be a path. */
	if (argv[0] != NULL)
		argv[0] = program_invocation_short_name;

	for (fd = 0; fd < 3; fd++) {
		if (fcntl(fd, F_GETFD) != -1 || errno != EBADF)
			continue;
		was_closed[fd] = 1;
		/* The lowest free descriptor is this one, as those below it are open by now. */
		null = open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY);
		if (null != fd)
			_exit(CLI_FAILED);
	}
	distrust_environment();
	cli_disarm(SIGXFSZ);
}

void cli_use(const char *line)
{
	usage = line;
}

static const char *guarded;

/* Only what reads a semaphore can have brought us here, so nothing is held that the message needs. */
noreturn static void report_broken(int number)
{
	(void)number;
	cli_warn(guarded, "no semaphore any more: its file was cut short or overwritten");
	_exit(cli_own_status(CLI_FAILED));
}

void cli_guard_semaphore(const char *object)
{
	struct sigaction action = {.sa_handler = report_broken};

	guarded = object;
	sigemptyset(&action.sa_mask);
	sigaction(SIGBUS, &action, NULL);
	/* The C library aborts where the kernel finds something else in it than it does. */
	sigaction(SIGABRT, &action, NULL);
}

void cli_close_for_commands(void)
{
	int fd;

	for (fd = 0; fd < 3; fd++)
		if (was_closed[fd])
			fcntl(fd, F_SETFD, FD_CLOEXEC);
}

int cli_was_closed(int fd)
{
	return was_closed[fd];
}

int cli_check_output(void)
{
	return io_check_written(1);
}

int cli_print_id(int id)
{
	char line[32];
	int length = snprintf(line, sizeof(line), "id:%d\n", id);

	cli_disarm(SIGPIPE);
	if (was_closed[1])
		errno = EBADF;
	else if (io_write_all(1, line, (size_t)length) == 0 && cli_check_output() == 0)
		return CLI_DONE;
	return cli_fail("standard output", errno);
}

int cli_finish(int status)
{
	if (was_closed[1])
		return status;
	if (close(1) == -1 && errno != EINTR)
		return cli_own_status(cli_fail("standard output", errno));
	return status;
}

/* What does not go to the terminal does not need to be safe for it. */
static void print_or_exit(const char *text)
{
	if (was_closed[1])
		errno = EBADF;
	if (was_closed[1] || io_write_all(1, text, strlen(text)) == -1)
		exit(cli_fail("standard output", errno));
}

void cli_help_exit(void)
{
	print_or_exit("usage: ");
	print_or_exit(usage);
	print_or_exit("\n\n");
	print_or_exit(help);
	exit(cli_finish(CLI_DONE));
}

void cli_version_exit(void)
{
	print_or_exit(tool);
	print_or_exit(" (ipcutils) " VERSION "\n");
	exit(cli_finish(CLI_DONE));
}

/* strvis(3) allocates memory; where there is none, each byte that is not plain is shown by its octal number. */
static int show(char *out, const char *text, int flags)
{
	int length = strvis(out, text, flags);
	char *end = out;

	/* It fails with 0, too. */
	if (length > 0 || *text == '\0')
		return length;
	for (; *text != '\0'; text++)
		if (*text >= ' ' && *text < 0x7f && (*text != '\\' || flags & VIS_NOSLASH))
			*end++ = *text;
		else
			end += sprintf(end, "\\%03o", (unsigned char)*text);
	*end = '\0';
	return (int)(end - out);
}

static char *(*put_name)(char *out, const char *name);

void cli_show_names_by(char *(*put)(char *out, const char *name))
{
	put_name = put;
}

int cli_show_name(char *out, const char *name)
{
	char *end;

	if (put_name == NULL)
		return show(out, name, VIS_CSTYLE | VIS_NL | VIS_TAB);
	end = put_name(out, name);
	*end = '\0';
	return (int)(end - out);
}

static char *put_usage(char *out)
{
	return stpcpy(stpcpy(stpcpy(out, "usage: "), usage), "\n");
}

/* One write(2) a message, so that messages of several processes do not mix. */
static void say(const char *object, const char *message, int with_usage)
{
	size_t room = strlen(tool) + 4 * (object ? strlen(object) : 0) + 4 * strlen(message) + strlen(usage) + 32;
	/* "Out of memory" must be said without any. */
	char few[4096], *line = room <= sizeof(few) ? few : malloc(room), *end = line;
	int saved = errno;

	if (line == NULL) {
		io_write_all(2, "out of memory\n", 14);
		return;
	}
	end = stpcpy(stpcpy(end, tool), ": ");
	if (object != NULL) {
		end += cli_show_name(end, object);
		end = stpcpy(end, ": ");
	}
	/* Words of the command line in it may have been shown already: backslashes stay single. */
	end += show(end, message, VIS_CSTYLE | VIS_NL | VIS_TAB | VIS_NOSLASH);
	end = stpcpy(end, "\n");
	if (with_usage)
		end = put_usage(end);
	io_write_all(2, line, (size_t)(end - line));
	if (line != few)
		free(line);
	errno = saved;
}

static void __attribute__((format(printf, 3, 0))) say_formatted(const char *object, int with_usage, const char *format, va_list arguments)
{
	char few[1024], *message = few;
	va_list again;

	va_copy(again, arguments);
	if (vsnprintf(few, sizeof(few), format, arguments) >= (int)sizeof(few) && vasprintf(&message, format, again) == -1)
		message = few;
	va_end(again);
	say(object, message, with_usage);
	if (message != few)
		free(message);
}

void cli_usage_exit(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_formatted(NULL, 1, format, arguments);
	va_end(arguments);
	exit(cli_own_status(CLI_USAGE));
}

void cli_option_exit(void)
{
	char text[1024];

	io_write_all(2, text, (size_t)(put_usage(text) - text));
	exit(cli_own_status(CLI_USAGE));
}

void cli_warn(const char *object, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_formatted(object, 0, format, arguments);
	va_end(arguments);
}

static int plain_status_of(int err)
{
	switch (err) {
	case ENOENT:
	case EIDRM:
		return CLI_MISSING;
	case ETIMEDOUT:
		return CLI_TIMEOUT;
	default:
		return CLI_FAILED;
	}
}

const char *cli_text(int err)
{
	switch (err) {
	case ETIMEDOUT:
		/* "Connection timed out" where there was no connection. */
		return "timed out";
	case ENODEV:
		return "not a regular file";
	case ELOOP:
		return "a symbolic link, which is not followed";
	case ESTALE:
		return "the name is another object's by now";
	case ENOSYS:
		return "Function not implemented (the kernel lacks it, or a filter of the container forbids it)";
	default:
		return strerror(err);
	}
}

int cli_fail(const char *object, int err)
{
	/* A signal that ends the tool says enough by itself. */
	if (err != EINTR || interrupt_requested() == 0)
		say(object, cli_text(err), 0);
	return cli_status_of(err);
}

int cli_status_of(int err)
{
	return cli_own_status(plain_status_of(err));
}

int cli_fail_shared(const struct object *object, int err)
{
	const char *cause = NULL;
	struct statvfs fs;

	if (err == ENOSPC && object->kind == OBJECT_NAME && statvfs("/dev/shm", &fs) == 0)
		cause = fs.f_files > 0 && fs.f_ffree == 0 ? "No space left on device: /dev/shm has no room for another name (ipcls --limits)" :
		        fs.f_bavail == 0                  ? "No space left on device: /dev/shm is full (ipcls --limits)" : NULL;
	if (err == ENOENT && object->kind == OBJECT_NAME && access("/dev/shm", F_OK) == -1)
		cause = "there is no /dev/shm here, where POSIX segments and semaphores are (root can mount a tmpfs there)";
	if (err == ENOENT && object->kind == OBJECT_MEMFD && access("/proc/self", F_OK) == -1)
		cause = "there is no /proc here that shows our processes (root can mount one)";
	if (cause == NULL)
		return cli_fail(object->word, err);
	say(object->word, cause, 0);
	return cli_own_status(CLI_FAILED);
}

int cli_fail_semaphore(const struct object *object, int err)
{
	if (err != EINVAL)
		return cli_fail_shared(object, err);
	say(object->word, "not a semaphore", 0);
	return CLI_FAILED;
}

int cli_merge_status(int status, int other)
{
	return status == other ? status : CLI_FAILED;
}

/* `word` as it may be shown, until the next call. */
static const char *shown(const char *word)
{
	static char *text;

	if (word[0] == '\0')
		return "\"\"";
	free(text);
	text = malloc(4 * strlen(word) + 1);
	if (text == NULL)
		return "?";
	cli_show_name(text, word);
	return text;
}

void cli_object_or_exit(struct object *object, const char *word, unsigned kinds)
{
	const char *wrong = object_parse(object, word);

	if (wrong != NULL && object->kind == 0 && word[0] != '\0' && strchr(word, '/') == NULL &&
	    strchr(word, ':') == NULL)
		cli_usage_exit("%1$s: %2$s (do you mean /%1$s?)", shown(word), wrong);
	if (wrong != NULL)
		cli_usage_exit("%s: %s", shown(word), wrong);
	if ((object->kind & kinds) != 0)
		return;
	if (object->kind == OBJECT_PRIVATE)
		cli_usage_exit("%s: this makes a new object, and there is nothing to make here", shown(word));
	cli_usage_exit("%s: not a kind of object that can be used here", shown(word));
}

noreturn static void refuse(const char *option, const char *word, const char *kind, const char *form)
{
	if (errno == ENOMEM)
		exit(cli_fail(option, errno));
	if (errno == ERANGE)
		cli_usage_exit("%s: %s: %s out of range", option, shown(word), kind);
	cli_usage_exit("%s: %s: not a %s (%s)", option, shown(word), kind, form);
}

uint64_t cli_number_or_exit(const char *option, const char *word, uint64_t least, uint64_t most)
{
	uint64_t number;

	if (number_parse(word, least, most, &number) == 0)
		return number;
	/* The largest numbers that a type can have are no limit that a user meets. */
	if (most >= INT_MAX)
		cli_usage_exit("%s: %s: not a whole number of %llu or more", option, shown(word), (unsigned long long)least);
	cli_usage_exit("%s: %s: not a whole number from %llu to %llu", option, shown(word), (unsigned long long)least,
	               (unsigned long long)most);
}

uint64_t cli_size_or_exit(const char *option, const char *word)
{
	uint64_t size;

	/* off_t is what the kernel counts in. */
	if (number_parse_size(word, INT64_MAX, &size) == -1)
		refuse(option, word, "size", "as 4096, 0x1000, 64k, 2M, 1G");
	return size;
}

int64_t cli_offset_or_exit(const char *option, const char *word, int *from_end)
{
	int64_t offset;

	if (number_parse_offset(word, &offset, from_end) == -1)
		refuse(option, word, "offset", "as 4096, 0x1000, 64k, and from the end -4096");
	return offset;
}

int64_t cli_duration_or_exit(const char *option, const char *word)
{
	int64_t duration;

	if (number_parse_duration(word, &duration) == -1)
		refuse(option, word, "duration", "as 2, 0.5, 200ms, 1.5m, 2h, 1d");
	return duration;
}

mode_t cli_mode_or_exit(const char *option, const char *word)
{
	mode_t mode;

	if (number_parse_mode(word, &mode) == -1)
		refuse(option, word, "mode", "as 0640 or u=rw,g=r");
	return mode;
}
