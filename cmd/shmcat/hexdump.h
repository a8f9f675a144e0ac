/* SPDX-License-Identifier: ISC */
/* Bytes as hex and text, in the form of hexdump -C. */
#ifndef HEXDUMP_H
#define HEXDUMP_H

#include <stddef.h>
#include <stdint.h>

#define HEXDUMP_ROW 16         /* bytes a row */
#define HEXDUMP_ROW_ROOM 256   /* characters that a row takes at the most, marks included */

/*
 * Writes the row of `size` bytes (1 to HEXDUMP_ROW) at `address` to `out`, without a newline or a NUL;
 * bytes whose bit is set in `marked` (bit 0: the first) are in reverse video.  Returns the end.
 */
char *hexdump_row(char *out, uint64_t address, const unsigned char *bytes, size_t size, unsigned marked);

/* A dump in progress.  Rows that repeat the one before them are written as one "*". */
struct hexdump {
	uint64_t address; /* of the next row */
	unsigned char row[HEXDUMP_ROW], last[HEXDUMP_ROW];
	size_t size; /* bytes in `row` */
	int any, starred;
};

/* Begins a dump whose first byte has this address. */
void hexdump_start(struct hexdump *hex, uint64_t address);

/* The room for all that hexdump_add() of `size` bytes and a following hexdump_end() write. */
#define HEXDUMP_ROOM(size) (((size) / HEXDUMP_ROW + 3) * HEXDUMP_ROW_ROOM)

/* Adds `size` bytes and writes the rows that are complete now to `out`.  Returns the end of what it wrote. */
char *hexdump_add(struct hexdump *hex, char *out, const unsigned char *bytes, size_t size);

/* Writes the last row, if it is incomplete, and the last address.  Returns the end. */
char *hexdump_end(struct hexdump *hex, char *out);

#endif
