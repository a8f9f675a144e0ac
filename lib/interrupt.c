/* SPDX-License-Identifier: ISC */
#include "interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/time.h>
#include <unistd.h>

static const int caught[] = {SIGHUP, SIGINT, SIGTERM};
static volatile sig_atomic_t pending;

/* SIGALRM only has to arrive. */
static void wake(int number)
{
	(void)number;
}

static void note(int number)
{
	static const struct itimerval again = {{0, 5000}, {0, 5000}};
	int saved = errno;

	pending = number;
	setitimer(ITIMER_REAL, &again, NULL);
	errno = saved;
}

void interrupt_catch(void)
{
	struct sigaction action = {.sa_handler = wake}, old;
	size_t i;

	sigemptyset(&action.sa_mask);
	sigaction(SIGALRM, &action, NULL);
	action.sa_handler = note;
	for (i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		if (sigaction(caught[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(caught[i], &action, NULL);
}

int interrupt_pending(void)
{
	return pending;
}

void interrupt_die_if_pending(void)
{
	sigset_t set;

	if (pending == 0)
		return;
	signal(pending, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, pending);
	raise(pending);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}
