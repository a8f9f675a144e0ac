/* SPDX-License-Identifier: ISC */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/io.h"

static const char *help;
static int was_closed[3];

static void do_nothing(int number)
{
	(void)number;
}

void cli_disarm(int number)
{
	struct sigaction action = {.sa_handler = do_nothing, .sa_flags = SA_RESTART};

	sigemptyset(&action.sa_mask);
	if (interrupt_is_default(number))
		sigaction(number, &action, NULL);
}

/*
 * Ignores the caller's environment where the kernel gives the tool more rights than its caller has, getauxval(3).  With
 * the rights of another user or group the tool refuses to start: every tool uses any object or file that it is told to,
 * and some run any command.
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

static void open_missing_descriptors(void)
{
	int fd, null;

	for (fd = 0; fd < 3; fd++) {
		if (fcntl(fd, F_GETFD) != -1 || errno != EBADF)
			continue;
		was_closed[fd] = 1;
		/* The lowest free descriptor is this one, as those below it are open by now. */
		null = open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY);
		if (null != fd)
			_exit(CLI_FAILED);
	}
}

void cli_explain(const char *usage_line, const char *help_text)
{
	interrupt_begin();
	cli_use(usage_line);
	help = help_text;
}

void cli_start(char **argv, const char *usage_line, const char *help_text)
{
	cli_explain(usage_line, help_text);
	/* getopt_long(3) begins its messages with argv[0], which may be a path. */
	if (argv[0] != NULL)
		argv[0] = program_invocation_short_name;
	open_missing_descriptors();
	distrust_environment();
	cli_disarm(SIGXFSZ);
}

static const char *guarded, *guarded_kind;

/* Runs in the signal handler of a call that uses a semaphore or mutex, which holds nothing that the message needs. */
noreturn static void report_broken(int number)
{
	(void)number;
	cli_warn(guarded, "no %s any more: its file was truncated or overwritten", guarded_kind);
	_exit(cli_own_status(CLI_FAILED));
}

static void guard(const char *object, const char *kind)
{
	struct sigaction action = {.sa_handler = report_broken};

	guarded = object;
	guarded_kind = kind;
	sigemptyset(&action.sa_mask);
	sigaction(SIGBUS, &action, NULL);
	interrupt_unblock(SIGBUS);
	/* The C library aborts if the kernel finds other bytes there than the library did. */
	sigaction(SIGABRT, &action, NULL);
}

void cli_guard_semaphore(const char *object)
{
	guard(object, "semaphore");
}

void cli_guard_mutex(const char *object)
{
	guard(object, "mutex");
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
	return cli_fail_output(errno);
}

int cli_finish(int status)
{
	if (was_closed[1])
		return status;
	if (close(1) == -1 && errno != EINTR)
		return cli_own_status(cli_fail_output(errno));
	return status;
}

/* Not escaped: --help and --version print the tool's own text. */
static void print_or_exit(const char *text)
{
	if (was_closed[1])
		errno = EBADF;
	if (was_closed[1] || io_write_all(1, text, strlen(text)) == -1)
		exit(cli_fail_output(errno));
}

void cli_help_exit(void)
{
	print_or_exit("usage: ");
	print_or_exit(cli_usage_line());
	print_or_exit("\n\n");
	print_or_exit(help);
	exit(cli_finish(CLI_DONE));
}

void cli_version_exit(void)
{
	print_or_exit(program_invocation_short_name);
	print_or_exit(" (ipcutils) " VERSION "\nISC licence: use, copy, change and pass it on freely; there is no warranty.\n");
	exit(cli_finish(CLI_DONE));
}
