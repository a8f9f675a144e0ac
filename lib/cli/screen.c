/* SPDX-License-Identifier: ISC */
#include "cli/screen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/io.h"

/* The other screen, no cursor, no wrapping of lines that are too long; and all that back. */
static const char enter[] = "\033[?1049h\033[?25l\033[?7l";
static const char leave[] = "\033[?7h\033[?25h\033[?1049l";

int screen_open(void)
{
	const char *term = getenv("TERM");

	if (!isatty(1))
		return -1;
	if (term == NULL || term[0] == '\0' || strcmp(term, "dumb") == 0) {
		errno = ENOTTY;
		return -1;
	}
	return io_write_all(1, enter, sizeof(enter) - 1);
}

void screen_close(void)
{
	/* Also when a signal is pending, after which io_write_all() would give up at once. */
	if (write(1, leave, sizeof(leave) - 1) == -1)
		return;
}

unsigned screen_rows(void)
{
	struct winsize size;

	return ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : 24;
}

int screen_draw(const char *text, size_t size)
{
	/* Behind each line the rest of the old one is erased, and below the last one the rest of all. */
	static const char home[] = "\033[H", line_end[] = "\033[K\r\n", rest[] = "\033[K\033[J";
	char *frame = malloc(size * sizeof(line_end) + sizeof(home) + sizeof(rest)), *end = frame;
	const char *newline;
	int result;

	if (frame == NULL)
		return -1;
	end = stpcpy(end, home);
	while (size > 0 && (newline = memchr(text, '\n', size)) != NULL) {
		size_t length = (size_t)(newline - text);

		end = (char *)mempcpy(end, text, length);
		/* No newline behind the last line: it would scroll a full screen. */
		end = stpcpy(end, length + 1 < size ? line_end : rest);
		text = newline + 1;
		size -= length + 1;
	}
	result = io_write_all(1, frame, (size_t)(end - frame));
	free(frame);
	return result;
}
