/* SPDX-License-Identifier: ISC */
#include "amqp/host.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>

const struct queue_host *host;

/* The socket of the call that is guarded, or -1, and what its handler did. */
static volatile sig_atomic_t guarded = -1, fired;
static struct deadline until;

/* Runs in handlers of signals. */
static void look(void)
{
	int saved = errno, err = host->pending() ? EINTR : deadline_left(&until) == 0 ? ETIMEDOUT : 0;

	if (guarded != -1 && err != 0) {
		if (fired == 0)
			fired = err;
		shutdown(guarded, SHUT_RDWR);
	}
	errno = saved;
}

void host_begin(const struct queue_host *functions)
{
	host = functions;
	until = deadline_after(-1);
	host->on_signal(look);
}

void host_guard(int fd, const struct deadline *deadline)
{
	until = *deadline;
	fired = 0;
	guarded = fd;
	if (!deadline_never(deadline)) {
		int64_t left = deadline_left(deadline);

		host->alarm(left > 0 ? left : 1);
	}
	/* A signal that came just before this call is noted, and repeats its alarm. */
}

int host_unguard(void)
{
	int saved = errno;

	guarded = -1;
	if (!deadline_never(&until))
		host->alarm(0);
	until = deadline_after(-1);
	errno = saved;
	return fired;
}
