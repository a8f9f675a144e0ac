# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# Reads a lesson into arrays; lessons/README describes its format.

# `steps` has the parts of the lesson in their order, as KIND NUMBER: the number is an index of `texts`, of `commands` and the
# arrays beside it, or of `questions` and `choices`.  A mistake is command|output, a TAB, a pattern, a TAB and a text.
read_lesson() {
	local line kind='' last=-1

	title='' steps=() texts=() commands=() outputs=() mistakes=() views=() drawings=() questions=() choices=()
	while IFS= read -r line; do
		case $line in
		'') kind='' && continue ;;
		'#'*) continue ;;
		title:*) title=${line#*: } && continue ;;
		about:*) continue ;;
		'$ '*)
			kind=command last=${#commands[@]}
			steps+=("command $last") commands+=("${line#\$ }")
			outputs+=('') mistakes+=('') views+=('') drawings+=('')
			continue
			;;
		'! '*)
			kind=mistake line=${line#! }
			mistakes[last]+=${mistakes[last]:+$'\n'}${line%%: *}$'\t'${line#*: }$'\t'
			continue
			;;
		'@ '*)
			kind=view views[last]=${line#@ }
			continue
			;;
		'? '*)
			kind=question
			steps+=("question ${#questions[@]}") questions+=("${line#\? }") choices+=('')
			continue
			;;
		esac
		case $kind in
		command)
			if [[ $line == '> '* ]]; then
				commands[last]+=$'\n'${line#> }
			else
				outputs[last]+=$line$'\n'
			fi
			;;
		mistake) mistakes[last]+="$line " ;;
		view) drawings[last]+=$line$'\n' ;;
		question) choices[-1]+=$line$'\n' ;;
		text) texts[-1]+=" $line" ;;
		*)
			kind=text
			steps+=("text ${#texts[@]}") texts+=("$line")
			;;
		esac
	done < <(lesson_text "$1" | with_own_names)
}
