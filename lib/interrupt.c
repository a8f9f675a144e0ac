/* SPDX-License-Identifier: ISC */
#include "interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/time.h>
#include <unistd.h>

static const int caught[] = {SIGHUP, SIGINT, SIGTERM};
static volatile sig_atomic_t pending, child;
static int deferred, beating;
static struct sigaction alarm_before; /* SIGALRM, as we found it */

static const struct itimerval again = {{0, 5000}, {0, 5000}};

/* SIGALRM only has to arrive. */
static void wake(int number)
{
	(void)number;
}

static void note(int number)
{
	int saved = errno;

	if (number == SIGCHLD)
		child = 1;
	else
		pending = number;
	setitimer(ITIMER_REAL, &again, NULL);
	errno = saved;
}

void interrupt_catch(void)
{
	struct sigaction action = {.sa_handler = wake}, old;
	size_t i;

	sigemptyset(&action.sa_mask);
	sigaction(SIGALRM, &action, &alarm_before);
	sigaddset(&action.sa_mask, SIGCHLD);
	action.sa_handler = note;
	for (i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		if (sigaction(caught[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(caught[i], &action, NULL);
}

void interrupt_catch_children(void)
{
	struct sigaction action = {.sa_handler = note, .sa_flags = SA_NOCLDSTOP};

	sigemptyset(&action.sa_mask);
	sigaction(SIGCHLD, &action, NULL);
}

int interrupt_child(void)
{
	return child;
}

void interrupt_clear_child(void)
{
	if (child == 0)
		return;
	child = 0;
	/* One that ends from here on sets both again. */
	if (pending == 0)
		interrupt_alarm(0);
	if (child)
		setitimer(ITIMER_REAL, &again, NULL);
}

void interrupt_beat(void)
{
	if (beating)
		return;
	beating = 1;
	interrupt_alarm(0);
}

void interrupt_alarm(int64_t ns)
{
	struct itimerval timer = {{0, 0}, {0, 0}};

	/* One that is repeated because of a signal goes on. */
	if (pending || child)
		return;
	if (ns > 0) {
		timer.it_interval.tv_usec = again.it_interval.tv_usec;
		timer.it_value.tv_sec = (time_t)(ns / 1000000000);
		timer.it_value.tv_usec = (suseconds_t)(ns % 1000000000 / 1000);
		if (timer.it_value.tv_sec == 0 && timer.it_value.tv_usec == 0)
			timer.it_value.tv_usec = 1;
	} else if (beating) {
		timer.it_interval.tv_sec = timer.it_value.tv_sec = 1;
	}
	setitimer(ITIMER_REAL, &timer, NULL);
	/* A signal in between had set it otherwise. */
	if (pending || child)
		setitimer(ITIMER_REAL, &again, NULL);
}

void interrupt_defer(void)
{
	if (pending == 0)
		return;
	deferred = pending;
	pending = 0;
	interrupt_alarm(0);
}

int interrupt_requested(void)
{
	return pending ? pending : deferred;
}

int interrupt_pending(void)
{
	return pending;
}

void interrupt_before_command(void)
{
	if (alarm_before.sa_handler == SIG_IGN)
		sigaction(SIGALRM, &alarm_before, NULL);
}

void interrupt_after_command(void)
{
	struct sigaction action = {.sa_handler = wake};

	sigemptyset(&action.sa_mask);
	sigaction(SIGALRM, &action, NULL);
}

void interrupt_die_if_pending(void)
{
	int number = interrupt_requested();
	sigset_t set;

	if (number == 0)
		return;
	signal(number, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, number);
	raise(number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}
