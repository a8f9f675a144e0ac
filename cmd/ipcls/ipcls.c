/* SPDX-License-Identifier: ISC */
/*
 * ipcls - list IPC objects, the processes that use them, and the processes that wait for each other.
 *
 * ipcls takes a look in steps: it lists the objects, finds their users, chooses rows, and shows them.  Each step does only
 * what the chosen columns need, because a pass over /proc costs more than everything else.
 *
 * The files, from the top down:
 *	ipcls.c		options, columns, namespaces, main()
 *	watch		--watch: the table on a terminal, drawn again and again
 *	details		everything of one object
 *	limits		--limits
 *	signals		--signals: processes that wait for signals
 *	print		rows and the graph on standard output
 *	deadlock_show	deadlocks as sentences and as JSON
 *	dot		the graph for dot(1)
 *	rows		which objects are shown, and in which order
 *	look		a look at the system: objects, users, deadlocks
 *	deadlock	processes that wait for each other
 *	columns		what is known of an object, as cells
 *	state		the column STATE
 *	table		rows of cells, in four forms
 *	cell		one value in four forms
 *	buffer		text that grows in memory
 *	job.h		the options
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "cli/cli.h"
#include "cli/cli_inventory.h"
#include "cli/screen_watch.h"
#include "inventory/inventory.h"
#include "inventory/users.h"
#include "ipc/object.h"
#include "columns.h"
#include "deadlock_show.h"
#include "details.h"
#include "job.h"
#include "limits.h"
#include "look.h"
#include "print.h"
#include "rows.h"
#include "signals.h"
#include "watch.h"

#define OBJECTS (OBJECT_NAME | OBJECT_KEY | OBJECT_ID | OBJECT_FTOK | OBJECT_FILE | OBJECT_MEMFD)
#define OWN_OPTIONS "0abhJo:rt:u:UV"
#define IPCS_OPTIONS "cilmpqs" /* habits from ipcs(1), which are refused with a hint */
#define DEFAULT_INTERVAL INT64_C(1000000000)

enum {
	OPTION_GRAPH = CLI_FIRST_OWN,
	OPTION_LIMITS,
	OPTION_NOHEADINGS,
	OPTION_NOUSERS,
	OPTION_NS,
	OPTION_ORPHANS,
	OPTION_SIGNALS,
	OPTION_SORT,
	OPTION_WATCH,
};

static const char usage[] = "ipcls [-0abJrU] [-o columns] [-t types] [-u user] [--limits] [--noheadings] [--nousers]\n"
			    "             [--ns=pid] [--orphans] [--signals] [--sort=column] [--graph] [--watch[=interval]]\n"
			    "             [object ...]";
static const char help[] =
	"List IPC objects and the processes that use them.  For each object that is named, print everything.\n"
	"\n"
	"  -0, --null              end fields with NULs and escape nothing; without -o, print names only\n"
	"  -a, --all               also list FIFOs, Unix sockets, memfds, and memory without a name\n"
	"  -b, --bytes             print sizes in bytes\n"
	"  -J, --json              print JSON\n"
	"  -o, --output=COLUMNS    print these columns, separated by commas; +COLUMNS adds some; or all\n"
	"  -r, --raw               print one line of words for each object, for scripts\n"
	"  -t, --types=TYPES       list only these types, with commas between them:\n"
	"                          shm pshm msg pmsg sem psem fifo unix memfd\n"
	"  -u, --user=USER         list only objects that USER owns or created\n"
	"  -U, --unsorted          do not sort by kind and name\n"
	"      --graph             print processes and objects as a graph for dot(1), those that are alike as\n"
	"                          one node; with -a each by itself\n"
	"      --limits            print the limits of IPC objects, and how much of each is used\n"
	"      --noheadings        print no headings\n"
	"      --nousers           do not look for users, which is much faster\n"
	"      --ns=PID            list the objects in the IPC and mount namespaces of process PID\n"
	"      --orphans           list only objects that no process is left to use\n"
	"      --signals           list processes that wait for signals in sigwaitinfo(2) or signalfd(2)\n"
	"      --sort=COLUMN       sort by this column; -COLUMN sorts from the largest to the smallest\n"
	"      --watch[=INTERVAL]  redraw the table on a terminal, with changes marked (default: each second)\n"
	"  -h, --help              print this help\n"
	"  -V, --version           print the version\n"
	"\n"
	"Columns: KIND NAME LABEL ID KEY OWNER UID GROUP GID CREATOR CUID CGID MODE SIZE USED ATTACHED\n"
	"MESSAGES LIMIT MSGSIZE SEMS VALUES STATE CPID LPID LRPID CTIME ATIME DTIME MTIME STIME RTIME\n"
	"OTIME TOUCHED INODE USERS WAITERS ORPHAN; see ipcls(1).\n";

static const struct option long_options[] = {
	{"all", no_argument, NULL, 'a'},
	{"bytes", no_argument, NULL, 'b'},
	{"graph", no_argument, NULL, OPTION_GRAPH},
	{"help", no_argument, NULL, 'h'},
	{"json", no_argument, NULL, 'J'},
	{"limits", no_argument, NULL, OPTION_LIMITS},
	{"noheadings", no_argument, NULL, OPTION_NOHEADINGS},
	{"nousers", no_argument, NULL, OPTION_NOUSERS},
	{"ns", required_argument, NULL, OPTION_NS},
	{"null", no_argument, NULL, '0'},
	{"orphans", no_argument, NULL, OPTION_ORPHANS},
	{"output", required_argument, NULL, 'o'},
	{"raw", no_argument, NULL, 'r'},
	{"signals", no_argument, NULL, OPTION_SIGNALS},
	{"sort", required_argument, NULL, OPTION_SORT},
	{"types", required_argument, NULL, 't'},
	{"unsorted", no_argument, NULL, 'U'},
	{"user", required_argument, NULL, 'u'},
	{"version", no_argument, NULL, 'V'},
	{"watch", optional_argument, NULL, OPTION_WATCH},
	{NULL, 0, NULL, 0},
};

static const char table_columns[] = "KIND,NAME,OWNER,MODE,SIZE,STATE,USERS";
static const char script_columns[] = "KIND,NAME,ID,OWNER,MODE,SIZE,MESSAGES,ATTACHED,SEMS,USERS,WAITERS";

static void add_column(struct options *options, const struct table_column *column)
{
	if (options->column_count == COLUMNS_MOST)
		cli_usage_exit("-o: more than %d columns", COLUMNS_MOST);
	options->columns[options->column_count++] = column;
}

/* Adds the columns that `words` names with commas between them; those that --nousers rules out are dropped or refused. */
static void add_columns(struct options *options, const char *words, int may_drop)
{
	const struct table_column *column, *all;
	const char *end;
	size_t count, i;

	if (*words == '\0')
		cli_usage_exit("-o needs the name of a column (--help lists them)");
	for (; words != NULL; words = *end == ',' ? end + 1 : NULL) {
		end = strchrnul(words, ',');
		if (end - words == 3 && strncasecmp(words, "all", 3) == 0) {
			all = columns_all(&count);
			for (i = 0; i < count; i++)
				if (!options->no_users || !(columns_needs(&all[i]) & COLUMNS_USERS))
					add_column(options, &all[i]);
			continue;
		}
		column = columns_find(words, (size_t)(end - words));
		if (column == NULL)
			cli_usage_exit("-o: no such column: %s (--help lists them)", cli_shown_word(words, (size_t)(end - words)));
		if (options->no_users && columns_needs(column) & COLUMNS_USERS) {
			if (may_drop)
				continue;
			cli_usage_exit("-o: %s needs the users that --nousers does not look for", column->name);
		}
		add_column(options, column);
	}
}

/* Sets the columns and what they need. */
static void set_columns(struct options *options, int has_operands)
{
	const char *words = options->form == FORM_TABLE ? table_columns : options->form == FORM_NULS ? "NAME" : script_columns;
	size_t i;

	options->details = has_operands && !options->has_form && options->output_count == 0;

	if (options->output_count == 0 || options->output[0][0] == '+')
		add_columns(options, words, 1);
	for (i = 0; i < options->output_count; i++)
		add_columns(options, options->output[i] + (options->output[i][0] == '+'), 0);
	for (i = 0; i < options->column_count; i++)
		options->needs |= columns_needs(options->columns[i]);
	if (options->sort != NULL)
		options->needs |= columns_needs(options->sort);
	if (options->orphans)
		options->needs |= COLUMNS_USERS | COLUMNS_CONTENT;
	if (options->graph)
		options->needs = COLUMNS_USERS;
	if (options->details)
		options->needs |= COLUMNS_CONTENT | COLUMNS_ALLOCATED | (options->no_users ? 0 : COLUMNS_USERS);
}

static void set_form(struct options *options, enum form form)
{
	if (options->has_form && options->form != form)
		cli_usage_exit("-0, -J and -r cannot be combined: each is a form of the output");
	options->form = form;
	options->has_form = 1;
}

static void parse_sort(struct options *options, const char *word)
{
	options->descending = word[0] == '-';
	options->sort = columns_find(word + options->descending, strlen(word + options->descending));
	if (options->sort == NULL)
		cli_usage_exit("--sort: no such column: %s (--help lists them)", cli_shown_word(word, strlen(word)));
}

static void check_repeated(const char *option, size_t count)
{
	if (count == REPEATED_MOST)
		cli_usage_exit("%s: given more than %d times", option, REPEATED_MOST);
}

/* Refuses an option of ipcs(1), and names what does the same here. */
noreturn static void refuse_ipcs_option(int option)
{
	static const char *const instead[128] = {
		['c'] = "-o +CREATOR prints the creators", ['i'] = "id:NUMBER as an operand prints one object",
		['l'] = "--limits prints the limits",
		['m'] = "-t shm lists System V segments, -t pshm POSIX segments",
		['p'] = "-o +CPID,LPID,LRPID prints the processes that an object remembers",
		['q'] = "-t msg lists System V queues, -t pmsg POSIX queues",
		['s'] = "-t sem lists System V semaphores, -t psem POSIX semaphores",
	};

	cli_usage_exit("-%c is an option of ipcs(1): with ipcls, %s", option, instead[option]);
}

static void parse_options(struct options *options, struct cli_line *line, int argc, char **argv)
{
	int option;

	while ((option = cli_option(line, argc, argv, OWN_OPTIONS IPCS_OPTIONS, long_options, CLI_NO_COMMAND)) != -1) {
		switch (option) {
		case '0': set_form(options, FORM_NULS); break;
		case 'a': options->all = 1; break;
		case 'b': options->bytes = 1; break;
		case 'h': cli_help_exit();
		case 'J': set_form(options, FORM_JSON); break;
		case 'o':
			check_repeated("-o", options->output_count);
			options->output[options->output_count++] = optarg;
			break;
		case 'r': set_form(options, FORM_RAW); break;
		case 't': options->asked_kinds |= cli_kinds_or_exit(optarg, INVENTORY_ALL); break;
		case 'u':
			check_repeated("-u", options->user_count);
			options->users[options->user_count++] = cli_user_or_exit(optarg);
			break;
		case 'U': options->unsorted = 1; break;
		case 'V': cli_version_exit();
		case OPTION_GRAPH: options->graph = 1; break;
		case OPTION_LIMITS: options->limits = 1; break;
		case OPTION_NOHEADINGS: options->headings = 0; break;
		case OPTION_NOUSERS: options->no_users = 1; break;
		case OPTION_NS:
			options->namespace = (pid_t)cli_number_or_exit("--ns", optarg, 1, INT32_MAX);
			break;
		case OPTION_ORPHANS: options->orphans = 1; break;
		case OPTION_SIGNALS: options->signals = 1; break;
		case OPTION_SORT: parse_sort(options, optarg); break;
		case OPTION_WATCH:
			options->watch = 1;
			options->interval = screen_watch_interval_or_exit(optarg, DEFAULT_INTERVAL);
			break;
		case 'c': case 'i': case 'l': case 'm': case 'p': case 'q': case 's': refuse_ipcs_option(option);
		}
	}
}

static void check_options(const struct options *options, const struct operands *operands)
{
	if (options->no_users && (options->orphans || options->graph))
		cli_usage_exit("--orphans and --graph need the users that --nousers does not look for");
	if (options->no_users && options->sort != NULL && columns_needs(options->sort) & COLUMNS_USERS)
		cli_usage_exit("--sort: %s needs the users that --nousers does not look for", options->sort->name);
	if (options->graph && (options->has_form || options->output_count > 0 || options->watch || options->limits))
		cli_usage_exit("--graph cannot be combined with -0, -J, -o, -r, --limits or --watch");
	if (options->watch && (options->has_form || options->limits))
		cli_usage_exit("--watch cannot be combined with -0, -J, -r or --limits");
	if (options->limits && (options->output_count > 0 || operands->count > 0 || options->orphans || options->user_count > 0 ||
	                        options->sort != NULL))
		cli_usage_exit("--limits cannot be combined with an object, -o, -u, --orphans or --sort");
	if (options->signals && (options->output_count > 0 || operands->count > 0 || options->orphans || options->user_count > 0 ||
	                         options->sort != NULL || options->asked_kinds != 0 || options->graph || options->limits || options->watch))
		cli_usage_exit("--signals cannot be combined with an object, -o, -t, -u, --graph, --limits, --orphans, --sort or --watch");
}

/* Chooses what to list: -t, else the kinds that the operands can be, else all or those that have a list. */
static void set_kinds(struct options *options, const struct operands *operands)
{
	options->kinds = options->asked_kinds ? options->asked_kinds : operands->count > 0 ? operands_kinds(operands) :
	                 options->all ? INVENTORY_ALL : INVENTORY_LISTED;
	/* A descriptor may be that of a segment without a name. */
	options->unnamed = (options->all || (operands->count > 0 && options->kinds & INVENTORY_MEMFD)) &&
	                   options->kinds & (INVENTORY_PSHM | INVENTORY_PSEM);
}

/* Enters the IPC and mount namespaces of a process.  Returns the exit status. */
static int enter_namespaces(struct look *look, pid_t pid)
{
	char word[24];
	int fd, result, saved;

	snprintf(word, sizeof(word), "%d", (int)pid);
	/* Users are looked for in our /proc, and times shown by our rules of local time. */
	users_open(&look->users);
	tzset();
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd == -1)
		return cli_fail(word, errno);
	result = setns(fd, CLONE_NEWIPC | CLONE_NEWNS);
	/* The user who made a container's user namespace may enter that first, and then the others. */
	if (result == -1 && errno == EPERM)
		result = setns(fd, CLONE_NEWUSER | CLONE_NEWIPC | CLONE_NEWNS);
	saved = errno;
	close(fd);
	return result == -1 ? cli_fail(word, saved) : CLI_DONE;
}

/* Prints one look in the form that was asked for.  Returns the exit status. */
static int print(const struct options *options, struct look *look)
{
	if (options->graph)
		return print_graph(options, look);
	return options->details ? details_show(options, look) : print_rows(options, look);
}

/* Takes one look, prints it, and reports what is missing in it.  Returns the exit status. */
static int show(const struct options *options, struct operands *operands, struct look *look)
{
	int status, printed, missing;

	if (look_take(look, options, operands) == -1 || rows_choose(look, options, operands) == -1)
		return cli_fail(NULL, errno);
	status = look_report_problems(options, &look->inventory);
	if (status == CLI_DONE || look->row_count > 0) {
		printed = print(options, look);
		if (printed != CLI_DONE)
			status = printed;
	}
	if (look_report_unseen(options, operands, &look->users) != CLI_DONE)
		status = CLI_FAILED;
	/* Scripts use the other forms, and operands that are missing are reported below. */
	if (status == CLI_DONE && look->row_count == 0 && options->form == FORM_TABLE && operands->count == 0)
		look_report_empty(options, &look->inventory);
	if (deadlock_show_report(look) == -1)
		status = cli_fail(NULL, ENOMEM);
	missing = look_report_missing(options, operands, &look->inventory);
	return status == CLI_DONE ? missing : status;
}

int main(int argc, char **argv)
{
	static struct options options = {.headings = 1};
	static struct operands operands;
	static struct look look;
	static struct cli_line line;
	int status = CLI_DONE;

	cli_start(argv, usage, help);
	parse_options(&options, &line, argc, argv);
	cli_operands_or_exit(&operands, line.count, line.operands, OBJECTS);
	check_options(&options, &operands);
	set_kinds(&options, &operands);
	set_columns(&options, operands.count > 0);

	if (cli_was_closed(1))
		return cli_fail("standard output", EBADF);
	if (options.namespace != 0)
		status = enter_namespaces(&look, options.namespace);
	operands_prepare(&operands);
	if (status == CLI_DONE && options.watch) {
		interrupt_catch_all();
		status = watch_run(&options, &operands, &look);
	} else if (status == CLI_DONE) {
		status = options.limits ? limits_show(&options) : options.signals ? signals_show(&options) : show(&options, &operands, &look);
	}
	look_free(&look);
	users_free(&look.users);
	free(operands.list);
	interrupt_die_if_pending();
	return cli_finish(status);
}
