/* SPDX-License-Identifier: ISC */
/* Waiting for something to happen to a file or directory, inotify(7), or to a process. */
#ifndef NOTICE_H
#define NOTICE_H

#include <stdint.h>

#include "base/deadline.h"

struct notice {
	int inotify; /* or -1 where the kernel gives no more of them: then it is looked at every so often */
	int process; /* a pidfd, or -1 */
	int pid;     /* of the process, where the kernel gives no pidfd; else 0 */
	int output;  /* a pipe or socket whose readers may go away, or -1; the caller's to set and to close */
	int64_t pause; /* nanoseconds, where one must look */
};

/*
 * From now on notices what `mask` (inotify(7)) says of `path`, which may be NULL, and the end of
 * process `pid`, if that is not 0.  Never fails: what cannot be watched is looked at instead.
 * A change between this call and notice_wait() counts: look at the object after this call.
 */
void notice_open(struct notice *notice, const char *path, uint32_t mask, int pid);

/*
 * Waits until there may be something new.  1: look again; 0: the deadline has passed; -1 with errno
 * EINTR where interrupt_pending(), EPIPE where nobody reads `output` any more.
 */
int notice_wait(struct notice *notice, const struct deadline *deadline);

/* Whether the process that was given has ended. */
int notice_process_ended(const struct notice *notice);

/* What poll(2) says POLLIN of when there is something new, or -1; notice_drain() takes it away. */
int notice_descriptor(const struct notice *notice);
void notice_drain(const struct notice *notice);

void notice_close(struct notice *notice);

#endif
