/* SPDX-License-Identifier: ISC */
/* Standard output as a screen that is redrawn in place, by the control sequences of ECMA-48. */
#ifndef SCREEN_H
#define SCREEN_H

#include <stddef.h>

/*
 * Switches to the terminal's other screen: 0, or -1 with errno ENOTTY where standard output is no
 * terminal that can (TERM is unset or dumb).
 */
int screen_open(void);

/* Back to what was there before. */
void screen_close(void);

/* Rows of the screen; 24 where the terminal does not say. */
unsigned screen_rows(void);

/* Draws `text`, lines that end with newlines, from the top; what was there is overwritten without
 * flicker.  `text` is `size` bytes; 0, or -1 with errno from write(2). */
int screen_draw(const char *text, size_t size);

#endif
