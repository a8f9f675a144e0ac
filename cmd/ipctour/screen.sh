# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# The terminal: lines and keys.

WIDTH=80 HEIGHT=24

# wrapped TEXT: the text in lines that fit.
wrapped() { fold -s -w $((WIDTH - 4)) <<<"$1" | sed 's/ *$//'; }

start_screen() {
	bold='' faint='' plain=''
	if [[ -z ${NO_COLOR-} ]]; then
		bold=$'\e[1m' faint=$'\e[2m' plain=$'\e[m'
	fi
}

# clear_screen TITLE PLACE: begins a new screen.
clear_screen() {
	printf '\e[H\e[2J%s%-*s%s%s\n\n' "$bold" $((WIDTH - ${#2})) "ipctour: $1" "$2" "$plain"
}

# above COUNT: moves the cursor up, and clears everything from there.
above() { (($1 == 0)) || printf '\e[%dA\r\e[J' "$1"; }

# Waits for a key, and sets `key`; the end of the input is as good as q.
read_key() {
	IFS= read -rsn1 key || leave
	# The other bytes of an arrow or a function key.
	[[ $key != $'\e' ]] || { IFS= read -rsn5 -t 0.02 rest && key+=$rest; } || key+=${rest-}
}

# Waits for Enter; q leaves.
await_enter() {
	printf '%s%s%s' "$faint" "$1" "$plain"
	while :; do
		read_key
		[[ $key != q ]] || leave
		[[ $key != '' ]] || break
	done
	printf '\r\e[K'
}

leave() {
	printf '\n'
	exit "$LEFT"
}

# Keys while a command runs: read without signals, so that Ctrl-C ends the command and not the tour.
begin_keys() { [[ -z $terminal ]] || stty -isig -icanon -echo min 0 time 1; }
end_keys() { [[ -z $terminal ]] || stty "$terminal"; }

# One look at a command that runs: has it ended, does the drawing differ now, has the learner pressed a key?
wait_on_screen() {
	local key

	! read -r -t 0.02 -u 61 status || return
	draw_live
	key=$(dd bs=1 count=1 2>/dev/null | tr '\003' c)
	case $key in
	q) leave ;;
	c) status=stopped ;;
	esac
}
