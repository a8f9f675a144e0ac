/* SPDX-License-Identifier: ISC */
/* Monitors: waiting for a change of a file or directory, inotify(7), or for the end of a process. */
#ifndef MONITOR_H
#define MONITOR_H

#include <stdint.h>

#include "base/deadline.h"

struct monitor {
	int inotify; /* or -1 if the kernel gives no more of them: the caller is then woken now and then */
	int process; /* a pidfd, or -1 */
	int pid;     /* of the process, if the kernel gives no pidfd; else 0 */
	int output;  /* a pipe or socket whose readers may leave, or -1; the caller sets and closes it */
	int64_t pause; /* nanoseconds until the caller is woken without an event */
};

/*
 * Begins to watch `path`, which may be NULL, for the events of `mask`, inotify(7), and process `pid`, unless that is 0, for
 * its end.  Never fails: if something cannot be watched, monitor_wait() returns now and then.  Events between this call and
 * monitor_wait() count, so examine the object after this call.
 */
void monitor_open(struct monitor *monitor, const char *path, uint32_t mask, int pid);

/*
 * Waits for an event.  Returns 1 if the caller should examine the object again, 0 if the deadline has passed, or -1 with
 * errno: EINTR if interrupt_pending(), EPIPE if `output` has no reader any more.
 */
int monitor_wait(struct monitor *monitor, const struct deadline *deadline);

/* Returns whether the process has ended. */
int monitor_process_ended(const struct monitor *monitor);

/* Returns the descriptor that poll(2) reports as readable after an event, or -1; monitor_drain() discards the events. */
int monitor_descriptor(const struct monitor *monitor);
void monitor_drain(const struct monitor *monitor);

void monitor_close(struct monitor *monitor);

#endif
