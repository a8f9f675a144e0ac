/* SPDX-License-Identifier: ISC */
/*
 * Names of signals, signal(7): as kill(1) takes them, and as the tools print them.  The names of real-time signals count
 * from the first or the last one that the C library leaves to programs, RTMIN+N and RTMAX-N.
 */
#ifndef SIGNAME_H
#define SIGNAME_H

/* The bytes that signame_put() writes at most, with the NUL. */
#define SIGNAME_ROOM 16

/*
 * Parses a name in either case, with or without SIG ("TERM", "sigterm", "RTMIN+1", "RTMAX"), or a number from 0 to the
 * last signal.  Stores the number of the signal in `*number`.  Returns 0, or -1 with errno: EINVAL if the word is no
 * signal, ERANGE if it is a number or an RTMIN+N or RTMAX-N beyond the signals that exist.
 */
int signame_parse(const char *word, int *number);

/*
 * Writes the name of signal `number` to `out`, which has SIGNAME_ROOM bytes, without SIG and with a NUL: "TERM", "RTMIN",
 * "RTMIN+1".  A signal without a name is written as its number.  Returns `out`.
 */
const char *signame_put(char *out, int number);

#endif
