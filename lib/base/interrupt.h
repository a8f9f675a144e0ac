/* SPDX-License-Identifier: ISC */
/*
 * Interrupts: SIGHUP, SIGINT and SIGTERM become requests to end in order.  The tool undoes what is half done, releases its
 * locks, and then dies of that very signal.  Alarms and the ends of children interrupt blocking calls in the same way.
 *
 * Signal handlers belong to the whole process, so this is the one part of lib/base with state of its own.
 */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include <signal.h>
#include <stdint.h>
#include <stdnoreturn.h>

/*
 * To be called first.  The kernel spares the first process of a PID namespace every signal that it does not catch,
 * pid_namespaces(7), so that the entry point of a container could not be ended and could not die of a signal.  As such a
 * process the tool catches the signals that end a process, and exits with 128 + N where it would have died elsewhere.
 */
void interrupt_begin(void);

/* Whether a signal has its default effect. */
int interrupt_is_default(int number);

/*
 * Notes SIGHUP, SIGINT and SIGTERM from now on, where they would end the process; signals that are ignored, nohup(1), stay
 * so.  A blocking call then fails with EINTR, also one that begins just after the signal: once a signal was noted, an
 * alarm repeats every few milliseconds, because semop(2), msgrcv(2) and sem_wait(3) take no signal mask.
 */
void interrupt_catch(void);

/*
 * Notes also every other signal that would end the process, for a time in which that would leave something taken.
 * SIGALRM, which is used here, SIGPIPE and the signals that report a fault of the process itself stay as they are.
 */
void interrupt_catch_all(void);

/* Returns the signal that was noted, or 0. */
int interrupt_pending(void);

/*
 * Continues for the time being, to bring things in order: blocking calls work again and interrupt_pending() returns 0
 * until another signal comes.  interrupt_requested() still returns the first signal.
 */
void interrupt_defer(void);
int interrupt_requested(void);

/*
 * Begins work that must be done as a whole: goes on as interrupt_defer() does, and blocks these signals, so that further
 * ones wait until interrupt_release().
 */
void interrupt_hold(void);
void interrupt_release(void);

/*
 * Makes the end of a child interrupt blocking calls, too.  interrupt_child() returns true after one has ended, until
 * interrupt_clear_child() is called.
 */
void interrupt_catch_children(void);
int interrupt_child(void);
void interrupt_clear_child(void);

/*
 * Interrupts blocking calls `ns` nanoseconds from now, and every few milliseconds after that; 0 ends it.  This is for calls
 * without a timeout.  The alarm repeats because one that comes just before the call would be lost, so the caller checks
 * by a clock whether it is time.
 */
void interrupt_alarm(int64_t ns);

/* Interrupts blocking calls once a second from now on, for conditions that must be checked now and then. */
void interrupt_beat(void);

/*
 * Sets a function that each handler of this file calls after it noted its signal, and that may do only what
 * signal-safety(7) allows: it can end a call of a library that ignores signals.
 */
void interrupt_on_signal(void (*handler)(void));

/*
 * Sets a function that the loops around blocking calls (base/io.h) call each time an alarm interrupts them, through
 * interrupt_serve(): with interrupt_beat() a connection is served while the tool waits for something else.
 */
void interrupt_on_pause(void (*serve)(void));
void interrupt_serve(void);

/*
 * Unblocks a signal on which the tool relies, should the process have been started with it blocked.  The functions above
 * do that for the signals that they catch; commands get the signal blocked, as the tool did.
 */
void interrupt_unblock(int number);

/*
 * Prepares a child that is about to become a command.  Sets `mask`, and blocks in it what interrupt_unblock() unblocked;
 * ignores SIGALRM and SIGCHLD where the tool was started so (execve(2) resets the signals that are caught).  No handler of
 * the tool can run after that.  May be called after vfork(2).
 */
void interrupt_leave_to_command(const sigset_t *mask);

/*
 * Prepares the process itself to become a command in the same way, with the mask that it has.  Dies of a signal that was
 * noted by now, so that none is lost.
 */
void interrupt_become(void);

/*
 * Adds the signals that interrupt_unblock() unblocked to `mask`, which is then the one that the tool was started with as
 * far as this file changed it.
 */
void interrupt_restore_mask(sigset_t *mask);

/* Dies of the signal that was noted, as if it had never been caught.  Does nothing if no signal was noted. */
void interrupt_die_if_pending(void);

/* Dies of signal `number` in the same way. */
noreturn void interrupt_die_of(int number);

#endif
