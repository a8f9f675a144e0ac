/* SPDX-License-Identifier: ISC */
/* Bytes as hex and text, in the form of hexdump -C. */
#ifndef HEX_H
#define HEX_H

#include <stddef.h>
#include <stdint.h>

#define HEX_ROW 16         /* bytes a row */
#define HEX_ROW_ROOM 256   /* characters that a row takes at the most, marks included */

/*
 * Writes the row of `size` bytes (1 to HEX_ROW) at `address` to `out`, without a newline or a NUL;
 * bytes whose bit is set in `marked` (bit 0: the first) are in reverse video.  Returns its end.
 */
char *hex_row(char *out, uint64_t address, const unsigned char *bytes, size_t size, unsigned marked);

/* A dump in progress, in which rows that repeat the one before are one "*". */
struct hex {
	uint64_t address; /* of the next row */
	unsigned char row[HEX_ROW], last[HEX_ROW];
	size_t size; /* bytes in `row` */
	int any, starred;
};

void hex_start(struct hex *hex, uint64_t address);

/* Room for what hex_add() of `size` bytes and a following hex_end() write. */
#define HEX_ROOM(size) (((size) / HEX_ROW + 3) * HEX_ROW_ROOM)

/* Writes the whole rows that are there with `size` bytes more; returns the end of what it wrote. */
char *hex_add(struct hex *hex, char *out, const unsigned char *bytes, size_t size);

/* Writes the rest and the last address. */
char *hex_end(struct hex *hex, char *out);

#endif
