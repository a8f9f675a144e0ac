/* SPDX-License-Identifier: ISC */
#include "report.h"

#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/number.h"
#include "cli/cli.h"

/* A signal handler would not do: a signal that comes just before poll(2) would not end it. */
int report_open(void)
{
	struct sigaction old;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	if (sigaction(SIGUSR1, NULL, &old) == 0 && old.sa_handler == SIG_IGN)
		return -1;
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void print_bytes(const char *name, uint64_t bytes)
{
	cli_warn(name, "%llu byte%s", (unsigned long long)bytes, number_plural(bytes));
}

static void report_output(const struct job *job, const struct output *output)
{
	struct counts counts = writer_count(&output->writer);
	char more[40] = "";

	if (!job->stream.framed) {
		print_bytes(output->name, counts.bytes);
		return;
	}
	if (counts.waiting > 0)
		snprintf(more, sizeof(more), ", %llu waiting", (unsigned long long)counts.waiting);
	cli_warn(output->name, "%llu byte%s, %llu record%s, %llu dropped%s", (unsigned long long)counts.bytes,
	         number_plural(counts.bytes), (unsigned long long)counts.records, number_plural(counts.records),
	         (unsigned long long)counts.dropped, more);
}

void report_print(const struct job *job)
{
	const struct framing *in = &job->stream.in;
	size_t i;

	if (job->stream.framed)
		cli_warn("standard input", "%llu byte%s, %llu record%s", (unsigned long long)in->bytes, number_plural(in->bytes),
		         (unsigned long long)in->records, number_plural(in->records));
	else
		print_bytes("standard input", in->bytes);
	for (i = 0; i < job->count; i++)
		report_output(job, &job->outputs[i]);
}

void report_answer(const struct job *job)
{
	struct signalfd_siginfo info;

	while (read(job->report, &info, sizeof(info)) == (ssize_t)sizeof(info))
		report_print(job);
}
