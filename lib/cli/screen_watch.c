/* SPDX-License-Identifier: ISC */
#include "cli/screen_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/interrupt.h"
#include "cli/cli.h"
#include "cli/screen.h"

static const int handled[] = {SIGTSTP, SIGCONT, SIGWINCH};
#define HANDLED (sizeof(handled) / sizeof(handled[0]))

/* State that the handlers share with the loop. */
static int keys = -1;               /* the controlling terminal, or -1 */
static struct termios cooked, raw;  /* its settings from before, and without echo and line buffering */
static volatile sig_atomic_t taken; /* `keys` has the settings of `raw` */
static volatile sig_atomic_t stale; /* the screen does not show the last frame any more */

/*
 * Sets the terminal up and shows the other screen.  In the background tcsetattr(3) stops the process, as termios(3) says,
 * so that a watch which was continued by bg does not write over what the shell shows.
 */
static void take_terminal(void)
{
	int result = 0;

	/* A watch that is about to end, perhaps by a signal while it was stopped, leaves the terminal alone. */
	if (interrupt_pending() == 0 && keys != -1)
		result = tcsetattr(keys, TCSADRAIN, &raw);
	if (interrupt_pending() != 0)
		return;
	taken = keys != -1 && result == 0;
	screen_reopen();
	stale = 1;
}

static void give_terminal_back(void)
{
	screen_close();
	if (taken && keys != -1)
		tcsetattr(keys, TCSADRAIN, &cooked);
	taken = 0;
}

static void stop(void)
{
	struct sigaction standard = {.sa_handler = SIG_DFL}, own;
	sigset_t set, old;

	give_terminal_back();
	sigemptyset(&standard.sa_mask);
	sigaction(SIGTSTP, &standard, &own);
	raise(SIGTSTP);
	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	/* The process stops in here, and goes on when it is continued. */
	sigprocmask(SIG_UNBLOCK, &set, &old);
	sigprocmask(SIG_SETMASK, &old, NULL);
	sigaction(SIGTSTP, &own, NULL);
}

static void handle(int number)
{
	int saved = errno;

	if (number == SIGTSTP)
		stop();
	if (number == SIGWINCH)
		stale = 1;
	else
		take_terminal();
	errno = saved;
}

/* Handles the signals of `handled`, but for those that are ignored, and keeps what they did in `before`. */
static void set_handlers(struct sigaction *before)
{
	struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART};
	size_t i;

	sigemptyset(&action.sa_mask);
	for (i = 0; i < HANDLED; i++)
		sigaddset(&action.sa_mask, handled[i]);
	for (i = 0; i < HANDLED; i++)
		if (sigaction(handled[i], NULL, &before[i]) == 0 && before[i].sa_handler != SIG_IGN)
			sigaction(handled[i], &action, NULL);
}

static void reset_handlers(const struct sigaction *before)
{
	size_t i;

	for (i = 0; i < HANDLED; i++)
		sigaction(handled[i], &before[i], NULL);
}

static void open_keys(void)
{
	keys = open("/dev/tty", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (keys == -1)
		return;
	if (tcgetattr(keys, &cooked) == -1) {
		close(keys);
		keys = -1;
		return;
	}
	raw = cooked;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
}

/* Returns whether one of the keys that were pressed is q; the other keys do nothing. */
static int has_quit(void)
{
	char pressed[64];
	ssize_t got, i;

	while ((got = read(keys, pressed, sizeof(pressed))) > 0)
		for (i = 0; i < got; i++)
			if (pressed[i] == 'q')
				return 1;
	/* A terminal that was hung up is readable for ever. */
	if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
		close(keys);
		keys = -1;
	}
	return 0;
}

/* Waits until `next` or until the screen is stale.  Returns 1 to draw, 0 to end. */
static int wait_for_turn(const struct deadline *next)
{
	sigset_t set, old;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < HANDLED; i++)
		sigaddset(&set, handled[i]);
	while (interrupt_pending() == 0) {
		struct pollfd polled = {keys, POLLIN, 0};
		int ready = 0;

		/* Blocked, a signal that comes after the look at `stale` still ends the wait. */
		sigprocmask(SIG_BLOCK, &set, &old);
		if (!stale)
			ready = deadline_poll_under(&polled, 1, deadline_left(next), &old);
		sigprocmask(SIG_SETMASK, &old, NULL);
		if (ready == 1 && has_quit())
			return 0;
		if (stale || deadline_left(next) == 0)
			return 1;
	}
	return 0;
}

int screen_watch(int64_t interval, screen_watch_draw *draw, void *context)
{
	struct sigaction before[HANDLED];
	int status = CLI_DONE, go_on = 1;

	open_keys();
	taken = keys != -1 && tcsetattr(keys, TCSADRAIN, &raw) == 0;
	if (screen_open() == -1) {
		cli_warn(NULL, "--watch needs a terminal that can move its cursor as standard output");
		status = CLI_FAILED;
		go_on = 0;
	}
	set_handlers(before);
	stale = 1;
	while (go_on) {
		struct deadline next;
		int redraw = stale;

		stale = 0;
		status = draw(context, redraw);
		next = deadline_after(interval);
		go_on = status == CLI_DONE && wait_for_turn(&next);
	}
	reset_handlers(before);
	give_terminal_back();
	if (keys != -1)
		close(keys);
	keys = -1;
	return status;
}

int64_t screen_watch_interval_or_exit(const char *word, int64_t standard)
{
	int64_t interval = word == NULL ? standard : cli_duration_or_exit("--watch", word);

	if (interval == 0)
		cli_usage_exit("--watch: 0: the interval must be longer than 0");
	return interval;
}
