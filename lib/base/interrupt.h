/* SPDX-License-Identifier: ISC */
/*
 * SIGHUP, SIGINT and SIGTERM as a request to end in order: undo what was half made, give locks
 * back, then die of that very signal.
 *
 * A handler belongs to the whole process, so this is the one part of the lib that keeps state
 * outside of what it is handed.
 */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include <signal.h>
#include <stdint.h>

/*
 * From now on these signals are noted instead of ending the process, but for those that are ignored
 * (nohup(1)).  Blocking calls then fail with EINTR, also those that begin just after the signal:
 * once one was noted, an alarm repeats every few milliseconds, because semop(2), msgrcv(2) and
 * sem_wait(3) have no form that takes a signal mask.
 */
void interrupt_catch(void);

/*
 * The same for every other signal that would end the process, for as long as that would leave something
 * taken: but for SIGALRM, which is used here, and for those that tell of a fault of the process itself.
 */
void interrupt_catch_all(void);

/* The signal that was noted, or 0. */
int interrupt_pending(void);

/*
 * Goes on for the time being, to bring in order what must be: blocking calls work again and
 * interrupt_pending() is 0, until another signal comes.  interrupt_requested() still tells of the first.
 */
void interrupt_defer(void);
int interrupt_requested(void);

/* From now on the end of a child interrupts, too; interrupt_child() tells of it until the next interrupt_clear_child(). */
void interrupt_catch_children(void);
int interrupt_child(void);
void interrupt_clear_child(void);

/*
 * Interrupts blocking calls `ns` nanoseconds from now and then every few milliseconds; 0 ends that.
 * For calls without a timeout: a single alarm that came just before the call would be lost, so the
 * caller tells by his own clock whether it is time.
 */
void interrupt_alarm(int64_t ns);

/* From now on blocking calls are interrupted once a second, for what must be looked at now and then. */
void interrupt_beat(void);

/*
 * In a child that is about to become a command: `mask`, and what execve(2) would not put back of what
 * this changed, SIGALRM and SIGCHLD where they were ignored.  (What is caught execve(2) resets.)  It
 * leaves no handler of ours that could run.  May be called after vfork(2).
 */
void interrupt_leave_to_command(const sigset_t *mask);

/* Dies of the signal that was noted, as if it had never been caught.  Does nothing without one. */
void interrupt_die_if_pending(void);

#endif
