/* SPDX-License-Identifier: ISC */
#include "base/monitor.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/interrupt.h"

/* Between two returns without an event: short at first, for objects that are just being created, then longer. */
#define FIRST_PAUSE INT64_C(1000000)
#define LONGEST_PAUSE INT64_C(50000000)

void monitor_open(struct monitor *monitor, const char *path, uint32_t mask, int pid)
{
	monitor->pause = FIRST_PAUSE;
	monitor->output = -1;
	monitor->inotify = path ? inotify_init1(IN_CLOEXEC | IN_NONBLOCK) : -1;
	if (monitor->inotify != -1 && inotify_add_watch(monitor->inotify, path, mask) == -1) {
		close(monitor->inotify);
		monitor->inotify = -1;
	}
	monitor->process = pid ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
	monitor->pid = monitor->process == -1 ? pid : 0;
}

int monitor_descriptor(const struct monitor *monitor)
{
	return monitor->inotify;
}

/* Discards the events: the caller examines the object itself. */
void monitor_drain(const struct monitor *monitor)
{
	char events[sizeof(struct inotify_event) + NAME_MAX + 1];

	while (monitor->inotify != -1 && read(monitor->inotify, events, sizeof(events)) > 0)
		continue;
}

int monitor_wait(struct monitor *monitor, const struct deadline *deadline)
{
	struct pollfd p[3] = {{monitor->inotify, POLLIN, 0}, {monitor->process, POLLIN, 0}, {monitor->output, 0, 0}};
	int64_t left = deadline_left(deadline), wait = left;
	int result;

	if (left == 0)
		return 0;
	if (monitor->inotify == -1 || monitor->pid != 0) {
		if (wait > monitor->pause)
			wait = monitor->pause;
		monitor->pause = monitor->pause * 2 < LONGEST_PAUSE ? monitor->pause * 2 : LONGEST_PAUSE;
	}
	result = deadline_poll(p, 3, wait);
	if (result == -1 && errno == EINTR && interrupt_pending() != 0)
		return -1;
	if (result > 0 && p[2].revents & (POLLERR | POLLHUP)) {
		errno = EPIPE;
		return -1;
	}
	monitor_drain(monitor);
	return 1;
}

int monitor_process_ended(const struct monitor *monitor)
{
	struct pollfd p = {monitor->process, POLLIN, 0};

	if (monitor->pid != 0)
		return kill(monitor->pid, 0) == -1 && errno == ESRCH;
	return monitor->process != -1 && poll(&p, 1, 0) == 1;
}

void monitor_close(struct monitor *monitor)
{
	if (monitor->inotify != -1)
		close(monitor->inotify);
	if (monitor->process != -1)
		close(monitor->process);
}
