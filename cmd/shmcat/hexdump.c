/* SPDX-License-Identifier: ISC */
#include "hexdump.h"

#include <string.h>

static const char digits[] = "0123456789abcdef";

static char *put_address(char *out, uint64_t address)
{
	int shift = 28;

	while (shift < 60 && address >> (shift + 4) != 0)
		shift += 4;
	for (; shift >= 0; shift -= 4)
		*out++ = digits[(address >> shift) & 15];
	return out;
}

/* Switches reverse video on or off if byte `i` needs the other state than the byte before it. */
static char *put_mark(char *out, unsigned marked, size_t i, int *on)
{
	int now = (marked >> i) & 1;

	if (now != *on)
		out = stpcpy(out, now ? "\033[7m" : "\033[27m");
	*on = now;
	return out;
}

char *hexdump_row(char *out, uint64_t address, const unsigned char *bytes, size_t size, unsigned marked)
{
	int on = 0;
	size_t i;

	out = put_address(out, address);
	for (i = 0; i < HEXDUMP_ROW; i++) {
		*out++ = ' ';
		if (i % 8 == 0)
			*out++ = ' ';
		if (i < size) {
			out = put_mark(out, marked, i, &on);
			*out++ = digits[bytes[i] >> 4];
			*out++ = digits[bytes[i] & 15];
			out = put_mark(out, 0, i, &on);
		} else {
			*out++ = ' ';
			*out++ = ' ';
		}
	}
	out = stpcpy(out, "  |");
	for (i = 0; i < size; i++) {
		out = put_mark(out, marked, i, &on);
		*out++ = bytes[i] >= ' ' && bytes[i] <= '~' ? (char)bytes[i] : '.';
	}
	out = put_mark(out, 0, 0, &on);
	*out++ = '|';
	return out;
}

void hexdump_start(struct hexdump *hex, uint64_t address)
{
	*hex = (struct hexdump){.address = address};
}

static char *put_row(struct hexdump *hex, char *out, const unsigned char *row, size_t size)
{
	if (hex->any && size == HEXDUMP_ROW && memcmp(row, hex->last, HEXDUMP_ROW) == 0) {
		if (!hex->starred)
			out = stpcpy(out, "*\n");
		hex->starred = 1;
	} else {
		out = hexdump_row(out, hex->address, row, size, 0);
		*out++ = '\n';
		memcpy(hex->last, row, size);
		hex->starred = 0;
	}
	hex->any = 1;
	hex->address += size;
	return out;
}

char *hexdump_add(struct hexdump *hex, char *out, const unsigned char *bytes, size_t size)
{
	if (hex->size > 0) {
		size_t piece = HEXDUMP_ROW - hex->size < size ? HEXDUMP_ROW - hex->size : size;

		memcpy(hex->row + hex->size, bytes, piece);
		hex->size += piece;
		bytes += piece;
		size -= piece;
		if (hex->size < HEXDUMP_ROW)
			return out;
		out = put_row(hex, out, hex->row, HEXDUMP_ROW);
		hex->size = 0;
	}
	for (; size >= HEXDUMP_ROW; bytes += HEXDUMP_ROW, size -= HEXDUMP_ROW)
		out = put_row(hex, out, bytes, HEXDUMP_ROW);
	memcpy(hex->row, bytes, size);
	hex->size = size;
	return out;
}

char *hexdump_end(struct hexdump *hex, char *out)
{
	if (hex->size > 0)
		out = put_row(hex, out, hex->row, hex->size);
	hex->size = 0;
	if (!hex->any)
		return out;
	out = put_address(out, hex->address);
	*out++ = '\n';
	return out;
}
