/* SPDX-License-Identifier: ISC */
/*
 * Numbers of the command line, against a second reading that knows nothing of the first: the same words are taken,
 * with the same values, and EINVAL and ERANGE are told apart; `*out` stays as it was where a word is refused.
 */
#include <ctype.h>
#include <errno.h>

#include "fuzz.h"
#include "base/number.h"

typedef unsigned __int128 huge;

/* Of all numbers that are larger than any that fits. */
#define TOO_MUCH ((huge)1 << 100)

/* The digits at `p`: what follows them, or NULL where there are none. */
static const char *digits(const char *p, huge *value)
{
	static const char all[] = "0123456789abcdef";
	unsigned base = 10;
	const char *start;

	if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X')) {
		base = 16;
		p += 2;
	}
	*value = 0;
	for (start = p; *p != '\0'; p++) {
		const char *found = memchr(all, tolower((unsigned char)*p), base);

		if (found == NULL)
			break;
		*value = *value > TOO_MUCH ? *value : *value * base + (unsigned)(found - all);
	}
	return p == start ? NULL : p;
}

/* 0, EINVAL or ERANGE. */
static int read_number(const char *word, uint64_t min, uint64_t max, uint64_t *out)
{
	huge value;
	const char *rest = digits(word, &value);

	if (rest == NULL || *rest != '\0')
		return EINVAL;
	*out = (uint64_t)value;
	return value < min || value > max ? ERANGE : 0;
}

static int read_size(const char *word, uint64_t max, uint64_t *out)
{
	static const char units[] = "kKmMgGtTpPeE";
	huge value;
	const char *rest = digits(word, &value), *unit;

	if (rest == NULL)
		return EINVAL;
	if (*rest != '\0') {
		unit = strchr(units, *rest);
		if (unit == NULL || rest[1] != '\0' || (word[0] == '0' && tolower((unsigned char)word[1]) == 'x'))
			return EINVAL;
		value = value > UINT64_MAX ? TOO_MUCH : value << (10 * ((unit - units) / 2 + 1));
	}
	*out = (uint64_t)value;
	return value > max ? ERANGE : 0;
}

static int read_duration(const char *word, int64_t *out)
{
	static const struct {
		const char *name;
		uint64_t nanoseconds;
	} units[] = {{"", 1000000000}, {"s", 1000000000}, {"ns", 1}, {"us", 1000}, {"ms", 1000000},
	             {"m", 60000000000}, {"h", 3600000000000}, {"d", 86400000000000}};
	size_t whole = strspn(word, "0123456789"), fraction = 0, i;
	huge value = 0, carry = 0;
	int more = 0;

	if (word[whole] == '.') {
		fraction = strspn(word + whole + 1, "0123456789");
		if (fraction == 0)
			return EINVAL;
	}
	if (whole + fraction == 0)
		return EINVAL;
	for (i = 0; i < 8; i++)
		if (strcmp(word + whole + (fraction ? fraction + 1 : 0), units[i].name) == 0)
			break;
	if (i == 8)
		return EINVAL;
	for (size_t at = 0; at < whole; at++)
		value = value > TOO_MUCH ? value : value * 10 + (unsigned)(word[at] - '0');
	value = value > INT64_MAX ? TOO_MUCH : value * units[i].nanoseconds;
	/* As one multiplies on paper, from the last digit on; what comes out of it lies behind the point. */
	for (size_t at = whole + fraction; at > whole; at--) {
		carry += (unsigned)(word[at] - '0') * (huge)units[i].nanoseconds;
		more |= carry % 10 != 0;
		carry /= 10;
	}
	value += carry + (unsigned)more;
	*out = (int64_t)value;
	return value > INT64_MAX ? ERANGE : 0;
}

static void check_number(const char *word, uint64_t min, uint64_t max)
{
	uint64_t wanted = 0, out = 4711;
	int err = read_number(word, min, max, &wanted), result = number_parse(word, min, max, &out);

	CHECK(result == (err ? -1 : 0) && (err ? errno == err && out == 4711 : out == wanted));
}

static void check_size(const char *word, uint64_t max)
{
	uint64_t wanted = 0, out = 4711;
	int64_t offset = 4711;
	int from_end = 4711, err = read_size(word, max, &wanted), result = number_parse_size(word, max, &out);

	CHECK(result == (err ? -1 : 0) && (err ? errno == err && out == 4711 : out == wanted));
	err = read_size(word + (*word == '-'), INT64_MAX, &wanted);
	result = number_parse_offset(word, &offset, &from_end);
	CHECK(result == (err ? -1 : 0));
	if (err)
		CHECK(errno == err && offset == 4711 && from_end == 4711);
	else
		CHECK(from_end == (*word == '-') && (from_end ? -offset : offset) == (int64_t)wanted);
}

static void check_duration(const char *word)
{
	int64_t wanted = 0, out = 4711;
	int err = read_duration(word, &wanted), result = number_parse_duration(word, &out);

	CHECK(result == (err ? -1 : 0) && (err ? errno == err && out == 4711 : out == wanted));
}

static void check_mode(const char *word)
{
	mode_t out = 04711, again = 0;
	char octal[16];

	if (number_parse_mode(word, &out) == -1) {
		CHECK((errno == EINVAL || errno == ERANGE) && out == 04711);
		return;
	}
	CHECK(out <= 0777);
	snprintf(octal, sizeof(octal), "0%o", (unsigned)out);
	CHECK(number_parse_mode(octal, &again) == 0 && again == out);
}

static void check_character(const char *word)
{
	char out = 'A', again = 'B', hex[8];

	if (number_parse_character(word, &out) == -1) {
		CHECK(errno == EINVAL && out == 'A');
		return;
	}
	snprintf(hex, sizeof(hex), "\\x%02X", (unsigned)(unsigned char)out);
	CHECK(number_parse_character(hex, &again) == 0 && again == out);
	CHECK(strlen(word) == 1 ? out == *word : *word == '\\');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint64_t limits[] = {0, 1, 255, INT32_MAX, UINT32_MAX, INT64_MAX, UINT64_MAX - 1, UINT64_MAX};
	struct input in = {data, size};
	unsigned chosen = take_byte(&in);
	char *word = take_word(&in, in.size);

	check_number(word, limits[chosen >> 6], limits[chosen & 7]);
	check_size(word, limits[chosen & 7]);
	check_duration(word);
	check_mode(word);
	check_character(word);
	free(word);
	return 0;
}
