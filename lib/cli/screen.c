/* SPDX-License-Identifier: ISC */
#include "cli/screen.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/io.h"

#define ESCAPE '\033'

/* Switches to the other screen, hides the cursor and stops the wrapping of long lines; and undoes all that. */
static const char enter[] = "\033[?1049h\033[?25l\033[?7l";
static const char leave[] = "\033[?7h\033[?25h\033[?1049l";

/* Erase the rest of the old line, and all lines below. */
static const char rest_of_line[] = "\033[K", rest_of_screen[] = "\033[J";

/* The last column of a line that was cut, as less(1) marks it. */
static const char cut_mark[] = "\033[27m\033[7m>\033[27m";

/* Whether the terminal shows the other screen: signal handlers read and set it, too. */
static volatile sig_atomic_t shown;

int screen_open(void)
{
	const char *term = getenv("TERM");

	if (!isatty(1))
		return -1;
	if (term == NULL || term[0] == '\0' || strcmp(term, "dumb") == 0) {
		errno = ENOTTY;
		return -1;
	}
	shown = 1;
	return io_write_all(1, enter, sizeof(enter) - 1);
}

void screen_close(void)
{
	if (!shown)
		return;
	shown = 0;
	/* By write(2): io_write_all() gives up at once when a signal is pending. */
	if (write(1, leave, sizeof(leave) - 1) == -1)
		return;
}

void screen_reopen(void)
{
	if (shown)
		return;
	shown = 1;
	if (write(1, enter, sizeof(enter) - 1) == -1)
		return;
}

unsigned screen_rows(void)
{
	struct winsize size;

	return ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : 24;
}

unsigned screen_columns(void)
{
	struct winsize size;

	return ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/* The bytes of the character or control sequence at `text`; `*columns` is how many columns it takes. */
static size_t next_unit(const char *text, size_t size, unsigned *columns)
{
	size_t length = 1;

	*columns = text[0] != ESCAPE;
	if (text[0] == ESCAPE)
		while (length < size && (text[length - 1] < 'a' || text[length - 1] > 'z'))
			length++;
	else
		/* The rest of a character of UTF-8. */
		while (length < size && ((unsigned char)text[length] & 0xc0) == 0x80)
			length++;
	return length;
}

/* Returns how many bytes of the line fit into `most` columns. */
static size_t fit(const char *line, size_t size, unsigned most)
{
	unsigned columns, taken = 0;
	size_t at = 0;

	while (at < size) {
		size_t length = next_unit(line + at, size - at, &columns);

		if (taken + columns > most)
			break;
		taken += columns;
		at += length;
	}
	return at;
}

static char *put_line(char *out, const char *line, size_t size, unsigned columns)
{
	if (fit(line, size, columns) < size) {
		out = (char *)mempcpy(out, line, fit(line, size, columns - 1));
		return stpcpy(out, cut_mark);
	}
	out = (char *)mempcpy(out, line, size);
	/* After a character in the last column the cursor stays there, and would erase it. */
	return fit(line, size, columns - 1) == size ? stpcpy(out, rest_of_line) : out;
}

static size_t count_lines(const char *text, size_t size)
{
	size_t lines = 0;
	const char *newline;

	while (size > 0 && (newline = memchr(text, '\n', size)) != NULL) {
		size -= (size_t)(newline - text) + 1;
		text = newline + 1;
		lines++;
	}
	return lines;
}

int screen_draw(const char *text, size_t size)
{
	static const char home[] = "\033[H";
	unsigned rows = screen_rows(), columns = screen_columns();
	size_t lines = count_lines(text, size), drawn = lines > rows ? rows - 1 : lines, i;
	char *frame = malloc(size + lines * (sizeof(rest_of_line) + sizeof(cut_mark) + 2) + 64), *end = frame;
	int result;

	if (frame == NULL)
		return -1;
	end = stpcpy(end, home);
	for (i = 0; i < drawn; i++) {
		const char *newline = rawmemchr(text, '\n');

		end = put_line(end, text, (size_t)(newline - text), columns);
		/* A newline after the last row would scroll the screen. */
		if (i + 1 < rows)
			end = stpcpy(end, "\r\n");
		text = newline + 1;
	}
	if (drawn < lines)
		end += sprintf(end, "... %zu more%s", lines - drawn, rest_of_line);
	else if (drawn < rows)
		end = stpcpy(end, rest_of_screen);
	result = io_write_all(1, frame, (size_t)(end - frame));
	free(frame);
	return result;
}
