/* SPDX-License-Identifier: ISC */
/* Watching: a view of something that changes, redrawn on the screen until the user ends it.  It prints, as cli does. */
#ifndef SCREEN_WATCH_H
#define SCREEN_WATCH_H

#include <stdint.h>

/*
 * Draws the present state with screen_draw().  `redraw` is 1 if the screen does not show the last frame any more (at the
 * beginning, after a resize, after a stop), and 0 if a frame that has not changed needs no drawing.  Returns CLI_DONE to
 * go on.  To end the watch, it calls screen_close(), so that messages stay readable, says why and returns the status.
 */
typedef int screen_watch_draw(void *context, int redraw);

/*
 * Opens the screen and calls `draw` with `context`: at once, then every `interval` nanoseconds, and at once after the
 * terminal was resized or the process was continued.  The user ends it with q or by a signal; Ctrl-Z gives the terminal
 * back to the shell until the process is continued.  Keys are read from the controlling terminal, if there is one, so
 * that standard input stays untouched.
 *
 * Returns CLI_DONE after q or a signal (see interrupt_pending()), the status of `draw` if that is another one, or
 * CLI_FAILED after a message if standard output cannot be drawn on.  In each case the terminal is as it was before.
 * Call interrupt_catch_all() first: a signal that ended the process at once would leave the terminal on the other screen.
 */
int screen_watch(int64_t interval, screen_watch_draw *draw, void *context);

/* Parses the value of --watch, which may be NULL: the interval in nanoseconds, or `standard`; exits with CLI_USAGE. */
int64_t screen_watch_interval_or_exit(const char *word, int64_t standard);

#endif
