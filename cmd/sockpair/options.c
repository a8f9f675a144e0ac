/* SPDX-License-Identifier: ISC */
#include "options.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

#define TCP "tcp:"
#define INHERIT "inherit"

enum { OPTION_ALLOW_UID = CLI_FIRST_OWN, OPTION_PASS_FD, OPTION_TAKE_FD, OPTION_TOTAL };

static const struct option long_options[] = {
	{"allow-uid", required_argument, NULL, OPTION_ALLOW_UID},
	{"connect", required_argument, NULL, 'c'},
	{"end", no_argument, NULL, 'E'},
	{"fd", required_argument, NULL, 'f'},
	{"help", no_argument, NULL, 'h'},
	{"jobs", required_argument, NULL, 'j'},
	{"keep-open", no_argument, NULL, 'k'},
	{"listen", required_argument, NULL, 'l'},
	{"mode", required_argument, NULL, 'm'},
	{"nonblock", no_argument, NULL, 'n'},
	{"pass-fd", required_argument, NULL, OPTION_PASS_FD},
	{"pipes", no_argument, NULL, 'p'},
	{"separator", required_argument, NULL, 's'},
	{"take-fd", required_argument, NULL, OPTION_TAKE_FD},
	{"timeout", required_argument, NULL, 'w'},
	{"total", required_argument, NULL, OPTION_TOTAL},
	{"type", required_argument, NULL, 't'},
	{"verbose", no_argument, NULL, 'v'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static void parse_type(struct options *options, const char *word)
{
	static const struct {
		const char *name;
		int type;
	} types[] = {{"stream", SOCK_STREAM}, {"seqpacket", SOCK_SEQPACKET}, {"dgram", SOCK_DGRAM}};
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(word, types[i].name) == 0) {
			options->type = types[i].type;
			options->type_word = types[i].name;
			return;
		}
	}
	cli_usage_exit("-t: %s: not a type (stream, seqpacket or dgram)", cli_shown(word));
}

static void parse_uid(struct options *options, const char *word)
{
	uid_t *more;

	if (strcmp(word, "any") == 0) {
		options->allow_any = 1;
		return;
	}
	more = reallocarray(options->allowed, options->allowed_count + 1, sizeof(*more));
	if (more == NULL)
		exit(cli_fail("--allow-uid", errno));
	options->allowed = more;
	/* setuid(2) and its like use the highest number for "no user". */
	options->allowed[options->allowed_count++] = (uid_t)cli_number_or_exit("--allow-uid", word, 0, UINT32_MAX - 1);
}

/* Parses "3,4,5". */
static void parse_passed(struct options *options, const char *list)
{
	char word[16];
	size_t length;

	for (;;) {
		length = strcspn(list, ",");
		if (length >= sizeof(word))
			cli_usage_exit("--pass-fd takes numbers of descriptors, separated by commas");
		memcpy(word, list, length);
		word[length] = '\0';
		if (options->passed_count == SOCKET_PASS_MOST)
			cli_usage_exit("--pass-fd takes at most %d descriptors", SOCKET_PASS_MOST);
		options->passed[options->passed_count++] = (int)cli_number_or_exit("--pass-fd", word, 0, INT_MAX);
		if (list[length] == '\0')
			return;
		list += length + 1;
	}
}

static void parse_options(struct options *options, struct cli_line *line, int argc, char **argv)
{
	int option;

	while ((option = cli_option(line, argc, argv, "c:Ef:hj:kl:m:nps:t:vVw:", long_options, 0)) != -1) {
		switch (option) {
		case 'c': options->connect = optarg; break;
		case 'E': options->end = 1; break;
		case 'f': options->fd = (int)cli_number_or_exit("-f", optarg, 0, INT_MAX); break;
		case 'h': cli_help_exit();
		case 'j': options->jobs = cli_number_or_exit("-j", optarg, 1, UINT64_MAX); break;
		case 'k': options->keep_open = 1; break;
		case 'l': options->listen = optarg; break;
		case 'm':
			options->mode = cli_mode_or_exit("-m", optarg);
			options->has_mode = 1;
			break;
		case 'n': options->timeout = 0; break;
		case 'p': options->pipes = 1; break;
		case 's':
			options->separator = optarg;
			options->has_separator = 1;
			break;
		case 't': parse_type(options, optarg); break;
		case 'v': options->verbose = 1; break;
		case 'V': cli_version_exit();
		case 'w': options->timeout = cli_duration_or_exit("-w", optarg); break;
		case OPTION_ALLOW_UID: parse_uid(options, optarg); break;
		case OPTION_PASS_FD: parse_passed(options, optarg); break;
		case OPTION_TAKE_FD:
			options->taken_count = (size_t)cli_number_or_exit("--take-fd", optarg, 1, SOCKET_PASS_MOST);
			break;
		case OPTION_TOTAL: options->total = cli_number_or_exit("--total", optarg, 1, UINT64_MAX); break;
		}
	}
}

/* Whether an option was given that belongs to -l or -c. */
static int has_socket_option(const struct options *options)
{
	return has_unix_option(options) || options->has_mode || options->timeout >= 0 || options->total > 0 ||
	       options->jobs > 0 || options->keep_open;
}

static void check_pair(const struct options *options)
{
	if (has_socket_option(options))
		cli_usage_exit("-j, -k, -m, -n, -w, --allow-uid, --pass-fd, --take-fd and --total need -l or -c");
	if (options->pipes && (options->type_word != NULL || options->fd != -1))
		cli_usage_exit("-p connects two pipes, which have no type and are not one descriptor: use it without -f and -t");
}

static void check_end(const struct options *options, const struct cli_line *line)
{
	if ((line->command != NULL && line->command[0] != NULL) || options->listen != NULL || options->connect != NULL || options->type_word != NULL ||
	    options->pipes || options->verbose || options->has_separator || has_socket_option(options))
		cli_usage_exit("-E takes no operand and no option but -f");
}

/* Checks what only a client or only a server takes. */
static void check_side(const struct options *options)
{
	if (options->listen != NULL && options->connect != NULL)
		cli_usage_exit("use either -l or -c");
	if (options->listen != NULL && options->timeout == 0)
		cli_usage_exit("-l waits for connections: use it without -n and -w 0");
	if (options->listen == NULL && (options->has_mode || options->total > 0 || options->jobs > 0))
		cli_usage_exit("-j, -m and --total need -l");
}

static void check_type(const struct options *options)
{
	if (options->listen != NULL && options->type == SOCK_DGRAM)
		cli_usage_exit("-l accepts connections, which datagram sockets do not have: use it without -t dgram");
	if (options->type == SOCK_DGRAM && (options->allowed_count > 0 || options->allow_any || options->taken_count > 0))
		cli_usage_exit("the server of a datagram socket is unknown: use -t dgram without --allow-uid and --take-fd");
	if (options->first == NULL && options->type != SOCK_STREAM)
		cli_usage_exit("standard input has no message boundaries: -t %s needs a command", options->type_word);
}

/* Parses the word of -l or -c.  Returns NULL, or the reason why it is not an address. */
static const char *read_address(struct address *address, const char *word)
{
	*address = (struct address){.word = word, .kind = ADDRESS_UNIX};
	if (strncmp(word, TCP, strlen(TCP)) == 0) {
		address->kind = ADDRESS_TCP;
		return tcp_parse(&address->tcp, word + strlen(TCP));
	}
	if (strcmp(word, INHERIT) == 0 || strncmp(word, INHERIT ":", strlen(INHERIT ":")) == 0) {
		address->kind = ADDRESS_INHERIT;
		address->inherit = word[strlen(INHERIT)] == ':' ? word + strlen(INHERIT ":") : NULL;
		return address->inherit != NULL && *address->inherit == '\0' ? "the name after inherit: is missing" : NULL;
	}
	if (socket_parse(&address->name, word) == 0)
		return NULL;
	return errno == ENAMETOOLONG ? "the name of a socket has at most 108 bytes: use cd to shorten the path" :
	                               "the path of the socket is missing";
}

static void parse_address(struct options *options)
{
	const char *word = options->listen != NULL ? options->listen : options->connect;
	/* After -l or -c, "--" is more likely a forgotten path than a name. */
	const char *wrong = read_address(&options->address, strcmp(word, "--") == 0 ? "" : word);

	if (wrong != NULL)
		cli_usage_exit("%s: %s", options->listen != NULL ? "-l" : "-c", wrong);
}

/* Checks that options which only Unix sockets, or sockets of our own, have are not given for others. */
static void check_address(const struct options *options)
{
	const struct address *address = &options->address;

	if (options->has_mode && (address->kind != ADDRESS_UNIX || address->name.abstract))
		cli_usage_exit("-m is for the file of a Unix socket%s", address->kind == ADDRESS_UNIX ? ": use --allow-uid for an abstract name" : "");
	if (address->kind == ADDRESS_TCP && (has_unix_option(options) || options->type != SOCK_STREAM))
		cli_usage_exit("-t, --allow-uid, --pass-fd and --take-fd are for Unix sockets");
	if (address->kind == ADDRESS_INHERIT && options->type_word != NULL)
		cli_usage_exit("-t: the init system has chosen the type of the socket");
	if (options->connect == NULL)
		return;
	if (address->kind == ADDRESS_INHERIT)
		cli_usage_exit("inherit is for -l (./inherit is a path)");
	if (address->kind == ADDRESS_TCP && (address->tcp.kind == TCP_ANY || address->tcp.port == 0))
		cli_usage_exit("-c needs a host, or none for this machine, and a port above 0");
}

static void check_socket(struct options *options)
{
	if (options->pipes || options->has_separator)
		cli_usage_exit("-p and -s are for two commands: use them without -l and -c");
	check_side(options);
	check_type(options);
	if (options->keep_open && (options->listen != NULL || options->first != NULL))
		cli_usage_exit("-k needs -c without a command");
	if (options->first == NULL && (options->fd != -1 || options->taken_count > 0))
		cli_usage_exit("-f and --take-fd need a command");
	parse_address(options);
	check_address(options);
}

/* Splits the words at the first separator after the first command; the second command keeps further ones. */
static void split_commands(struct options *options, char **words)
{
	int i;

	if (words == NULL)
		cli_usage_exit("the first command is missing");
	options->first = words;
	for (i = 0; words[i] != NULL && strcmp(words[i], options->separator) != 0; i++)
		continue;
	if (i == 0)
		cli_usage_exit("the first command is missing");
	if (words[i] == NULL || words[i + 1] == NULL)
		cli_usage_exit("the second command is missing (put it after %s)", options->has_separator ? "the word of -s" : "--");
	words[i] = NULL;
	options->second = &words[i + 1];
}

/* Finds the one command of -l and -c, which follows "--". */
static void find_command(struct options *options, const struct cli_line *line)
{
	if (line->command != NULL && !line->dashes)
		cli_usage_exit("put -- before the command");
	if (line->command != NULL && line->command[0] != NULL)
		options->first = line->command;
	else if (options->listen != NULL || line->dashes)
		cli_usage_exit("the command is missing (put it after --)");
}

void options_parse_or_exit(struct options *options, int argc, char **argv)
{
	struct cli_line line = {.count = 0};

	*options = (struct options){.separator = "--", .type = SOCK_STREAM, .fd = -1, .mode = 0600, .timeout = -1};
	cli_runs_command_after_dashes(argv);
	parse_options(options, &line, argc, argv);
	if (options->has_separator)
		cli_runs_command();
	if (options->end) {
		check_end(options, &line);
	} else if (options->listen == NULL && options->connect == NULL) {
		check_pair(options);
		split_commands(options, line.command);
	} else {
		find_command(options, &line);
		check_socket(options);
	}
}
