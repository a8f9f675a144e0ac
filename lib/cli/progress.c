/* SPDX-License-Identifier: ISC */
#include "cli/progress.h"

#include <bsd/stdlib.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"

#define SECOND INT64_C(1000000000)
#define PAUSE (SECOND / 5)

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * SECOND + ts.tv_nsec;
}

void progress_start(struct progress *progress, int wanted, uint64_t total)
{
	*progress = (struct progress){.shown = wanted > 1 || (wanted == 1 && isatty(2)), .total = total};
	if (!progress->shown)
		return;
	progress->began = now();
	progress->next = progress->began + PAUSE;
}

static void put_size(char *out, size_t room, uint64_t size)
{
	humanize_number(out, room, (int64_t)size, "B", HN_AUTOSCALE, HN_DECIMAL | HN_IEC_PREFIXES | HN_NOSPACE);
}

static void draw(struct progress *progress, int64_t at, const char *end)
{
	double seconds = (double)(at - progress->began) / SECOND;
	double rate = seconds > 0 ? (double)progress->done / seconds : 0;
	char done[16], a_second[16], left[64] = "", line[160];
	int length;

	put_size(done, sizeof(done), progress->done);
	put_size(a_second, sizeof(a_second), rate < 9e18 ? (uint64_t)rate : 0);
	if (progress->total > 0 && progress->done <= progress->total) {
		double rest = rate > 0 ? (double)(progress->total - progress->done) / rate : 0;

		snprintf(left, sizeof(left), ", %d%%, %.0f s left",
		         (int)((double)progress->done * 100 / (double)progress->total), rest);
	}
	/* Erases the rest of a line that was longer. */
	length = snprintf(line, sizeof(line), "\r%s, %s/s%s\033[K%s", done, a_second, left, end);
	io_write_all(2, line, (size_t)length);
	progress->drawn = 1;
}

void progress_add(struct progress *progress, uint64_t size)
{
	int64_t at;

	progress->done += size;
	if (!progress->shown)
		return;
	at = now();
	if (at < progress->next)
		return;
	progress->next = at + PAUSE;
	draw(progress, at, "");
}

void progress_end(struct progress *progress)
{
	if (!progress->shown)
		return;
	draw(progress, now(), "\n");
	progress->shown = 0;
}
