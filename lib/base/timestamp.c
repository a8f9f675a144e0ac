/* SPDX-License-Identifier: ISC */
#include "base/timestamp.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

const char *timestamp_local(char *out, int64_t when)
{
	time_t seconds = (time_t)when;
	struct tm tm;

	if (localtime_r(&seconds, &tm) == NULL)
		return memcpy(out, "-", sizeof("-"));
	strftime(out, TIMESTAMP_ROOM, "%F %T", &tm);
	return out;
}

const char *timestamp_rfc3339(char *out, int64_t when)
{
	time_t seconds = (time_t)when;
	struct tm tm;
	size_t length;

	/* A file's time may be any; RFC 3339 has four digits for the year, from 0 on. */
	if (localtime_r(&seconds, &tm) == NULL || tm.tm_year < -1900 || tm.tm_year > 9999 - 1900)
		return memcpy(out, "-", sizeof("-"));
	/* glibc's %F writes the year 881 with three digits. */
	length = (size_t)sprintf(out, "%04d", tm.tm_year + 1900);
	length += strftime(out + length, TIMESTAMP_ROOM - 2 - length, "-%m-%dT%T%z", &tm);
	/* +0100 becomes +01:00. */
	memmove(out + length - 1, out + length - 2, 3);
	out[length - 2] = ':';
	return out;
}
