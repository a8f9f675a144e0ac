/* SPDX-License-Identifier: ISC */
/* Waiting for something to happen to a file or directory, inotify(7), or to a process. */
#ifndef MONITOR_H
#define MONITOR_H

#include <stdint.h>

#include "base/deadline.h"

struct monitor {
	int inotify; /* or -1 where the kernel gives no more of them: then it is looked at every so often */
	int process; /* a pidfd, or -1 */
	int pid;     /* of the process, where the kernel gives no pidfd; else 0 */
	int output;  /* a pipe or socket whose readers may go away, or -1; the caller's to set and to close */
	int64_t pause; /* nanoseconds, where one must look */
};

/*
 * From now on notices what `mask` (inotify(7)) says of `path`, which may be NULL, and the end of
 * process `pid`, if that is not 0.  Never fails: what cannot be watched is looked at instead.
 * A change between this call and monitor_wait() counts: look at the object after this call.
 */
void monitor_open(struct monitor *monitor, const char *path, uint32_t mask, int pid);

/*
 * Waits until there may be something new.  1: look again; 0: the deadline has passed; -1 with errno
 * EINTR where interrupt_pending(), EPIPE where nobody reads `output` any more.
 */
int monitor_wait(struct monitor *monitor, const struct deadline *deadline);

/* Whether the process that was given has ended. */
int monitor_process_ended(const struct monitor *monitor);

/* What poll(2) says POLLIN of when there is something new, or -1; monitor_drain() takes it away. */
int monitor_descriptor(const struct monitor *monitor);
void monitor_drain(const struct monitor *monitor);

void monitor_close(struct monitor *monitor);

#endif
