# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# Drawings of what objects hold: `@ KIND OBJECT ...` in a lesson.

draw() {
	local kind arguments

	read -ra arguments <<<"$1"
	kind=${arguments[0]}
	"draw_$kind" "${arguments[@]:1}" 2>&1 | printable
}

# What the screen shows while a command runs: the drawing, again when it differs, or after a second the keys.  A queue is
# drawn only between commands.
draw_live() {
	local now

	if [[ $live_view == region* ]]; then
		now=$(draw "$live_view")
	elif ((SECONDS > live_since + 1)); then
		now="$faint  The command runs. Ctrl-C stops it, q leaves.$plain"
	else
		return
	fi
	[[ $now != "$live_drawing" ]] || return
	above "$live_lines"
	live_drawing=$now
	printf '%s\n' "$now"
	live_lines=$(wc -l <<<"$now")
}

# draw_region SEGMENT LEFT RIGHT: the bytes of a segment between the processes that use it.
draw_region() {
	local size

	size=$(shmcat "$1" 2>/dev/null | wc -c)
	printf '%s ----> %s, %s ----> %s\n' "$2" "$1" "$size bytes" "$3"
	((size == 0)) || shmcat -x "$1" | sed '$d'
}

# draw_queues QUEUE ...: the messages of each queue with their priorities or types; the left one is the next that leaves.
draw_queues() {
	local queue messages message line width=0

	for queue; do ((${#queue} <= width)) || width=${#queue}; done
	for queue; do
		read_messages "$queue"
		line=
		for message in "${messages[@]}"; do line+="| ${message/$'\t'/ } "; done
		printf '%-*s  <- %s <-\n' "$width" "$queue" "${line:-| empty }|"
	done
}

# The messages of a POSIX queue can be read only by receiving them; they are sent again, in the same order.
read_messages() {
	local peek=--peek

	[[ $1 != /* ]] || peek=
	mapfile -d '' -t messages < <(mqrecv -0 -P -a ${peek:+"$peek"} "$1" 2>/dev/null)
	((${#messages[@]} == 0)) || [[ -n $peek ]] || printf '%s\0' "${messages[@]}" | mqsend -0 -P -n "$1"
}

# draw_objects COLUMNS: all objects that exist, as ipcls lists them.
draw_objects() { ipcls -o "$1"; }
