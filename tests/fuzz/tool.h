/* SPDX-License-Identifier: ISC */
/*
 * For parsers that are static in a tool: a target includes this and then the tool's own source.  A word that is refused
 * does not end the process, but comes back by REFUSED().
 */
#ifndef TOOL_H
#define TOOL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdnoreturn.h>

#include "base/number.h"
#include "cli/cli.h"
#include "fuzz.h"

static jmp_buf refusal;

/* True the second time: when what follows has refused its word. */
#define REFUSED() (setjmp(refusal) != 0)

/* The message must be one that can be made. */
__attribute__((format(printf, 1, 2))) noreturn static void refuse(const char *format, ...)
{
	static char message[8192];
	va_list arguments;

	va_start(arguments, format);
	CHECK(vsnprintf(message, sizeof(message), format, arguments) > 0);
	va_end(arguments);
	longjmp(refusal, 1);
}

/* The lib's own would exit: this one refuses as the tool does. */
__attribute__((unused)) static uint64_t number_or_refuse(const char *option, const char *word, uint64_t least, uint64_t most)
{
	uint64_t number;

	if (number_parse(word, least, most, &number) == -1)
		refuse("%s: %s", option, word);
	return number;
}

/* Without the tool's own options, for a linker that knows another main(). */
int tool_main(int argc, char **argv);

#define main tool_main
#define cli_usage_exit refuse
#define cli_number_or_exit number_or_refuse

#endif
