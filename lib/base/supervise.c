/* SPDX-License-Identifier: ISC */
#include "base/supervise.h"

#include <errno.h>
#include <stddef.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/interrupt.h"

void supervise_begin(sigset_t *before)
{
	struct sigaction action = {.sa_handler = SIG_DFL};
	sigset_t all;

	/* If SIGCHLD is ignored, the kernel discards the statuses of children; commands ignore it again. */
	interrupt_catch_children();
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, before);
	interrupt_restore_mask(before);
	/* The handler of interrupt.h is not told when children stop. */
	sigemptyset(&action.sa_mask);
	sigaction(SIGCHLD, &action, NULL);
}

void supervise_stop(void)
{
	sigset_t stop;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	raise(SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &stop, NULL);
	sigprocmask(SIG_BLOCK, &stop, NULL);
}

static int look(pid_t child, int *status, int options)
{
	pid_t changed;

	do
		changed = waitpid(child, status, WNOHANG | options);
	while (changed == -1 && errno == EINTR);
	return changed == child ? 1 : (int)changed;
}

int supervise_has_ended(pid_t child, int *status)
{
	return look(child, status, 0);
}

static int is_for_commands(const siginfo_t *info)
{
	static const int of_terminal[] = {SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGWINCH};
	size_t i;

	if (info->si_signo == SIGCHLD || (info->si_code == SI_USER && info->si_pid == getpid()))
		return 0;
	for (i = 0; i < sizeof(of_terminal) / sizeof(of_terminal[0]); i++)
		if (info->si_signo == of_terminal[i])
			return info->si_code != SI_KERNEL;
	return 1;
}

int supervise_next(struct supervise_signal *signal, int wait)
{
	static const struct timespec none = {0, 0};
	siginfo_t info;
	sigset_t all;
	int number;

	sigfillset(&all);
	do
		number = sigtimedwait(&all, &info, wait ? NULL : &none);
	while (number == -1 && errno == EINTR);
	if (number == -1)
		return 0;
	*signal = (struct supervise_signal){number, is_for_commands(&info)};
	return 1;
}

int supervise_wait(pid_t child)
{
	struct supervise_signal signal;
	int status, result;

	/* Signals that came before the command was started are still pending. */
	while ((result = look(child, &status, WUNTRACED)) == 0 || (result == 1 && WIFSTOPPED(status))) {
		/* SIGCONT is pending after the stop, and is passed on. */
		if (result == 1)
			supervise_stop();
		if (supervise_next(&signal, 1) && signal.for_commands)
			kill(child, signal.number);
	}
	return result == -1 ? -1 : status;
}
