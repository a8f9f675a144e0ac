/* SPDX-License-Identifier: ISC */
#include "show.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/signame.h"

/* Codes that say how a signal came about, sigaction(2), and which data comes with each. */
static const struct origin {
	int code;
	const char *name;
	int has_sender, has_value;
} origins[] = {
	{SI_USER, "SI_USER", 1, 0},       {SI_TKILL, "SI_TKILL", 1, 0}, {SI_QUEUE, "SI_QUEUE", 1, 1}, {SI_MESGQ, "SI_MESGQ", 1, 1},
	{SI_ASYNCIO, "SI_ASYNCIO", 1, 1}, {SI_TIMER, "SI_TIMER", 0, 1}, {SI_SIGIO, "SI_SIGIO", 0, 0}, {SI_KERNEL, "SI_KERNEL", 0, 0},
};

/* Codes of SIGCHLD; the sender is the child. */
static const struct origin child_origins[] = {
	{CLD_EXITED, "CLD_EXITED", 1, 0},   {CLD_KILLED, "CLD_KILLED", 1, 0},   {CLD_DUMPED, "CLD_DUMPED", 1, 0},
	{CLD_TRAPPED, "CLD_TRAPPED", 1, 0}, {CLD_STOPPED, "CLD_STOPPED", 1, 0}, {CLD_CONTINUED, "CLD_CONTINUED", 1, 0},
};

/* Returns the origin of a signal; `name` is NULL for a code without one. */
static struct origin find_origin(const struct arrival *arrival)
{
	/* A program may queue a signal with any negative code, and sends pid, uid and a value with it. */
	struct origin other = {arrival->code, NULL, arrival->code < 0, arrival->code < 0};
	size_t i;

	for (i = 0; i < sizeof(origins) / sizeof(origins[0]); i++)
		if (origins[i].code == arrival->code)
			return origins[i];
	for (i = 0; arrival->number == SIGCHLD && i < sizeof(child_origins) / sizeof(child_origins[0]); i++)
		if (child_origins[i].code == arrival->code)
			return child_origins[i];
	return other;
}

static char *put_number(char *out, int is_known, const char *otherwise, long long number)
{
	return is_known ? out + sprintf(out, "%lld", number) : stpcpy(out, otherwise);
}

static char *put_json(char *out, const struct arrival *arrival, const struct origin *origin)
{
	char name[SIGNAME_ROOM];

	out += sprintf(out, "{\"signal\":\"%s\",\"number\":%d,\"pid\":", signame_put(name, arrival->number), arrival->number);
	out = put_number(out, origin->has_sender, "null", arrival->pid);
	out = put_number(stpcpy(out, ",\"uid\":"), origin->has_sender, "null", arrival->uid);
	out = put_number(stpcpy(out, ",\"value\":"), origin->has_value, "null", arrival->value);
	out = stpcpy(out, ",\"code\":");
	out += origin->name != NULL ? sprintf(out, "\"%s\"", origin->name) : sprintf(out, "%d", arrival->code);
	return stpcpy(out, "}\n");
}

char *show_record(char *out, const struct options *options, const struct arrival *arrival)
{
	struct origin origin = find_origin(arrival);
	char name[SIGNAME_ROOM];

	if (options->json)
		return put_json(out, arrival, &origin);
	if (options->with_number)
		out += sprintf(out, "%d\t", arrival->number);
	out = stpcpy(stpcpy(out, signame_put(name, arrival->number)), "\t");
	out = stpcpy(put_number(out, origin.has_sender, "-", arrival->pid), "\t");
	out = stpcpy(put_number(out, origin.has_sender, "-", arrival->uid), "\t");
	out = put_number(out, origin.has_value, "-", arrival->value);
	*out++ = options->null ? '\0' : '\n';
	return out;
}

void show_environment(struct show_environment *environment, const struct arrival *arrival)
{
	struct origin origin = find_origin(arrival);
	char name[SIGNAME_ROOM], (*text)[40] = environment->text;
	size_t i;

	sprintf(text[0], "SIG_NAME=%s", signame_put(name, arrival->number));
	/* Without "=" a variable is taken away: it would belong to a signal of an outer sigrecv. */
	put_number(stpcpy(text[1], origin.has_sender ? "SIG_PID=" : "SIG_PID"), origin.has_sender, "", arrival->pid);
	put_number(stpcpy(text[2], origin.has_sender ? "SIG_UID=" : "SIG_UID"), origin.has_sender, "", arrival->uid);
	put_number(stpcpy(text[3], origin.has_value ? "SIG_VALUE=" : "SIG_VALUE"), origin.has_value, "", arrival->value);
	if (origin.name != NULL)
		sprintf(text[4], "SIG_CODE=%s", origin.name);
	else
		sprintf(text[4], "SIG_CODE=%d", arrival->code);
	for (i = 0; i < 5; i++)
		environment->variables[i] = text[i];
	environment->variables[5] = NULL;
}
