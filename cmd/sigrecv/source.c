/* SPDX-License-Identifier: ISC */
#include "source.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int source_open(struct source *source, const sigset_t *received, const sigset_t *own)
{
	source->received = *received;
	source->own = *own;
	source->at = source->filled = 0;
	source->fd = signalfd(-1, received, SFD_CLOEXEC | SFD_NONBLOCK);
	source->own_fd = source->fd != -1 ? signalfd(-1, own, SFD_CLOEXEC | SFD_NONBLOCK) : -1;
	if (source->own_fd != -1)
		return 0;
	source_close(source);
	/* Filters of containers answer with these; every other error stands. */
	return errno == ENOSYS || errno == EPERM || errno == EACCES ? 0 : -1;
}

void source_close(struct source *source)
{
	int saved = errno;

	if (source->fd != -1)
		close(source->fd);
	if (source->own_fd != -1)
		close(source->own_fd);
	source->fd = source->own_fd = -1;
	errno = saved;
}

int source_has_more(const struct source *source)
{
	return source->at < source->filled;
}

static int pass_on(const struct signalfd_siginfo *info, struct arrival *arrival)
{
	arrival->number = (int)info->ssi_signo;
	arrival->code = info->ssi_code;
	arrival->pid = (pid_t)info->ssi_pid;
	arrival->uid = info->ssi_uid;
	arrival->value = info->ssi_int;
	return arrival->number;
}

/* Reads up to `most` signals into the batch: their number, 0 if none is pending, or -1 with errno. */
static int read_batch(struct source *source, int fd, uint64_t most)
{
	ssize_t size = read(fd, source->batch, (size_t)(most < SOURCE_BATCH ? most : SOURCE_BATCH) * sizeof(source->batch[0]));

	source->at = 0;
	source->filled = size > 0 ? (int)((size_t)size / sizeof(source->batch[0])) : 0;
	return size == -1 && errno != EAGAIN ? -1 : source->filled;
}

static int next_by_signalfd(struct source *source, uint64_t most, const struct deadline *deadline, struct arrival *arrival)
{
	struct pollfd polled[] = {{.fd = source->own_fd, .events = POLLIN}, {.fd = source->fd, .events = POLLIN}};
	int got = 0;

	do {
		int64_t left = deadline_left(deadline);
		int ready = deadline_poll(polled, most > 0 ? 2 : 1, left);

		if (ready == -1)
			return -1;
		if (ready == 0 && left == 0) {
			errno = ETIMEDOUT;
			return -1;
		}
		/* The tool's own signals first: one that ends it does not wait for a flood of others to stop. */
		if (polled[0].revents != 0)
			got = read_batch(source, source->own_fd, 1);
		else if (ready > 0)
			got = read_batch(source, source->fd, most);
	} while (got == 0);
	return got == -1 ? -1 : pass_on(&source->batch[source->at++], arrival);
}

static int next_by_wait(const sigset_t *set, const struct deadline *deadline, struct arrival *arrival)
{
	struct timespec left;
	siginfo_t info;
	int number = sigtimedwait(set, &info, deadline_left_timespec(deadline, &left));

	if (number == -1) {
		if (errno == EAGAIN)
			errno = ETIMEDOUT;
		return -1;
	}
	*arrival = (struct arrival){number, info.si_code, info.si_pid, info.si_uid, info.si_value.sival_int};
	return number;
}

int source_next(struct source *source, uint64_t most, const struct deadline *deadline, struct arrival *arrival)
{
	sigset_t set = source->own;

	if (most > 0 && source_has_more(source))
		return pass_on(&source->batch[source->at++], arrival);
	if (source->fd != -1)
		return next_by_signalfd(source, most, deadline, arrival);
	if (most > 0)
		sigorset(&set, &source->own, &source->received);
	return next_by_wait(&set, deadline, arrival);
}

int source_take_pending(struct source *source, struct arrival *arrival)
{
	static const struct deadline at_once = {0};
	int got;

	if (!source_has_more(source) && source->fd == -1) {
		got = next_by_wait(&source->received, &at_once, arrival);
		return got == -1 && (errno == ETIMEDOUT || errno == EINTR) ? 0 : got;
	}
	if (!source_has_more(source)) {
		got = read_batch(source, source->fd, 1);
		if (got <= 0)
			return got;
	}
	return pass_on(&source->batch[source->at++], arrival);
}
