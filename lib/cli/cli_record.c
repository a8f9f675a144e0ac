/* SPDX-License-Identifier: ISC */
#include "cli/cli_record.h"

#include <limits.h>

#include "base/number.h"
#include "cli/cli.h"

int cli_record_option(struct record_format *format, int option, const char *word)
{
	switch (option) {
	case '0':
		format->kind = RECORD_DELIMITED;
		format->delimiter = '\0';
		return 1;
	case '1':
		format->kind = RECORD_WHOLE;
		return 1;
	case 'b':
		format->kind = RECORD_BLOCK;
		format->block = cli_size_or_exit("-b", word);
		/* A record is kept in memory, and no queue takes a message of more bytes than an int counts. */
		if (format->block == 0 || format->block > INT_MAX)
			cli_usage_exit("-b: %s: not a size from 1 to 2147483647", cli_shown(word));
		return 1;
	case 'd':
		format->kind = RECORD_DELIMITED;
		if (number_parse_character(word, &format->delimiter) == -1)
			cli_usage_exit("-d: %s: not one character (as , or \\n, \\t, \\0, \\x1e)", cli_shown(word));
		return 1;
	case 'L':
		format->kind = RECORD_LENGTH;
		return 1;
	default:
		return 0;
	}
}
