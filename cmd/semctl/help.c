/* SPDX-License-Identifier: ISC */
#include "help.h"

#define COUNT "  -c, --count=N           "
#define CONFLICT "  -E, --conflict-exit-code=STATUS\n                          exit status if the time is over, or -n would wait (default: 124)\n"
#define JOBS "  -j, --jobs=N            create the semaphore with N tokens (default: 1)\n"
#define MODE "  -m, --mode=MODE         permission bits of a new semaphore, octal or symbolic (default: 0600)\n"
#define NONBLOCK "  -n, --nonblock          do not wait: -w 0\n"
#define VERBOSE "  -v, --verbose           report what was done\n"
#define TIMEOUT "  -w, --timeout=DURATION  wait at most DURATION\n"
#define HELP \
	"  -h, --help              print this help\n" \
	"  -V, --version           print the version\n"
#define NAMES "\nSemaphores: /NAME  key:N  id:N  ftok:PATH[:PROJ]; see ipcutils(7).\n"
#define SETS "\nSets: key:N  id:N  ftok:PATH[:PROJ]; see ipcutils(7).\n"

const char help_semctl[] =
	"Create, take, give and show semaphores, and hold one while a command runs.\n"
	"\n"
	"  run      run a command that holds a token; create the semaphore if it is missing\n"
	"  create   create a semaphore or a set\n"
	"  wait     take tokens\n"
	"  post     give tokens\n"
	"  get      print the values\n"
	"  set      set the values\n"
	"  op       perform several operations on a set in one step\n"
	"  barrier  wait until a number of processes have arrived\n"
	"  resize   change the number of tokens of a semaphore that run created\n"
	"  rm       remove semaphores\n"
	"\n"
	HELP
	"\n"
	"semctl COMMAND --help explains a command.\n"
	NAMES;

const char help_run[] =
	"Take a token, waiting for one if necessary, and run a command that holds it until it ends.\n"
	"If the semaphore is missing, create it.  The exit status is that of the command.\n"
	"\n"
	CONFLICT JOBS MODE NONBLOCK VERBOSE TIMEOUT
	"      --descendants       hold the token until all descendants of the command have ended\n"
	"      --nested            if an ancestor holds a token by run, use that one\n"
	"      --recover           take a mutex whose holder died, and mark it consistent after success\n"
	HELP
	"\nSemaphores: /NAME  key:N  id:N  ftok:PATH[:PROJ]; mutexes: mutex:SEGMENT@OFFSET; see ipcutils(7).\n";

const char help_create[] =
	"Create a semaphore with a value (default: 1), or a System V set with several values.\n"
	"A semaphore that exists stays as it is.\n"
	"\n"
	MODE VERBOSE
	"  -x, --exclusive         fail if the semaphore exists\n"
	HELP
	"\n"
	"Semaphores: /NAME  key:N  key:private  ftok:PATH[:PROJ]; see ipcutils(7).\n";

const char help_wait[] =
	"Take a token, and keep it when semctl ends.\n"
	"\n"
	COUNT "take N tokens (default: 1)\n"
	CONFLICT NONBLOCK VERBOSE TIMEOUT HELP NAMES;

const char help_post[] =
	"Give a token to each semaphore.\n"
	"\n"
	COUNT "give N tokens (default: 1)\n"
	VERBOSE HELP NAMES;

const char help_get[] =
	"Print the value of each semaphore, one a line.\n"
	"\n"
	"  -v, --verbose           print a table: values, waiting processes, holders\n"
	HELP NAMES;

const char help_set[] =
	"Set the values of a semaphore or set.\n"
	"\n"
	VERBOSE HELP NAMES;

const char help_op[] =
	"Perform all operations on a System V set in one step, or wait until that is possible.\n"
	"With a command, become that command afterwards.\n"
	"\n"
	"  0-1    take 1 from semaphore 0\n"
	"  1+2    add 2 to semaphore 1\n"
	"  2=0    wait until semaphore 2 is 0\n"
	"  ...u   undo this operation when the process ends\n"
	"  ...n   fail if this operation would have to wait\n"
	"\n"
	CONFLICT NONBLOCK VERBOSE TIMEOUT HELP SETS;

const char help_barrier[] =
	"Wait until N processes have arrived at the barrier; create it if it is missing.\n"
	"\n"
	COUNT "the number of processes\n"
	CONFLICT MODE NONBLOCK VERBOSE TIMEOUT HELP SETS;

const char help_resize[] =
	"Change the number of tokens of a semaphore that run created: more at once, fewer as their holders end.\n"
	"\n"
	VERBOSE HELP SETS;

const char help_rm[] =
	"Remove semaphores and sets that no process holds or waits for.\n"
	"\n"
	"  -f, --force             remove them even if a process holds or waits for them\n"
	VERBOSE HELP NAMES;
