#!/bin/bash
# SPDX-License-Identifier: ISC
#
# ipctour: a guided tour of interprocess communication, on real objects.
#
# The tour is two processes.  The outer one reads the command line, lists the lessons, and starts the inner one in
# namespaces of its own, where no object of the machine exists.  The outer process handles signals: it kills everything
# that a lesson has started, and restores the terminal.  The inner process shows a lesson, and a shell of its own runs
# the commands.  Where the kernel refuses namespaces, the lesson uses objects whose names only this tour has, and the
# outer process removes them.
#
# build puts all of this folder into one script:
#	ipctour.sh	the command line, and the outer process
#	state.sh	the lessons that are finished, and the list of lessons
#	world.sh	namespaces and names of its own, and the end of both
#	lesson.sh	reads a lesson into arrays
#	shell.sh	the shell that runs the commands of a lesson
#	compare.sh	compares an output with the text
#	view.sh		draws what objects hold
#	screen.sh	the terminal: lines, keys
#	tour.sh		a lesson in a terminal, and its quiz
#	auto.sh		all lessons without a terminal
#	lessons/	a file for each lesson, in their order; lessons/README describes the format
#	page		prints man/ipcutils-tutorial.7, made from the same lessons

set -u

VERSION=@VERSION@
# The seconds after which a command of --auto is stopped.
patience=${IPCTOUR_PATIENCE:-60}

usage() {
	cat <<'END'
usage: ipctour [lesson]
       ipctour --list
       ipctour --auto [lesson ...]

Learn interprocess communication in short lessons.  A lesson runs real commands, in namespaces of
its own, and ends with a quiz.  Without a lesson, list the lessons and ask for one.

      --auto            run all lessons, or those named, without a terminal; compare each output
                        with the text, and fail if one differs
      --list            list the lessons, with a mark at those that you have finished
  -h, --help            print this help
  -V, --version         print the version

The names of the lessons stand in the list.
END
}

complain() { printf 'ipctour: %s\n' "$*" >&2; }
fail() {
	complain "$@"
	exit 1
}
usage_error() {
	complain "$@"
	printf 'Try: ipctour --help\n' >&2
	exit 2
}

# print COMMAND ...: runs the command, which only prints, and exits.
print() {
	"$@" 2>/dev/null || fail 'standard output cannot be written'
	exit 0
}

#@PARTS@

check_terminal() {
	local size rows columns

	[[ -t 0 && -t 1 ]] || fail 'a lesson needs a terminal (without one: ipctour --list, ipctour --auto)'
	[[ ${TERM:-dumb} != dumb ]] || fail 'the terminal cannot move its cursor (TERM is dumb or not set)'
	size=$(stty size) || exit 1
	read -r rows columns <<<"$size"
	# A terminal that does not know its size, such as a serial line, has 0 of each.
	((rows == 0 || (rows >= HEIGHT && columns >= WIDTH))) ||
		fail "the terminal has $rows lines of $columns columns, and a lesson needs $HEIGHT lines of $WIDTH columns: enlarge it"
}

# Asks for a lesson until the learner leaves.
menu() {
	local names next name number reply

	mapfile -t names < <(lesson_names)
	while :; do
		next=
		for name in "${names[@]}"; do is_done "$name" || { next=$name && break; }; done
		printf '\n'
		list_lessons
		printf '\n%s' "Name of a lesson, Enter for ${next:=${names[0]}}, or q to leave: "
		IFS= read -r reply || break
		case $reply in
		q | quit | exit) return ;;
		'') reply=$next ;;
		esac
		if is_lesson "$reply"; then
			show_lesson "$reply" || return 0
		else
			complain "$reply: no lesson has this name"
		fi
	done
	printf '\n'
}

# Shows a lesson; fails if the learner left it.
show_lesson() {
	start_inner tour "$1"
	case $status in
	0) note_done "$1" ;;
	"$LEFT") return 1 ;;
	*) exit "$status" ;;
	esac
}

run_auto() {
	local name bad=0

	for name; do
		start_inner auto "$name"
		((status == 0)) || bad=1
	done
	exit $bad
}

main() {
	local mode='' lessons=() name

	while (($#)); do
		case $1 in
		--auto | --list)
			[[ ${mode:-$1} == "$1" ]] || usage_error '--auto and --list exclude each other'
			mode=$1
			;;
		-h | --help) print usage ;;
		-V | --version) print printf 'ipctour (ipcutils) %s\n' "$VERSION" ;;
		--) shift && lessons+=("$@") && break ;;
		-?*) usage_error "$1: no option of ipctour" ;;
		*) lessons+=("$1") ;;
		esac
		shift
	done
	for name in "${lessons[@]}"; do
		is_lesson "$name" || usage_error "$name: no lesson has this name (ipctour --list prints the names)"
	done
	case $mode in
	--list)
		((${#lessons[@]} == 0)) || usage_error '--list takes no lesson'
		print list_lessons
		;;
	--auto)
		((${#lessons[@]})) || mapfile -t lessons < <(lesson_names)
		prepare
		run_auto "${lessons[@]}"
		;;
	*)
		((${#lessons[@]} < 2)) || usage_error 'show one lesson at a time (--auto runs several)'
		if ((${#lessons[@]} == 0)) && ! [[ -t 0 && -t 1 ]]; then
			print list_lessons
		fi
		check_terminal
		prepare
		if ((${#lessons[@]})); then
			show_lesson "${lessons[0]}" || exit 0
		else
			menu
		fi
		;;
	esac
}

# The tools of the same installation come first.
PATH=$(dirname "$(readlink -f "$0")"):$PATH
if [[ ${1-} == --inside && -n ${IPCTOUR_WAY-} ]]; then
	inner "$2" "$3"
else
	main "$@"
fi
