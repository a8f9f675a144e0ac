/* SPDX-License-Identifier: ISC */
/*
 * Standard output as a screen that is redrawn in place, by the control sequences of ECMA-48.  screen_watch.h has the
 * loop that redraws it.
 */
#ifndef SCREEN_H
#define SCREEN_H

#include <stddef.h>

/*
 * Switches the terminal to its other screen.  Returns 0, or -1 with errno: ENOTTY if standard output is no terminal that
 * can do that (TERM is unset, empty or dumb), or that of write(2).
 */
int screen_open(void);

/*
 * Switches back to the screen from before screen_open(), with its cursor.  Does nothing if that has been done already.
 * A message that is written before this call is lost with the other screen.  A signal handler may call it.
 */
void screen_close(void);

/* Switches to the other screen again after screen_close().  A signal handler may call it. */
void screen_reopen(void);

/* The rows and columns of the screen; 24 and 80 if the terminal does not know them. */
unsigned screen_rows(void);
unsigned screen_columns(void);

/*
 * Draws `text`, which is `size` bytes in lines that each end with a newline, over the old contents without flicker.
 * Text may switch reverse video on and off ("\033[7m", "\033[27m") and has no other control sequences.  If the screen has
 * too few rows, the last one says how many lines are missing ("... 31 more"); a line that is too long is cut, with ">" in
 * reverse video in the last column.  Returns 0, or -1 with errno: ENOMEM, or that of write(2).
 */
int screen_draw(const char *text, size_t size);

#endif
