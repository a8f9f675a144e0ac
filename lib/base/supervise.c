/* SPDX-License-Identifier: ISC */
#include "base/supervise.h"

#include <errno.h>
#include <stddef.h>
#include <sys/wait.h>

#include "base/interrupt.h"

void supervise_begin(sigset_t *before)
{
	struct sigaction action = {.sa_handler = SIG_DFL};
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, before);
	/* Where it is ignored the kernel would keep the statuses of children to itself. */
	interrupt_catch_children();
	/* That one does not tell of those that stop. */
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

/* 1 once it has ended, 0 while it goes on, or -1 with errno. */
static int look(pid_t child, int *status)
{
	pid_t ended;

	do
		ended = waitpid(child, status, WNOHANG | WUNTRACED);
	while (ended == -1 && errno == EINTR);
	if (ended == -1)
		return -1;
	if (ended == 0)
		return 0;
	if (!WIFSTOPPED(*status))
		return 1;
	/* SIGCONT waits for us behind this, and is passed on. */
	supervise_stop();
	return 0;
}

/* The terminal gives its signals to all of the foreground, the command included. */
static int is_of_terminal(const siginfo_t *info)
{
	static const int of_terminal[] = {SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGWINCH};
	size_t i;

	for (i = 0; i < sizeof(of_terminal) / sizeof(of_terminal[0]); i++)
		if (info->si_signo == of_terminal[i])
			return info->si_code == SI_KERNEL;
	return 0;
}

int supervise_wait(pid_t child)
{
	siginfo_t info;
	sigset_t all;
	int status, result;

	sigfillset(&all);
	/* Those that came before the command was there, too, are still waiting. */
	while ((result = look(child, &status)) == 0) {
		int number = sigwaitinfo(&all, &info);

		if (number <= 0 || number == SIGCHLD)
			continue;
		if (!is_of_terminal(&info))
			kill(child, number);
	}
	return result == -1 ? -1 : status;
}
