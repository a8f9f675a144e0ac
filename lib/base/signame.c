/* SPDX-License-Identifier: ISC */
#include "base/signame.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"

/* The standard signals.  The first name of a number is the one that is printed, the others are accepted as well. */
static const struct {
	const char *name;
	int number;
} names[] = {
	{"HUP", SIGHUP},   {"INT", SIGINT},       {"QUIT", SIGQUIT}, {"ILL", SIGILL},   {"TRAP", SIGTRAP}, {"ABRT", SIGABRT},
	{"BUS", SIGBUS},   {"FPE", SIGFPE},       {"KILL", SIGKILL}, {"USR1", SIGUSR1}, {"SEGV", SIGSEGV}, {"USR2", SIGUSR2},
	{"PIPE", SIGPIPE}, {"ALRM", SIGALRM},     {"TERM", SIGTERM}, {"CHLD", SIGCHLD}, {"CONT", SIGCONT}, {"STOP", SIGSTOP},
	{"TSTP", SIGTSTP}, {"TTIN", SIGTTIN},     {"TTOU", SIGTTOU}, {"URG", SIGURG},   {"XCPU", SIGXCPU}, {"XFSZ", SIGXFSZ},
	{"PROF", SIGPROF}, {"VTALRM", SIGVTALRM}, {"IO", SIGIO},     {"SYS", SIGSYS},   {"IOT", SIGABRT},  {"WINCH", SIGWINCH},
	{"PWR", SIGPWR},   {"POLL", SIGIO},       {"CLD", SIGCHLD},
#ifdef SIGSTKFLT
	{"STKFLT", SIGSTKFLT},
#endif
};

/* Parses what follows RTMIN or RTMAX: nothing, or `sign` and a number.  Stores that number, or 0. */
static int parse_distance(const char *word, char sign, int *distance)
{
	uint64_t number = 0;

	if (*word != '\0') {
		/* A hex number is not what kill(1) takes here. */
		if (*word != sign || strspn(word + 1, "0123456789") != strlen(word + 1)) {
			errno = EINVAL;
			return -1;
		}
		if (number_parse(word + 1, 0, (uint64_t)(SIGRTMAX - SIGRTMIN), &number) == -1)
			return -1;
	}
	*distance = (int)number;
	return 0;
}

static int parse_realtime(const char *word, int *number)
{
	int upwards = strncasecmp(word, "RTMIN", 5) == 0, distance;

	if (parse_distance(word + 5, upwards ? '+' : '-', &distance) == -1)
		return -1;
	*number = upwards ? SIGRTMIN + distance : SIGRTMAX - distance;
	return 0;
}

int signame_parse(const char *word, int *number)
{
	uint64_t value;
	size_t i;

	if (*word >= '0' && *word <= '9') {
		if (number_parse(word, 0, (uint64_t)SIGRTMAX, &value) == -1)
			return -1;
		*number = (int)value;
		return 0;
	}
	if (strncasecmp(word, "SIG", 3) == 0)
		word += 3;
	if (strncasecmp(word, "RTMIN", 5) == 0 || strncasecmp(word, "RTMAX", 5) == 0)
		return parse_realtime(word, number);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcasecmp(word, names[i].name) == 0) {
			*number = names[i].number;
			return 0;
		}
	}
	errno = EINVAL;
	return -1;
}

const char *signame_put(char *out, int number)
{
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].number == number) {
			snprintf(out, SIGNAME_ROOM, "%s", names[i].name);
			return out;
		}
	}
	if (number == SIGRTMIN)
		snprintf(out, SIGNAME_ROOM, "RTMIN");
	else if (number > SIGRTMIN && number <= SIGRTMAX)
		snprintf(out, SIGNAME_ROOM, "RTMIN+%d", number - SIGRTMIN);
	else
		snprintf(out, SIGNAME_ROOM, "%d", number);
	return out;
}
