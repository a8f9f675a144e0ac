# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# A lesson in a terminal: its screens, and the quiz.

# A screen is a text and the commands that follow it.
tour_lesson() {
	local step number previous='' screen=0 screens right=0 terminal rows columns key rest

	terminal=$(stty -g)
	read -r rows columns < <(stty size)
	((rows)) || rows=$HEIGHT columns=$WIDTH
	start_screen
	screens=$(count_screens)
	for step in "${steps[@]}"; do
		number=${step#* }
		case $step in
		text*)
			[[ $previous == text ]] || clear_screen "$title" "$((++screen)) of $screens"
			wrapped "${texts[number]}" | sed 's/^/  /'
			printf '\n'
			;;
		command*) show_command "$number" ;;
		question*)
			[[ $previous == question ]] || await_enter '  The quiz follows. Enter goes on, q leaves. '
			ask "$number"
			;;
		esac
		previous=${step% *}
	done
	end_quiz
}

count_screens() {
	local step previous='' count=0

	for step in "${steps[@]}"; do
		[[ $step != text* || $previous == text ]] || ((++count))
		previous=${step% *}
	done
	echo "$count"
}

# What a command looks like.
shown() { sed '1s/^/$ /; 2,$s/^/> /' <<<"$1"; }

# show_command NUMBER: asks until the command of the lesson was run and the learner goes on.
show_command() {
	local number=$1 line ran='' hint blank=''

	printf '%s' "$bold"
	shown "${commands[number]}"
	printf '%s' "$plain"
	while :; do
		hint='Enter runs this command, or type another one; q leaves.'
		[[ -z $ran ]] || hint='Enter goes on, or type another command; q leaves.' blank=$'\n'
		printf '%s%s  %s%s\n$ ' "$blank" "$faint" "$hint" "$plain"
		read_line
		if [[ -z $line && -n $ran ]]; then
			above 1
			return
		elif [[ -z $line || $line == "${commands[number]}" ]]; then
			above "$typed_lines"
			[[ -z $ran && -z $line ]] || shown "$line"
			try "$number" "${commands[number]}"
			ran=1
		else
			above "$typed_lines"
			printf '%s' "$bold"
			shown "$line"
			printf '%s' "$plain"
			try "$number" "$line"
		fi
	done
}

# Reads a line, and sets `line`, and `typed_lines`, the lines from the hint to the cursor.  q as the first key leaves; the
# arrow up brings the command of the lesson, to change it.
read_line() {
	line='' typed_lines=1
	read_key
	case $key in
	'') return ;;
	q) leave ;;
	$'\e[A' | $'\eOA')
		# One line takes no command of several, except one that goes on after a backslash.
		key=${commands[number]//\\$'\n'/}
		[[ $key != *$'\n'* ]] || key=''
		;;
	[[:cntrl:]]*) key='' ;;
	esac
	printf '\r'
	IFS= read -r -e -p '$ ' -i "$key" line || leave
	[[ $line != q ]] || leave
	typed_lines=$((2 + (${#line} + 2) / columns))
	history -s -- "$line"
}

# try NUMBER COMMAND: runs the command, shows what it printed, and explains it where the lesson does.
try() {
	local number=$1 own=''

	[[ $2 == "${commands[number]}" ]] || own=1
	live_view=${views[number]} live_lines=0 live_drawing='' live_since=$SECONDS
	run "$2"
	above "$live_lines"
	show_output
	case $status in
	stopped) remark 'The command was stopped.' ;;
	ended) remark 'The command ended the shell.' ;;
	esac
	[[ -z $renewed ]] || remark 'A new shell was started in the directory of the lesson, without the variables and functions of the old one.'
	[[ -z ${views[number]} ]] || draw "${views[number]}"
	explain "$number" "$2" "$own"
}

show_output() {
	local lines most=$((rows / 2))

	[[ -n $output ]] || return 0
	lines=$(wc -l <<<"$output")
	if ((lines > most)); then
		head -n $((most - 1)) <<<"$output"
		printf '%s  ... and %d more lines%s\n' "$faint" $((lines - most + 1)) "$plain"
	else
		printf '%s\n' "$output"
	fi
}

remark() { wrapped "$1" | sed 's/^/  /'; }

explain() {
	local kind pattern text

	while IFS=$'\t' read -r kind pattern text; do
		# shellcheck disable=SC2053 # a pattern
		case $kind in
		command) [[ -n $3 && $2 == $pattern ]] || continue ;;
		output) [[ ${output%$'\n'} == $pattern && $output != "${outputs[$1]}" ]] || continue ;;
		*) continue ;;
		esac
		remark "$text"
		return
	done <<<"${mistakes[$1]}"
	# The output of such a command is not whole.
	[[ $status != @(stopped|ended) ]] || return 0
	if matches "${outputs[$1]}" "$output"; then
		[[ -z $3 ]] || remark 'The output is the same as in the lesson.'
	elif [[ -z $3 ]]; then
		remark "The lesson expected another output. Perhaps a command that you typed before changed something; \"ipctour $lesson\" begins anew. The text has:"
		without_marks "${outputs[$1]}"
	fi
}

letters=abcdefgh

# Reads the choices of a question: sets `answers`, `reasons`, and `good`, the number of the right one.
read_choices() {
	local line

	answers=() reasons=() good=''
	while IFS= read -r line; do
		case $line in
		'+ '* | '- '*)
			[[ $line != '+ '* ]] || good=${#answers[@]}
			answers+=("${line:2}") reasons+=('')
			;;
		'  '*) reasons[-1]+=${reasons[-1]:+ }${line:2} ;;
		esac
	done <<<"${choices[$1]}"
}

show_question() {
	local i

	remark "${questions[$1]}"
	printf '\n'
	for i in "${!answers[@]}"; do remark "${letters:i:1}) ${answers[i]}"; done
	printf '\n'
}

# show_reason CHOICE: says whether it is right, and why.
show_reason() {
	if (($1 == good)); then
		remark "Right. ${reasons[$1]}"
	else
		remark "No. ${reasons[$1]}"
		printf '\n'
		remark "The right answer is ${letters:good:1}) ${answers[good]} ${reasons[good]}"
	fi
	printf '\n'
}

# ask NUMBER: asks a question, and gives the reason for the answer.
ask() {
	local chosen

	read_choices "$1"
	clear_screen "$title" "question $(($1 + 1)) of ${#questions[@]}"
	show_question "$1"
	printf '%s  Press the letter of your answer; q leaves.%s ' "$faint" "$plain"
	while :; do
		read_key
		[[ $key != q ]] || leave
		chosen=${letters%%"$key"*}
		[[ ${#key} == 1 && ${#chosen} -lt ${#answers[@]} ]] && break
	done
	printf '\r\e[K%s  %s%s\n\n' "$bold" "$key" "$plain"
	((${#chosen} != good)) || ((++right))
	show_reason ${#chosen}
	await_enter '  Enter goes on, q leaves. '
}

end_quiz() {
	clear_screen "$title" 'done'
	remark "$right of ${#questions[@]} answers were right. You have finished this lesson."
	printf '\n'
	exit 0
}
