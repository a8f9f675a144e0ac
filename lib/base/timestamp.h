/* SPDX-License-Identifier: ISC */
/* Timestamps: times as text, in local time. */
#ifndef TIMESTAMP_H
#define TIMESTAMP_H

#include <stdint.h>

#define TIMESTAMP_ROOM 40

/*
 * Writes the time `when`, in seconds since 1970, to `out`, which has TIMESTAMP_ROOM bytes, and returns `out`:
 * "2026-02-28 13:05:00", or the form of RFC 3339, "2026-02-28T13:05:00+01:00".  A time that has no such form, such as
 * one in the year 10000 for RFC 3339, becomes "-".
 */
const char *timestamp_local(char *out, int64_t when);
const char *timestamp_rfc3339(char *out, int64_t when);

#endif
