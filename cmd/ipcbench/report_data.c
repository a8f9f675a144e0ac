/* SPDX-License-Identifier: ISC */
/* The reports for other programs: JSON, and a script for gnuplot(1). */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "report.h"

/* Prints a number, or null where it is unknown. */
static void put_known(FILE *out, const char *member, double value)
{
	if (value < 0)
		fprintf(out, "\"%s\": null", member);
	else
		fprintf(out, "\"%s\": %.4f", member, value);
}

static void put_way(FILE *out, const char *member, const struct machine_way *way)
{
	if (way->processors[0] == -1)
		fprintf(out, ", \"%s\": null", member);
	else
		fprintf(out, ", \"%s\": {\"processors\": [%d, %d], \"ns\": %.1f}", member, way->processors[0], way->processors[1], way->time);
}

static void put_machine(FILE *out, const struct machine *machine)
{
	fprintf(out, "  \"machine\": {\"processors\": %d, ", machine->processors);
	put_known(out, "load", machine->load);
	fprintf(out, ", ");
	put_known(out, "busy", machine->busy);
	fprintf(out, ", ");
	put_known(out, "steal", machine->steal);
	put_way(out, "near", &machine->near);
	put_way(out, "far", &machine->far);
	fprintf(out, ", \"was_busy\": %s},\n", machine_was_busy(machine) ? "true" : "false");
}

static void put_reason(FILE *out, const char *why)
{
	char text[JSON_STRING_ROOM(sizeof(((struct rounds_row *)0)->why))];
	char *end = json_put_string(text, why, strlen(why));

	fprintf(out, ", \"why\": %.*s", (int)(end - text), text);
}

static void put_figures(FILE *out, const struct rounds_row *row)
{
	const struct mechanism *mechanism = row->task.mechanism;

	if (row->task.latency)
		fprintf(out, ", \"round_trips_per_second\": %.1f, \"median_ns\": %.0f, \"p99_ns\": %.0f, \"worst_ns\": %.0f", row->rate,
		       row->median, row->p99, row->worst);
	else
		fprintf(out, ", \"messages_per_second\": %.1f, \"bytes_per_second\": %.0f", row->rate, row->rate * (double)row->task.size);
	fprintf(out, ", \"spread\": %.4f, \"rounds\": %u, \"cpu_ns\": [%.1f, ", row->spread, row->count, row->cost[0]);
	if (mechanism->alone)
		fprintf(out, "null]");
	else
		fprintf(out, "%.1f]", row->cost[1]);
	if (!row->task.latency && mechanism->textbook > 0)
		fprintf(out, ", \"textbook_bytes_per_second\": %u000000", mechanism->textbook);
}

void report_json(FILE *out, const struct rounds_row *rows, size_t count, const struct machine *machine)
{
	size_t i;

	fprintf(out, "{\n");
	put_machine(out, machine);
	fprintf(out, "  \"results\": [");
	for (i = 0; i < count; i++) {
		fprintf(out, "%s\n    {\"mechanism\": \"%s\", \"size\": %zu", i > 0 ? "," : "", rows[i].task.mechanism->name, rows[i].task.size);
		if (rows[i].outcome == MEASURE_DONE)
			put_figures(out, &rows[i]);
		else
			put_reason(out, rows[i].why);
		fputc('}', out);
	}
	fprintf(out, "\n  ]\n}\n");
	}

/* Prints the points of the mechanism whose rows begin here; returns their number, and moves `at` to the next mechanism. */
static size_t put_points(FILE *out, const struct rounds_row *rows, size_t count, size_t *at)
{
	const struct mechanism *mechanism = rows[*at].task.mechanism;
	size_t points = 0;

	for (; *at < count && rows[*at].task.mechanism == mechanism; (*at)++) {
		const struct rounds_row *row = &rows[*at];

		if (row->outcome != MEASURE_DONE)
			continue;
		if (points++ == 0)
			fprintf(out, "$data%zu << END\n", (size_t)(row - rows));
		fprintf(out, "%zu %.6g\n", row->task.size, row->task.latency ? row->median / 1e3 : row->rate * (double)row->task.size / 1e6);
	}
	if (points > 0)
		fprintf(out, "END\n");
	return points;
}

/* Prints the lines of the picture, each with the name of the block that put_points() printed. */
static void put_lines(FILE *out, const struct rounds_row *rows, size_t count)
{
	const struct mechanism *last = NULL;
	size_t i;

	for (i = 0; i < count; i++) {
		if (rows[i].outcome != MEASURE_DONE || rows[i].task.mechanism == last)
			continue;
		fprintf(out, "%s\\\n    $data%zu using 1:2 with linespoints title '%s'", last == NULL ? "plot " : ", ", i,
		       rows[i].task.mechanism->name);
		last = rows[i].task.mechanism;
	}
	fputc('\n', out);
}

void report_gnuplot(FILE *out, const struct rounds_row *rows, size_t count)
{
	size_t i = 0, points = 0;

	fprintf(out, "# ipcbench --gnuplot | gnuplot >picture.svg\n"
	       "# ipcbench --gnuplot | gnuplot -e 'picture = \"png\"' - >picture.png\n");
	while (i < count)
		points += put_points(out, rows, count, &i);
	/* The caller reports that there is nothing to draw. */
	if (points == 0)
		return;
	fprintf(out, "if (!exists(\"picture\")) picture = \"svg background rgb 'white'\"\n"
	       "set terminal @picture size 960,600\n"
	       "set logscale x 2\n"
	       "set logscale y 10\n"
	       "set xlabel 'bytes in a message'\n"
	       "set ylabel '%s'\n"
	       "set key outside right\n"
	       "set grid\n",
	       rows[0].task.latency ? "median round trip, microseconds" : "throughput, MB/s");
	put_lines(out, rows, count);
	}
