# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# The shell that runs the commands of a lesson, one after the other, so that variables, directories and jobs last.

start_shell() {
	rm -f "$place/.commands" "$place/.statuses" "$place/.output"
	mkfifo -m 600 "$place/.commands" "$place/.statuses" || exit 1
	: >"$place/.output"
	output_size=0
	# A session of its own keeps the commands from the terminal.  They do not get the descriptors 60 and 61.  bash reports a
	# background job that a signal ended, unless the job was disowned.
	# shellcheck disable=SC2016 # the other shell expands it
	(
		export IPCTOUR_INPUT=$input
		cd "$place/tour" || exit
		exec setsid bash --norc --noprofile -c 'exec 60<"$IPCTOUR_PLACE/.commands" 61>"$IPCTOUR_PLACE/.statuses"
			while IFS= read -r -d "" IPCTOUR_COMMAND <&60; do
				eval "$IPCTOUR_COMMAND" >>"$IPCTOUR_PLACE/.output" 2>&1 0<>"$IPCTOUR_INPUT" 60<&- 61>&-
				printf "%d\n" $? >&61
			done' bash
	) </dev/null >"$place/.errors" 2>&1 &
	shell=$!
	disown "$shell"
	exec 60>"$place/.commands" 61<"$place/.statuses"
}

# run COMMAND: runs it, and sets `output` (also what earlier commands in the background have written since), `status` and
# `renewed`.  The status is a number, or `stopped` (by the learner, or by the time that --auto gives it), or `ended`: the
# command has ended the shell.  If `renewed` is not empty, another shell was started.
run() {
	local end=$((SECONDS + patience)) before

	renewed=''
	mapfile -t before < <(others)
	begin_keys
	printf '%s\0' "$1" >&60
	status=
	while [[ -z $status ]]; do
		if [[ -n $terminal ]]; then
			wait_on_screen
		else
			read -r -t 1 -u 61 status || ((SECONDS < end)) || status=stopped
		fi
		[[ -n $status ]] || shell_lives || status=ended
	done
	end_keys
	if [[ $status == stopped ]]; then
		kill_others "${before[@]}" "$shell"
		# The shell itself may be what does not end.
		read -r -t 1 -u 61 _ || end_shell
	fi
	output=$(tail -c +$((output_size + 1)) "$place/.output" | printable)
	output_size=$(stat -c %s "$place/.output")
	if ! shell_lives; then
		exec 60>&- 61<&-
		renewed=1
		start_shell
	fi
}

# Whether the shell lives: a process that has ended stays, as state Z, until its parent has asked for its status.
shell_lives() {
	local lines=()

	{ mapfile -t lines <"/proc/$shell/status"; } 2>/dev/null
	[[ ${lines[2]-} == State:?[!ZX]* ]]
}

end_shell() {
	kill -KILL "$shell" 2>/dev/null
	while shell_lives; do sleep 0.01; done
}

# The messages of the shell become those of an interactive shell, and control characters question marks.
printable() {
	LC_ALL=C tr -c '\11\12\40-\176\200-\377' '?' | expand |
		sed -E 's/^bash: (eval: )?line [0-9]+: +[0-9]+ (Killed|Terminated|Hangup|Aborted|Segmentation fault).*/\2/
			s/^bash: (eval: )?line [0-9]+: /bash: /'
}
