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

/* Between two looks: short at first, for what is just being made, then longer. */
#define FIRST_PAUSE INT64_C(1000000)
#define LONGEST_PAUSE INT64_C(50000000)

void notice_open(struct notice *notice, const char *path, uint32_t mask, int pid)
{
	notice->pause = FIRST_PAUSE;
	notice->output = -1;
	notice->inotify = path ? inotify_init1(IN_CLOEXEC | IN_NONBLOCK) : -1;
	if (notice->inotify != -1 && inotify_add_watch(notice->inotify, path, mask) == -1) {
		close(notice->inotify);
		notice->inotify = -1;
	}
	notice->process = pid ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
	notice->pid = notice->process == -1 ? pid : 0;
}

int notice_descriptor(const struct notice *notice)
{
	return notice->inotify;
}

/* What happened does not matter, only that it did: the caller looks for himself. */
void notice_drain(const struct notice *notice)
{
	char events[sizeof(struct inotify_event) + NAME_MAX + 1];

	while (notice->inotify != -1 && read(notice->inotify, events, sizeof(events)) > 0)
		continue;
}

int notice_wait(struct notice *notice, const struct deadline *deadline)
{
	struct pollfd p[3] = {{notice->inotify, POLLIN, 0}, {notice->process, POLLIN, 0}, {notice->output, 0, 0}};
	int64_t left = deadline_left(deadline), wait = left;
	int result;

	if (left == 0)
		return 0;
	if (notice->inotify == -1 || notice->pid != 0) {
		if (wait > notice->pause)
			wait = notice->pause;
		notice->pause = notice->pause * 2 < LONGEST_PAUSE ? notice->pause * 2 : LONGEST_PAUSE;
	}
	result = deadline_poll(p, 3, wait);
	if (result == -1 && errno == EINTR && interrupt_pending() != 0)
		return -1;
	if (result > 0 && p[2].revents & (POLLERR | POLLHUP)) {
		errno = EPIPE;
		return -1;
	}
	notice_drain(notice);
	return 1;
}

int notice_process_ended(const struct notice *notice)
{
	struct pollfd p = {notice->process, POLLIN, 0};

	if (notice->pid != 0)
		return kill(notice->pid, 0) == -1 && errno == ESRCH;
	return notice->process != -1 && poll(&p, 1, 0) == 1;
}

void notice_close(struct notice *notice)
{
	if (notice->inotify != -1)
		close(notice->inotify);
	if (notice->process != -1)
		close(notice->process);
}
