/* SPDX-License-Identifier: ISC */
#include "base/number.h"

#include <bsd/string.h>
#include <bsd/unistd.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* The units of durations. */
static const struct unit {
	const char *name;
	int64_t nanoseconds;
} units[] = {
	{"ns", 1},
	{"us", 1000},
	{"ms", 1000000},
	{"s", 1000000000},
	{"", 1000000000},
	{"m", 60 * INT64_C(1000000000)},
	{"h", 3600 * INT64_C(1000000000)},
	{"d", 86400 * INT64_C(1000000000)},
};

static int is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int fail(int err)
{
	errno = err;
	return -1;
}

/*
 * Parses the digits at `word` and stores where they end; strtoull(3) alone would take " -1".  Returns 0, -1 with EINVAL,
 * or 1 if the number does not fit: the caller reports that only if the rest of the word is right, since
 * "99999999999999999999x" is not a number.
 */
static int parse_digits(const char *word, const char **end, uint64_t *out)
{
	int hex = word[0] == '0' && (word[1] == 'x' || word[1] == 'X');
	char *rest;
	unsigned long long value;

	if (!is_digit(word[0]))
		return fail(EINVAL);
	errno = 0;
	value = strtoull(word, &rest, hex ? 16 : 10);
	/* strtoull(3) takes "0x" and "0xg" for a 0. */
	if (hex && rest < word + 3)
		return fail(EINVAL);
	*end = rest;
	*out = value;
	return errno == ERANGE;
}

int number_parse(const char *word, uint64_t min, uint64_t max, uint64_t *out)
{
	const char *end;
	uint64_t value;
	int large = parse_digits(word, &end, &value);

	if (large == -1)
		return -1;
	if (*end != '\0')
		return fail(EINVAL);
	if (large || value < min || value > max)
		return fail(ERANGE);
	*out = value;
	return 0;
}

int number_parse_size(const char *word, uint64_t max, uint64_t *out)
{
	static const char letters[] = "kmgtpe";
	const char *end, *letter;
	uint64_t value;
	unsigned shift = 0;
	int large = parse_digits(word, &end, &value);

	if (large == -1)
		return -1;
	if (*end != '\0') {
		letter = strchr(letters, *end | 0x20);
		if (letter == NULL || end[1] != '\0' || word[1] == 'x' || word[1] == 'X')
			return fail(EINVAL);
		shift = 10 * (unsigned)(letter - letters + 1);
	}
	if (large || value > (max >> shift))
		return fail(ERANGE);
	*out = value << shift;
	return 0;
}

int number_parse_offset(const char *word, int64_t *out, int *from_end)
{
	int negative = word[0] == '-';
	uint64_t value;

	if (number_parse_size(word + negative, INT64_MAX, &value) == -1)
		return -1;
	*out = negative ? -(int64_t)value : (int64_t)value;
	*from_end = negative;
	return 0;
}

/*
 * Returns the digits from `fraction` to `end` as a fraction of `unit` nanoseconds, rounded up.  Goes from the last digit to
 * the first, because rounding up at each step then gives the same as rounding once.
 */
static int64_t fraction_of(const char *fraction, const char *end, int64_t unit)
{
	int64_t share = 0;

	while (end > fraction)
		share = ((*--end - '0') * unit + share + 9) / 10;
	return share;
}

int number_parse_duration(const char *word, int64_t *out)
{
	const char *end = word, *fraction, *unit;
	int64_t part, value;
	uint64_t whole = 0;
	int large = 0;
	size_t i;

	if (strncmp(word, "0x", 2) == 0 || strncmp(word, "0X", 2) == 0)
		return fail(EINVAL);
	if (is_digit(*word)) {
		large = parse_digits(word, &end, &whole);
	} else if (*word != '.' || !is_digit(word[1])) {
		return fail(EINVAL);
	}
	fraction = unit = end;
	if (*end == '.') {
		fraction = end + 1;
		unit = fraction + strspn(fraction, "0123456789");
		if (unit == fraction)
			return fail(EINVAL);
	}
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(unit, units[i].name) == 0)
			break;
	if (i == sizeof(units) / sizeof(units[0]))
		return fail(EINVAL);

	part = fraction_of(fraction, unit, units[i].nanoseconds);
	if (large || whole > INT64_MAX || __builtin_mul_overflow((int64_t)whole, units[i].nanoseconds, &value) ||
	    __builtin_add_overflow(value, part, &value))
		return fail(ERANGE);
	*out = value;
	return 0;
}

int number_parse_mode(const char *word, mode_t *out)
{
	uint64_t octal = 0;
	void *change;
	mode_t mode;

	if (is_digit(*word)) {
		for (; *word >= '0' && *word <= '7'; word++) {
			octal = octal * 8 + (uint64_t)(*word - '0');
			if (octal > 0777)
				return fail(ERANGE);
		}
		if (*word != '\0')
			return fail(EINVAL);
		*out = (mode_t)octal;
		return 0;
	}
	/* setmode(3) takes an empty word for a change of nothing. */
	if (*word == '\0')
		return fail(EINVAL);
	change = setmode(word);
	if (change == NULL)
		return errno == ENOMEM ? -1 : fail(EINVAL);
	mode = getmode(change, 0600);
	free(change);
	if (mode > 0777)
		return fail(ERANGE);
	*out = mode;
	return 0;
}

int number_parse_character(const char *word, char *out)
{
	static const char names[] = "ntr0\\", values[] = "\n\t\r\0\\";
	const char *found;
	uint64_t value;
	char hex[5] = "0x";

	if (word[0] != '\0' && word[1] == '\0') {
		*out = word[0];
		return 0;
	}
	if (word[0] != '\\')
		return fail(EINVAL);
	if (word[1] == 'x' && strlen(word) == 4) {
		hex[2] = word[2];
		hex[3] = word[3];
		if (number_parse(hex, 0, 255, &value) == -1)
			return fail(EINVAL);
		*out = (char)value;
		return 0;
	}
	found = word[1] != '\0' && word[2] == '\0' ? strchr(names, word[1]) : NULL;
	if (found == NULL)
		return fail(EINVAL);
	*out = values[found - names];
	return 0;
}

const char *number_plural(uint64_t number)
{
	return number == 1 ? "" : "s";
}
