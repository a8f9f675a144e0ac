/* SPDX-License-Identifier: ISC */
/*
 * Supervising commands: a tool that stays behind the commands it started passes signals on to them, stops and
 * continues with them, and takes their statuses.
 */
#ifndef SUPERVISE_H
#define SUPERVISE_H

#include <signal.h>
#include <sys/types.h>

/*
 * Blocks all signals, which from now on wait for supervise_wait() or supervise_next().  Stores the mask as it was in
 * `before`: commands are started with it.  Sets SIGCHLD to its default; commands find it ignored again if it was.
 */
void supervise_begin(sigset_t *before);

/*
 * Waits until the child has ended.  Returns its status as waitpid(2) gives it, or -1 with errno.  Passes on to the
 * child each signal that is for commands, see supervise_next().  When the child stops, stops the tool as well, as
 * supervise_stop() does; SIGCONT continues both.
 */
int supervise_wait(pid_t child);

/* A signal that was sent to the tool. */
struct supervise_signal {
	int number;
	/*
	 * True if commands should get the signal as well.  False for SIGCHLD, for what a terminal's keys or its end send
	 * to the commands themselves (the kernel signals the whole foreground process group), and for a signal that the
	 * tool caused, such as SIGPIPE.
	 */
	int for_commands;
};

/*
 * Takes the next signal sent since supervise_begin() was called.  If none is pending, waits for one if `wait` is true,
 * or else returns 0.  Returns 1 after storing a signal.
 */
int supervise_next(struct supervise_signal *signal, int wait);

/*
 * Looks, without waiting, whether the child has ended: 1 with its status as waitpid(2) gives it, 0 if it runs or is
 * stopped, -1 with errno.
 */
int supervise_has_ended(pid_t child, int *status);

/*
 * Stops the tool as SIGTSTP does, although that is blocked; returns after SIGCONT.  Does nothing in a process group
 * that no shell could continue, setpgid(2).
 */
void supervise_stop(void);

#endif
