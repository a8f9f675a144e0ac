/* SPDX-License-Identifier: ISC */
/* The list of mechanisms, and the table; report_data.c has the forms for other programs. */
#include "report.h"

#include <stdio.h>
#include <string.h>


#define UNIT_ROOM 24

void report_list(FILE *out)
{
	const struct mechanism *const *each;

	fprintf(out, "%-10s  %-7s  %-8s  %-8s  %-9s  %-8s  %s\n", "MECHANISM", "RECORDS", "ORDER", "PERSISTS", "USERS", "MACHINES", "IS");
	for (each = mechanism_all; *each != NULL; each++)
		fprintf(out, "%-10s  %-7s  %-8s  %-8s  %-9s  %-8s  %s\n", (*each)->name, (*each)->records, (*each)->order,
		       (*each)->persistence, (*each)->users, (*each)->machines, (*each)->summary);
	}

/* Writes a size as the command line takes it: 64, 4k, 1M; returns `out`. */
static const char *put_size(char *out, size_t size)
{
	if (size % (1 << 20) == 0)
		snprintf(out, UNIT_ROOM, "%zuM", size >> 20);
	else if (size % (1 << 10) == 0)
		snprintf(out, UNIT_ROOM, "%zuk", size >> 10);
	else
		snprintf(out, UNIT_ROOM, "%zu", size);
	return out;
}

/* Writes a number with three digits and the largest of `units` that leaves at least 1: each is 1000 times the one before. */
static const char *put_scaled(char *out, double value, const char *const *units, size_t count)
{
	size_t i = 0;

	while (i + 1 < count && value >= 999.5) {
		value /= 1000;
		i++;
	}
	snprintf(out, UNIT_ROOM, "%.*f%s", value >= 99.95 || (i == 0 && value >= 9.995) ? 0 : value >= 9.995 ? 1 : 2, value, units[i]);
	return out;
}

static const char *put_rate(char *out, double rate)
{
	static const char *const units[] = {"", "k", "M", "G"};

	return put_scaled(out, rate, units, 4);
}

static const char *put_bytes(char *out, double rate)
{
	static const char *const units[] = {" B", " kB", " MB", " GB", " TB"};

	return put_scaled(out, rate, units, 5);
}

static const char *put_time(char *out, double ns)
{
	static const char *const units[] = {" ns", " us", " ms", " s"};

	return put_scaled(out, ns, units, 4);
}

/* Prints the beginning of a row; returns whether figures follow. */
static int print_start(FILE *out, const struct rounds_row *row)
{
	char size[UNIT_ROOM];

	fprintf(out, "%-10s  %5s  ", row->task.mechanism->name, put_size(size, row->task.size));
	if (row->outcome == MEASURE_DONE)
		return 1;
	/* The line stays within 80 columns. */
	fprintf(out, "- %.57s\n", row->why);
	return 0;
}

static void print_throughput(FILE *out, const struct rounds_row *row)
{
	char rate[UNIT_ROOM], bytes[UNIT_ROOM], costs[2][UNIT_ROOM], book[UNIT_ROOM] = "-";
	unsigned textbook = row->task.mechanism->textbook;

	if (!print_start(out, row))
		return;
	if (textbook > 0)
		put_bytes(book, textbook * 1e6);
	put_time(costs[1], row->cost[1]);
	fprintf(out, "%10s  %8s  %5.0f%%  %8s  %8s  %8s\n", put_rate(rate, row->rate),
	       put_bytes(bytes, row->rate * (double)row->task.size), row->spread * 100, put_time(costs[0], row->cost[0]),
	       row->task.mechanism->alone ? "-" : costs[1], book);
}

static void print_latency(FILE *out, const struct rounds_row *row)
{
	char median[UNIT_ROOM], p99[UNIT_ROOM], worst[UNIT_ROOM], costs[2][UNIT_ROOM];

	if (print_start(out, row))
		fprintf(out, "%8s  %8s  %8s  %5.0f%%  %8s  %8s\n", put_time(median, row->median), put_time(p99, row->p99),
		       put_time(worst, row->worst), row->spread * 100, put_time(costs[0], row->cost[0]), put_time(costs[1], row->cost[1]));
}

static void print_way(FILE *out, const char *which, const struct machine_way *way)
{
	char time[UNIT_ROOM];

	fprintf(out, "%s processors, %d and %d: %s for one byte\n", which, way->processors[0], way->processors[1],
	       put_time(time, way->time));
}

/* Prints what the figures depend on. */
static void print_machine(FILE *out, const struct machine *machine)
{
	fprintf(out, "\n%d processor%s", machine->processors, machine->processors == 1 ? ": both processes share it" : "s");
	if (machine->load >= 0)
		fprintf(out, ", load %.2f before", machine->load);
	if (machine->busy >= 0)
		fprintf(out, ", %.0f%% busy and %.1f%% stolen meanwhile", machine->busy * 100, machine->steal * 100);
	fputc('\n', out);
	if (machine->near.processors[0] != -1)
		print_way(out, "near", &machine->near);
	if (machine->far.processors[1] != machine->near.processors[1])
		print_way(out, "far", &machine->far);
	if (machine_was_busy(machine))
		fprintf(out, "The machine was busy with other work: repeat this when it is quiet.\n");
}

void report_table(FILE *out, const struct rounds_row *rows, size_t count, const struct machine *machine)
{
	size_t i;

	if (rows[0].task.latency)
		fprintf(out, "%-10s  %5s  %8s  %8s  %8s  %6s  %8s  %8s\n", "MECHANISM", "SIZE", "MEDIAN", "P99", "WORST", "SPREAD",
		       "CPU ASK", "CPU ANSW");
	else
		fprintf(out, "%-10s  %5s  %10s  %8s  %6s  %8s  %8s  %8s\n", "MECHANISM", "SIZE", "MESSAGES/S", "BYTES/S", "SPREAD",
		       "CPU SEND", "CPU RECV", "TEXTBOOK");
	for (i = 0; i < count; i++) {
		if (rows[i].task.latency)
			print_latency(out, &rows[i]);
		else
			print_throughput(out, &rows[i]);
	}
	print_machine(out, machine);
	}
