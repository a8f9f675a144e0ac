/* SPDX-License-Identifier: ISC */
#include "base/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/time.h>
#include <unistd.h>

static const int caught[] = {SIGHUP, SIGINT, SIGTERM};
static volatile sig_atomic_t pending, child;
static volatile sig_atomic_t armed; /* the timer is ours */
static int deferred, beating;
static struct sigaction alarm_before, child_before; /* SIGALRM and SIGCHLD, as the tool found them */
static sigset_t noted;     /* the signals with a handler of this file; empty as the tool begins */
static sigset_t unblocked; /* the signals that the tool found blocked and unblocked; empty as it begins */
static sigset_t mask_before; /* the signals that were blocked before interrupt_hold() */

static void (*on_signal)(void), (*on_pause)(void);

static const struct itimerval again = {{0, 5000}, {0, 5000}};

static void note(int number)
{
	int saved = errno;

	armed = 1;

	if (number == SIGCHLD)
		child = 1;
	else
		pending = number;
	setitimer(ITIMER_REAL, &again, NULL);
	if (on_signal != NULL)
		on_signal();
	errno = saved;
}

void interrupt_unblock(int number)
{
	sigset_t set, before;

	sigemptyset(&set);
	sigaddset(&set, number);
	sigprocmask(SIG_UNBLOCK, &set, &before);
	if (sigismember(&before, number))
		sigaddset(&unblocked, number);
}

/* The tool's own alarm only has to arrive; one that was set before the tool began, alarm(2), is a signal like the others. */
static void wake(int number)
{
	int saved = errno;

	if (!armed && alarm_before.sa_handler != SIG_IGN)
		note(number);
	else if (on_signal != NULL)
		on_signal();
	errno = saved;
}

void interrupt_on_signal(void (*handler)(void))
{
	on_signal = handler;
}

void interrupt_on_pause(void (*serve)(void))
{
	on_pause = serve;
}

void interrupt_serve(void)
{
	if (on_pause != NULL)
		on_pause();
}

static void catch(int number, const struct sigaction *action, struct sigaction *before)
{
	sigaction(number, action, before);
	sigaddset(&noted, number);
}

void interrupt_catch(void)
{
	struct sigaction action = {.sa_handler = wake}, old;
	size_t i;

	sigemptyset(&action.sa_mask);
	catch(SIGALRM, &action, &alarm_before);
	sigaddset(&action.sa_mask, SIGCHLD);
	action.sa_handler = note;
	for (i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		if (sigaction(caught[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			catch(caught[i], &action, NULL);
	interrupt_unblock(SIGALRM);
}

/* Whether a signal reports a fault, has another use here, or ends no process by default, signal(7). */
static int is_left_alone(int number)
{
	static const int left[] = {SIGKILL, SIGSTOP, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT,
	                           SIGPIPE, SIGALRM, SIGCHLD, SIGCONT, SIGURG, SIGWINCH, SIGTSTP, SIGTTIN, SIGTTOU};
	size_t i;

	for (i = 0; i < sizeof(left) / sizeof(left[0]); i++)
		if (left[i] == number)
			return 1;
	return 0;
}

static void leave(int number)
{
	_exit(128 + number);
}

int interrupt_is_default(int number)
{
	struct sigaction now;

	return sigaction(number, NULL, &now) == 0 && (now.sa_handler == SIG_DFL || now.sa_handler == leave);
}

void interrupt_begin(void)
{
	struct sigaction action = {.sa_handler = leave};
	int number;

	if (getpid() != 1)
		return;
	sigemptyset(&action.sa_mask);
	for (number = 1; number <= SIGRTMAX; number++)
		if ((!is_left_alone(number) || number == SIGPIPE || number == SIGALRM) && interrupt_is_default(number))
			sigaction(number, &action, NULL);
}

void interrupt_catch_all(void)
{
	struct sigaction action = {.sa_handler = note};
	int number;

	interrupt_catch();
	sigemptyset(&action.sa_mask);
	for (number = 1; number <= SIGRTMAX; number++)
		if (!is_left_alone(number) && interrupt_is_default(number))
			catch(number, &action, NULL);
}

void interrupt_catch_children(void)
{
	struct sigaction action = {.sa_handler = note, .sa_flags = SA_NOCLDSTOP};

	sigemptyset(&action.sa_mask);
	catch(SIGCHLD, &action, &child_before);
	interrupt_unblock(SIGCHLD);
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
	/* A child that ends from here on sets both again. */
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

	/* An alarm that repeats because of a signal goes on. */
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
	if (ns > 0 || beating)
		armed = 1;
	/* A timer that another program set stays, until this one needs it. */
	if (armed)
		setitimer(ITIMER_REAL, &timer, NULL);
	/* A signal may have come in between and set the timer otherwise. */
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

void interrupt_hold(void)
{
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		sigaddset(&set, caught[i]);
	sigprocmask(SIG_BLOCK, &set, &mask_before);
	interrupt_defer();
}

void interrupt_release(void)
{
	sigprocmask(SIG_SETMASK, &mask_before, NULL);
}

int interrupt_requested(void)
{
	return pending ? pending : deferred;
}

int interrupt_pending(void)
{
	return pending;
}

static void put_back(int number, const struct sigaction *before)
{
	struct sigaction action = {.sa_handler = SIG_DFL}, now;

	if (before != NULL && before->sa_handler == SIG_IGN)
		action.sa_handler = SIG_IGN;
	else if (sigaction(number, NULL, &now) == -1 || now.sa_handler == SIG_IGN || now.sa_handler == SIG_DFL)
		return;
	sigaction(number, &action, NULL);
}

void interrupt_restore_mask(sigset_t *mask)
{
	int number;

	for (number = 1; number <= SIGRTMAX; number++)
		if (sigismember(&unblocked, number))
			sigaddset(mask, number);
}

void interrupt_leave_to_command(const sigset_t *mask)
{
	sigset_t all = *mask;
	int number;

	for (number = 1; number <= SIGRTMAX; number++)
		put_back(number, number == SIGALRM ? &alarm_before : number == SIGCHLD ? &child_before : NULL);
	interrupt_restore_mask(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
}

void interrupt_become(void)
{
	sigset_t mask;
	int number;

	/* execve(2) does this for all that are caught, but a signal that came just before it would be lost. */
	for (number = 1; number <= SIGRTMAX; number++)
		if (sigismember(&noted, number))
			put_back(number, number == SIGALRM ? &alarm_before : number == SIGCHLD ? &child_before : NULL);
	interrupt_die_if_pending();
	sigprocmask(SIG_BLOCK, NULL, &mask);
	interrupt_restore_mask(&mask);
	sigprocmask(SIG_SETMASK, &mask, NULL);
}

void interrupt_die_of(int number)
{
	sigset_t set;

	signal(number, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, number);
	raise(number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	_exit(128 + number);
}

void interrupt_die_if_pending(void)
{
	int number = interrupt_requested();

	if (number != 0)
		interrupt_die_of(number);
}
