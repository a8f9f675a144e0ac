# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# A lesson without a terminal: each command is run, and its output compared with the text.

auto_lesson() {
	local step number bad=0 count=0 terminal=

	for step in "${steps[@]}"; do
		[[ $step == command* ]] || continue
		number=${step#* }
		((++count))
		run "${commands[number]}"
		if [[ $status == @(stopped|ended) ]]; then
			differs "$1" "$number" "the command did not end within $patience seconds, or ended the shell"
		elif ! matches "${outputs[number]}" "$output"; then
			differs "$1" "$number" 'the output differs from the text'
			show_difference "${outputs[number]}" "$output"
		fi
		[[ -n ${views[number]} ]] || continue
		output=$(draw "${views[number]}")
		if ! matches "${drawings[number]}" "$output"; then
			differs "$1" "$number" 'what is drawn after this command differs from the text'
			show_difference "${drawings[number]}" "$output"
		fi
	done
	check_screens "$1" || bad=1
	((bad)) || printf '%s: %d commands printed what the text says\n' "$1" "$count"
	exit $bad
}

differs() {
	bad=1
	printf '%s: %s:\n' "$1" "$3"
	sed '1s/^/    $ /; 2,$s/^/    > /' <<<"${commands[$2]}"
}

show_difference() {
	printf '  the text has:\n'
	printf '%s' "$1" | sed 's/^/    /'
	printf '  found:\n'
	printf '%s\n' "${2%$'\n'}" | sed 's/^/    /'
}

# check_screens LESSON: whether each screen fits into the smallest terminal.
check_screens() {
	local step number previous='' lines=0 bad=0 first='' i

	for step in "${steps[@]}"; do
		number=${step#* }
		case $step in
		text*)
			[[ $previous == text ]] || lines=2 first=${texts[number]}
			lines=$((lines + $(wrapped "${texts[number]}" | wc -l) + 1))
			;;
		command*)
			# A blank line, the hint and the prompt follow.
			lines=$((lines + $({
				shown "${commands[number]}"
				printf '%s' "${outputs[number]}" "${drawings[number]}"
			} | wc -l)))
			fits "$1" $((lines + 3)) "$first" || bad=1
			if grep -qE ".{$WIDTH}" <<<"${commands[number]}"; then
				differs "$1" "$number" 'the command is wider than a terminal'
			fi
			;;
		question*)
			read_choices "$number"
			for i in "${!answers[@]}"; do
				# The letter and a blank line, and the hint at the end.
				lines=$({
					show_question "$number"
					show_reason "$i"
				} | wc -l)
				fits "$1" $((lines + 2 + 2 + 1)) "${questions[number]}" || bad=1
			done
			;;
		esac
		previous=${step% *}
	done
	return $bad
}

fits() {
	(($2 <= HEIGHT)) || ! printf '%s: a screen has %d lines, and a terminal of %d lines is enough for the others: %s\n' "$1" "$2" $HEIGHT "$3"
}
