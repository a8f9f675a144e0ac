# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# The state: the lessons that are finished, one a line; and the list of lessons with their marks.

state_file() {
	local directory=${XDG_STATE_HOME-}

	# The XDG specification wants a relative path ignored.
	[[ $directory == /* ]] || directory=${HOME-}/.local/state
	printf '%s/ipcutils/ipctour\n' "$directory"
}

is_done() { grep -qsxF -e "$1" "$(state_file)"; }

# A lesson without a mark is no reason to fail.
note_done() {
	local file

	! is_done "$1" || return 0
	file=$(state_file)
	{ mkdir -p "${file%/*}" && printf '%s\n' "$1" >>"$file"; } 2>/dev/null ||
		complain "$file: not writable, so the list will not mark this lesson"
}

is_lesson() { lesson_names | grep -qxF -e "$1"; }

list_lessons() {
	local name mark tick=x

	case ${LC_ALL:-${LC_CTYPE:-${LANG-}}} in
	*[Uu][Tt][Ff]8* | *[Uu][Tt][Ff]-8*) tick=✓ ;;
	esac
	for name in $(lesson_names); do
		mark=' '
		! is_done "$name" || mark=$tick
		printf '%s %-9s %s\n' "$mark" "$name" "$(lesson_text "$name" | sed -n 's/^about: //p')" || return
	done
}
